/** Everything about one trial, for `show`. */

import type { Rank, Rung } from '../decompose/method.ts';
import type { FailureReason } from '../errors/failure.ts';
import { columnOf, figureWithEnds, metricOf } from '../metric/metric.ts';
import type { Kind } from '../objectives/objective.ts';
import { objectives } from '../objectives/objectives.ts';
import type { ConditionsRecord, EnergyRecord } from '../store/observation.ts';
import { formatDuration } from '../units/duration.ts';
import { formatCount, formatJoules, formatMacs, formatMs, formatPercent } from '../units/format.ts';
import { changeCell } from './change.ts';
import type { DeviceName, Figures } from './front/front.ts';
import { halfOf } from './front/half.ts';
import { imagesPerSecond, throughputText } from './front/throughput.ts';
import { speedupWords } from './front/wording.ts';
import { clipped, joinLines, textTable } from './text-table.ts';
import { type TrainingView, trainingsLines } from './trainings-text.ts';

/** One site of the search space as the trial has it. */
export interface TrialSite {
  readonly site: string;
  readonly rung: Rung;
  /** The rank at which the method reproduces the dense weight; null for `dense`. */
  readonly fullRank: Rank | null;
  readonly macs: number;
  readonly denseMacs: number;
}

/** What one phase has seen. */
export interface TrialPhase {
  readonly figures: Figures;
  readonly images: number;
  /** Pairs of calls that were timed, and what ended it, such as `interval` or `time`. */
  readonly pairs: number;
  readonly endedBy: string;
  /** What was seen to disturb the latency, in words; empty for a good one. */
  readonly disturbance: readonly string[];
  /** Where the device measured it. */
  readonly energy?: EnergyRecord | undefined;
}

export interface TrialView {
  readonly study: string;
  /** Names, of which one is the metric. */
  readonly objectives: readonly string[];
  readonly trial: number;
  readonly state: 'waiting' | 'running' | 'complete' | 'failed' | 'pruned';
  /** Why it was stopped early, such as `given up after 80 images: ...`; null for other states. */
  readonly prunedFor: string | null;
  /** Null for the dense model. */
  readonly strategy: string | null;
  readonly onFront: boolean;
  /** Stored numbers of it, or of the dense model, that do not add up, a line each: it then has no figures. */
  readonly doubts: readonly string[];
  readonly sites: readonly TrialSite[];
  /** Of the whole candidate, batch 1; null before it was built. */
  readonly cost: { readonly macs: number; readonly params: number } | null;
  readonly denseCost: { readonly macs: number; readonly params: number };
  /** What its latencies are of; null where the profile cannot be read any more. */
  readonly device?: DeviceName | null;
  readonly search: TrialPhase | null;
  readonly confirm: TrialPhase | null;
  /** With its refined weights; its latency is that of the same layers before. */
  readonly refined: TrialPhase | null;
  /** What refining it came to; null where that was not tried. */
  readonly refinement: RefinementView | null;
  /** In the order in which they ran. */
  readonly stages: readonly { readonly stage: string; readonly wallMs: number }[];
  readonly warnings: readonly { readonly message: string; readonly remedy: string }[];
  /** What is needed to prove the number later: hashes, versions, processor, governor, load. */
  readonly environment: Readonly<Record<string, string>>;
  readonly failure: { readonly reason: FailureReason; readonly detail: string } | null;
  /** Oldest first. */
  readonly trainings: readonly TrainingView[];
}

/** How a trial was refined, as it is shown. */
export interface RefinementView {
  readonly state: 'refined' | 'unchanged';
  /** Why the trial stays as it was; empty otherwise. */
  readonly detail: string;
  /** Of the refined candidate; null where the trial stays as it was. */
  readonly modelSha256: string | null;
  readonly facts: Readonly<Record<string, unknown>>;
}

/** @param whole whether names are written whole, as `studyTable` has it */
export function trialText(view: TrialView, whole = false): string {
  const sections = [
    [opening(view)],
    view.doubts.length > 0 ? ['Does not add up', ...indented(view.doubts)] : [],
    view.prunedFor ? [`${view.prunedFor.replace(/^given up/, 'Stopped early')}.`] : [],
    view.failure ? [`Failed (${view.failure.reason}): ${view.failure.detail}`] : [],
    costLines(view),
    observationLines(view),
    refinementLines(view.refinement),
    trainingsLines(view.trainings),
    siteLines(view.sites, whole),
    stageLines(view.stages),
    view.warnings.length > 0
      ? ['Warnings', ...view.warnings.map(({ message, remedy }) => `  ${message} ${remedy}`.trimEnd())]
      : [],
    environmentLines(view.environment),
  ];
  return sections
    .filter(lines => lines.length > 0)
    .map(joinLines)
    .join('\n\n');
}

