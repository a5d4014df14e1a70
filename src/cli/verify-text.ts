/** What `verify` says. */
import { measurerText } from '../host/environment.ts';
import type { Phase } from '../store/observation.ts';
import { disagreementText } from '../study/recount/disagreement.ts';
import { countsOf } from '../study/verify/counts.ts';
import type { DenseVerdict } from '../study/verify/dense-latency.ts';
import type { TrainingVerdict } from '../study/verify/retrained.ts';
import {
  holdsRefined,
  type LatencyVerdict,
  type Memories,
  type MemoryVerdict,
  type PhaseVerdict,
  passes,
  type Ratio,
  type RefinedVerdict,
  type TrialVerdict,
} from '../study/verify/verdict.ts';
import type { VerifyReport } from '../study/verify/verify.ts';
import { formatBytes } from '../units/bytes.ts';
import { formatMs, formatPercent } from '../units/format.ts';

/** One line per phase, or one that says why it was not built again; none for a rebuilt trial that is the same. */
export function verdictLines(verdict: TrialVerdict): string[] {
  const { trial, model, facts, correction, phases, refined = null } = verdict;
  const good = passes(verdict);
  const own = [
    `model ${model}`,
    ...facts.map(disagreementText),
    ...(correction
      ? [`correction ${correction.verdict} (largest difference ${correction.largestDifference.toExponential(1)})`]
      : []),
    ...(refined && !refined.accuracy && !holdsRefined(refined)
      ? [`refined model ${refined.model}${refined.failure === null ? '' : `: ${refined.failure}`}`]
      : []),
  ].join('; ');
  if (phases.length === 0 && !refined?.accuracy) return good ? [] : [`FAIL trial ${trial}: ${own}`];
  const ownGood = passes({ ...verdict, phases: [], ...(refined?.accuracy ? { refined: null } : {}) });
  return [
    `${ownGood ? 'ok  ' : 'FAIL'} trial ${trial}: ${own}`,
    ...phases.map(phase => `${markOf(phase)} trial ${trial}, ${phase.phase} phase: ${phaseText(phase)}`),
    ...(refined?.accuracy ? [refinedLine(trial, refined)] : []),
  ];
}

const refinedLine = (trial: number, refined: RefinedVerdict): string =>
  `${holdsRefined(refined) ? 'ok  ' : 'FAIL'} trial ${trial}, refined: model ${refined.model}; ${phaseText({ ...refined, phase: 'refined', latency: null, memory: null })}`;

const markOf = ({ accuracy, latency, memory, failure }: PhaseVerdict): string => {
  if ([accuracy, latency, memory].some(each => each?.verdict === 'differs') || failure !== null) return 'FAIL';
  return latency?.verdict === 'busy' ? '?   ' : 'ok  ';
};

function phaseText({ accuracy, latency, memory, failure, measuredBy }: PhaseVerdict): string {
  const parts: string[] = [];
  if (accuracy) {
    const changed = accuracy.changedImages === 0 ? '' : ` (${accuracy.changedImages} predictions changed)`;
    parts.push(
      `accuracy ${accuracy.verdict}: ${formatPercent(accuracy.stored)} then, ${formatPercent(accuracy.now)} now${changed}`,
    );
  }
  if (latency) parts.push(latencyText(latency));
  if (memory) parts.push(memoryText(memory));
  if (failure !== null) parts.push(`failed: ${failure}`);
  if (measuredBy) parts.push(`stored latency by ${measurerText(measuredBy)}`);
  return parts.join('; ');
}

function latencyText({ verdict, stored, now, measurements }: LatencyVerdict): string {
  const runs = measurements > 1 ? ` (${measurements} measurements)` : '';
  const figures = `stored ${ratioText(stored, ' of dense')}${now ? `, now ${ratioText(now)}${runs}` : ''}`;
  switch (verdict) {
    case 'consistent':
      return `latency consistent: ${figures}`;
    case 'differs':
      return `latency does not hold: ${figures}`;
    case 'disturbed':
      return `latency was disturbed when it was measured: ${figures}`;
    case 'busy':
      return `latency not judged, this machine is busy: ${figures}`;
    case 'other-machine':
      return `latency not judged on another machine: ${figures}`;
    case 'not-measured':
      return `latency not measured: ${figures}`;
    default:
      return verdict satisfies never;
  }
}

function memoryText({ verdict, stored, now, measurements }: MemoryVerdict): string {
  const runs = measurements > 1 ? ` (${measurements} measurements)` : '';
  const text = ({ bytes, referenceBytes }: Memories): string =>
    bytes === referenceBytes ? formatBytes(bytes) : `${formatBytes(bytes)} (dense ${formatBytes(referenceBytes)})`;
  const figures = `stored ${text(stored)}${now ? `, now ${text(now)}${runs}` : ''}`;
  switch (verdict) {
    case 'consistent':
      return `memory consistent: ${figures}`;
    case 'differs':
      return `memory does not hold: ${figures}`;
    case 'other-machine':
      return `memory not judged on another machine: ${figures}`;
    case 'not-measured':
      return `memory not measured: ${figures}`;
    default:
      return verdict satisfies never;
  }
}