function opening({ trial, study, state, strategy, onFront }: TrialView): string {
  const origin = trial === 0 ? 'the dense model' : strategy ? `proposed by ${strategy}` : 'given';
  return `Trial ${trial} of study "${study}": ${state === 'pruned' ? 'stopped early' : state}${onFront ? ', on the front' : ''}, ${origin}.`;
}

function costLines({ cost, denseCost }: TrialView): string[] {
  if (!cost) return [];
  const share = (part: number, whole: number): string =>
    whole > 0 ? ` (${formatPercent(part / whole, 1)} of dense)` : '';
  return [
    `MACs    ${formatMacs(cost.macs)}${share(cost.macs, denseCost.macs)}`,
    `Params  ${formatCount(cost.params)}${share(cost.params, denseCost.params)}`,
  ];
}

function observationLines({ trial, objectives: names, device = null, search, confirm, refined }: TrialView): string[] {
  const isDense = trial === 0;
  const phases = [
    ...(search ? [{ name: 'search', ...search }] : []),
    ...(confirm ? [{ name: 'confirm', ...confirm }] : []),
    ...(refined ? [{ name: 'refined', ...refined }] : []),
  ];
  const [phase] = phases;
  if (!phase) return [];
  const { further } = phase.figures;
  const metric = metricOf(names);
  const table = textTable(
    [
      { header: 'phase', align: 'left', cell: ({ name }) => name },
      { header: 'ms', align: 'right', cell: ({ figures }) => formatMs(figures.latencyMs).replace(' ms', '') },
      ...(device?.batchSize === undefined
        ? []
        : [
            {
              header: 'images/s',
              align: 'right' as const,
              cell: ({ figures }: TrialPhase) => throughputText(imagesPerSecond(device, figures.latencyMs) ?? 0),
            },
          ]),
      { header: 'speed-up [95 %]', align: 'right', cell: ({ figures }) => speedupWords(figures) },
      {
        header: `${columnOf(metric)} [95 %]`,
        align: 'right',
        cell: ({ figures }) => figureWithEnds(metric, figures.accuracy, figures.accuracyCi),
      },
      {
        header: 'change pp ± 95 %',
        align: 'right',
        cell: ({ figures }) => (isDense ? '' : changeCell({ drop: figures.drop, halfWidth: halfOf(figures) })),
      },
      ...further.map(({ kind }) => ({
        header: `${objectives[kind].words} [95 % of dense]`,
        align: 'right' as const,
        cell: (phase: TrialPhase) => furtherCell(phase, kind),
      })),
    ],
    phases,
  );
  return [
    'Observations',
    ...indented(table),
    ...indented(phases.filter(({ name }) => name !== 'refined').flatMap(conditionsLines)),
  ];
}

/** What refining came to, in a line; none for a trial that was not refined. */
export function refinementLines(refinement: TrialView['refinement']): string[] {
  if (!refinement) return [];
  const { state, detail, facts } = refinement;
  const number = (name: string): number => Number(facts[name]);
  const said =
    state === 'refined'
      ? `refined in ${number('epochs')} passes over ${number('images')} images, ${formatDuration(number('wallMs'))}`
      : `stays as it was searched: ${detail}`;
  const losses = `loss on ${number('heldBack')} images held back: ${number('lossBefore').toFixed(4)} before, ${number('lossAfter').toFixed(4)} at best`;
  return ['Refinement', `  ${said}`, ...(facts.lossBefore === undefined ? [] : [`  ${losses}`])];
}

/** `7.91 MB [68.1, 68.1]` */
function furtherCell({ figures }: TrialPhase, kind: Kind): string {
  const found = figures.further.find(each => each.kind === kind);
  if (!found) return '-';
  const [low, high] = found.interval.map(each => (100 * each).toFixed(1));
  return `${objectives[kind].amountText(found.amount)} [${low}, ${high}]`;
}

/** How far the latency of a phase is known, what disturbed it and how it was taken. */
function conditionsLines({
  name,
  figures,
  disturbance,
  images,
  pairs,
  endedBy,
  energy,
}: TrialPhase & { readonly name: string }): string[] {
  const { latencyQuality, conditions } = figures;
  const known = latencyQuality === 'good' ? 'good' : 'disturbed, so that the speed-up is not known';
  const taken = conditions ? conditionsWords(conditions).join('; ') : '';
  return [
    `${name}: ${images} images, ${pairs} pairs of calls, ended by ${endedBy}`,
    `latency of ${name}: ${known}`,
    ...disturbance.map(each => `  ${each}`),
    ...(taken === '' ? [] : [`  ${taken}`]),
    ...(energy ? [`  ${energyWords(energy)}`] : []),
  ];
}

const energyWords = ({ source, candidateJoules, referenceJoules, readings, apart }: EnergyRecord): string => {
  const by = source === 'rapl' ? 'the counters of the processor' : 'the power command of the profile';
  const shared = apart ? '' : '; both models share one mean power';
  return `energy of a call: ${formatJoules(candidateJoules)}, dense ${formatJoules(referenceJoules)} (${by}, ${readings} readings${shared})`;
};

function conditionsWords({ sessionPairs, pairsLeftOut, waitedMs, slowdown, ...more }: ConditionsRecord): string[] {
  const { candidateFirst, summaries, statistic } = more;
  return [
    ...(statistic ? [`ratio and milliseconds are of the ${statistic} of the calls`] : []),
    ...(sessionPairs.length > 1 ? [`${sessionPairs.length} sessions of ${sessionPairs.join(', ')} pairs`] : []),
    ...(candidateFirst ? ['each session timed the two models one after the other, and drift is taken out'] : []),
    ...(summaries
      ? [`the tool prints no single times: each is the ${summaries.statistic} of ${summaries.calls ?? 'many'} calls`]
      : []),
    ...(pairsLeftOut > 0 ? [`${pairsLeftOut} pairs left out, since the machine was busy`] : []),
    ...(waitedMs > 0 ? [`waited ${formatDuration(waitedMs)} for a quiet machine`] : []),
    ...(slowdown === null ? [] : [`the dense model took ${slowdown.toFixed(2)}x its time on the quiet machine`]),
  ];
}

function siteLines(sites: readonly TrialSite[], whole: boolean): string[] {
  if (sites.length === 0) return [];
  const changed = sites.filter(({ rung }) => rung.method !== 'dense').length;
  const table = textTable<TrialSite>(
    [
      { header: 'site', align: 'left', cell: ({ site }) => clipped(site, whole ? Number.POSITIVE_INFINITY : 32) },
      { header: 'method', align: 'left', cell: ({ rung }) => rung.method },
      { header: 'rank', align: 'right', cell: ({ rung }) => (rung.method === 'dense' ? '-' : rankText(rung.rank)) },
      { header: 'of full', align: 'right', cell: ({ fullRank }) => (fullRank === null ? '-' : rankText(fullRank)) },
      { header: 'MACs', align: 'right', cell: ({ macs }) => formatCount(macs) },
      {
        header: 'of dense',
        align: 'right',
        cell: ({ macs, denseMacs }) => (denseMacs > 0 ? formatPercent(macs / denseMacs, 1) : '-'),
      },
    ],
    sites,
  );
  return [`Configuration: ${changed} of ${sites.length} sites factorised`, ...indented(table)];
}

/** `32`, or `32,64` (in, out) for Tucker-2. */
const rankText = (rank: Rank): string => String(rank);

function stageLines(stages: TrialView['stages']): string[] {
  if (stages.length === 0) return [];
  const totalMs = stages.reduce((sum, { wallMs }) => sum + wallMs, 0);
  const rows = [...stages, { stage: 'total', wallMs: totalMs }];
  const table = textTable(
    [
      { header: 'stage', align: 'left', cell: ({ stage }) => stage },
      { header: 'wall time', align: 'right', cell: ({ wallMs }) => formatDuration(wallMs) },
    ],
    rows,
  );
  return ['Wall time', ...indented(table.slice(1))];
}

function environmentLines(environment: Readonly<Record<string, string>>): string[] {
  const entries = Object.entries(environment);
  const width = Math.max(0, ...entries.map(([name]) => name.length));
  return entries.length > 0
    ? ['Environment', ...entries.map(([name, value]) => `  ${name.padEnd(width)}  ${value}`)]
    : [];
}

const indented = (lines: readonly string[]): string[] => lines.map(line => `  ${line}`);