const ratioText = ({ ratio, interval: [low, high], quality }: Ratio, unit = ''): string =>
  `${ratio.toFixed(3)} [${low.toFixed(3)}, ${high.toFixed(3)}]${unit}${quality === 'disturbed' ? ', disturbed' : ''}`;

const denseMarks = { consistent: 'ok  ', differs: 'FAIL', busy: '?   ' } as const;

export const denseLine = ({ phase, verdict, storedMs, nowMs }: DenseVerdict): string =>
  `${denseMarks[verdict]} dense model, ${phase} phase: ${formatMs(storedMs)} then, ${formatMs(nowMs)} now`;

export const trainingLines = ({ trial, run, disagreements, unchecked }: TrainingVerdict): string[] => [
  ...disagreements.map(each => `FAIL training ${run}: ${disagreementText(each)}`),
  ...(disagreements.length === 0 && unchecked.length === 0 ? [`ok   training ${run} of trial ${trial}`] : []),
  ...unchecked.map(each => `?    training ${run} of trial ${trial}: not checked: ${each}`),
];

interface MeasuredAlone {
  readonly phase: Phase | null;
  readonly trial: number | null;
}

/**
 * What was done, what was not checked, and what follows.
 *
 * @param asked what alone was to be measured; null for everything
 */
export function summary(report: VerifyReport, asked: MeasuredAlone): string {
  const { recounted, trials, trainings, unreachable, countedOtherwise } = report;
  const { failed, busy } = countsOf(report);
  const phases = trials.flatMap(each => each.phases);
  const of = (phase: string): number => phases.filter(each => each.phase === phase).length;
  const refined = trials.filter(each => each.refined?.accuracy).length;
  const others = trials.filter(each => each.phases.length === 0).length;
  const latencies = phases.map(({ latency }) => latency?.verdict);
  const memories = phases.map(({ memory }) => memory?.verdict);
  const unjudged = (which: 'other-machine' | 'not-measured'): string => {
    const ofLatency = latencies.filter(verdict => verdict === which).length;
    const ofMemory = memories.filter(verdict => verdict === which).length;
    return [
      ...(ofLatency > 0 ? [latencyCount(ofLatency)] : []),
      ...(ofMemory > 0 ? [ofMemory === 1 ? '1 peak memory' : `${ofMemory} peak memories`] : []),
    ].join(' and ');
  };
  const [elsewhere, unmeasured] = [unjudged('other-machine'), unjudged('not-measured')];
  const disturbed = latencies.filter(verdict => verdict === 'disturbed').length;
  const done = [
    `Recounted ${count(recounted, 'trial')} from their stored answers and samples`,
    `rebuilt ${trials.length}`,
    `${unreachable === null ? 'scored and timed' : 'scored'} again: ${of('search')} of the search, ${of('confirm')} confirmed`,
    ...(refined > 0 ? [`scored again: ${refined} refined`] : []),
    ...(others > 0 ? [`${others} off the front only recounted and rebuilt (--all measures them)`] : []),
    ...(trainings.length > 0 ? [`scored again: the networks of ${count(trainings.length, 'training')}`] : []),
  ];
  const unchecked = [
    ...(asked.trial === null ? [] : ['all trials but one, beyond recounting them']),
    ...(asked.phase === null ? [] : [`the other phases than ${asked.phase}, beyond recounting them; trainings`]),
    ...trainings.flatMap(each => each.unchecked.map(what => `of training ${each.run} ${what}`)),
    ...(elsewhere ? [`${elsewhere} on another machine`] : []),
    ...(countedOtherwise.length > 0
      ? [`${countedOtherwise.join(' and ')}, which another version counted in another way in the same files`]
      : []),
    ...(unmeasured ? [`${unmeasured}, which cannot be measured here`] : []),
  ];
  return [
    `${done.join('; ')}.`,
    ...(unchecked.length > 0 ? [`Not checked: ${unchecked.join('; ')}.`] : []),
    ...(unreachable === null ? [] : [unreachable]),
    ...(disturbed > 0
      ? [`${latencyCount(disturbed)} were disturbed when they were measured, and are shown as such.`]
      : []),
    ...(busy > 0
      ? [`${latencyCount(busy)} could not be judged on this busy machine: run it again when it is quiet.`]
      : []),
    failed > 0
      ? `${failed} stored ${failed === 1 ? 'number does' : 'numbers do'} not hold.`
      : busy > 0
        ? 'No stored number is wrong, but not all of them could be checked.'
        : unchecked.length > 0
          ? 'Of what was checked, every stored number holds.'
          : 'Every stored number holds.',
  ].join('\n');
}

const count = (n: number, what: string): string => `${n} ${what}${n === 1 ? '' : 's'}`;
const latencyCount = (n: number): string => (n === 1 ? '1 latency' : `${n} latencies`);
