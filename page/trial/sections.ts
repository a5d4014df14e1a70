/** What is known of one trial, section by section, in the order of `rankfront show`. */
import { columnOf, figureWithEnds, metricOf } from '../../src/metric/metric.ts';
import { objectives } from '../../src/objectives/objectives.ts';
import { changeCell } from '../../src/report/change.ts';
import { halfOf } from '../../src/report/front/half.ts';
import { speedupWords } from '../../src/report/front/wording.ts';
import { trainingsLines } from '../../src/report/trainings-text.ts';
import { refinementLines, type TrialPhase, type TrialSite, type TrialView } from '../../src/report/trial-report.ts';
import type { TrialAnswer } from '../../src/serve/api/trial.ts';
import { type Child, h } from '../dom.ts';
import { amountText, formatCount, formatDuration, formatMacs, formatMs, formatPercent, timeText } from '../numbers.ts';
import { type Column, table } from '../table.ts';

export const section = (title: string, ...content: Child[]): HTMLElement =>
  h('section', { class: 'card' }, h('h2', {}, title), ...content);

/** One sentence: what it is, and where it stands. */
export function openingOf({ trial, state, strategy, onFront }: TrialView): string {
  const origin = trial === 0 ? 'the dense model' : strategy ? `proposed by ${strategy}` : 'given';
  return `${state === 'pruned' ? 'Stopped early' : state.replace(/^./, first => first.toUpperCase())}${onFront ? ', on the front' : ''}; ${origin}.`;
}

export function troubles({ doubts, prunedFor, failure }: TrialView): Child {
  return [
    doubts.length > 0 &&
      h(
        'div',
        { class: 'warning' },
        h('p', {}, 'It does not add up, so that it has no figures:'),
        h(
          'ul',
          {},
          doubts.map(line => h('li', {}, line)),
        ),
      ),
    prunedFor !== null && h('p', { class: 'warning' }, `${prunedFor.replace(/^given up/, 'Stopped early')}.`),
    failure !== null && h('p', { class: 'warning' }, `Failed (${failure.reason}): ${failure.detail}`),
  ];
}

export function measured({
  trial,
  objectives: names,
  search,
  confirm,
  refined,
  refinement,
  cost,
  denseCost,
}: TrialView): Child {
  const phases = [
    ...(search ? [{ name: 'search', ...search }] : []),
    ...(confirm ? [{ name: 'confirm', ...confirm }] : []),
    ...(refined ? [{ name: 'refined', ...refined }] : []),
  ];
  type Named = TrialPhase & { readonly name: string };
  const further = phases[0]?.figures.further ?? [];
  const metric = metricOf(names);
  const columns: Column<Named>[] = [
    { header: 'Phase', cell: ({ name }) => name },
    { header: 'Latency', align: 'right', cell: ({ figures }) => formatMs(figures.latencyMs) },
    { header: 'Speed-up [95 %]', align: 'right', cell: ({ figures }) => speedupWords(figures) },
    {
      header: `${columnOf(metric)} [95 %]`,
      align: 'right',
      cell: ({ figures: { accuracy, accuracyCi } }) => figureWithEnds(metric, accuracy, accuracyCi),
    },
    {
      header: 'Change pp ± 95 %',
      align: 'right',
      cell: ({ figures }) => (trial === 0 ? '-' : changeCell({ drop: figures.drop, halfWidth: halfOf(figures) })),
    },
    ...further.map(
      ({ kind }): Column<Named> => ({
        header: `${objectives[kind].words} [95 % of dense]`,
        align: 'right',
        cell: ({ figures }) => {
          const found = figures.further.find(each => each.kind === kind);
          return found
            ? `${amountText(kind, found.amount)} [${found.interval.map(end => (100 * end).toFixed(1)).join(', ')}]`
            : '-';
        },
      }),
    ),
    { header: 'Images', align: 'right', cell: ({ images }) => images },
    { header: 'Pairs', align: 'right', cell: ({ pairs }) => pairs },
    { header: 'Ended by', cell: ({ endedBy }) => endedBy },
    {
      header: 'Latency is',
      cell: ({ figures, disturbance }) =>
        figures.latencyQuality === 'good' ? 'good' : `disturbed: ${disturbance.join('; ')}`,
    },
  ];
  return section(
    'Measured',
    phases.length === 0
      ? h('p', { class: 'faint' }, 'Nothing has been measured.')
      : table('What each phase measured', columns, phases),
    // The first line is their heading.
    refinementLines(refinement)
      .slice(1)
      .map(line => h('p', { class: 'faint' }, `Refinement: ${line.trim()}.`)),
    cost &&
      h(
        'p',
        { class: 'faint' },
        `${formatMacs(cost.macs)} (${formatPercent(cost.macs / denseCost.macs, 1)} of dense), ${formatCount(cost.params)} parameters (${formatPercent(cost.params / denseCost.params, 1)}).`,
      ),
  );
}

export const warnings = ({ warnings: all }: TrialView): Child =>
  all.length > 0 &&
  section(
    'Warnings',
    h(
      'ul',
      {},
      all.map(({ message, remedy }) => h('li', {}, `${message} ${remedy}`.trim())),
    ),
  );

export function ranks({ view, configuration }: TrialAnswer): Child {
  const { sites } = view;
  if (sites.length > 0) {
    const changed = sites.filter(({ rung }) => rung.method !== 'dense').length;
    const columns: Column<TrialSite>[] = [
      { header: 'Site', cell: ({ site }) => h('span', { class: 'name' }, site) },
      { header: 'Method', cell: ({ rung }) => rung.method },
      { header: 'Rank', align: 'right', cell: ({ rung }) => (rung.method === 'dense' ? '-' : String(rung.rank)) },
      { header: 'Of full', align: 'right', cell: ({ fullRank }) => (fullRank === null ? '-' : String(fullRank)) },
      { header: 'MACs', align: 'right', cell: ({ macs }) => formatMacs(macs) },
      {
        header: 'Of dense',
        align: 'right',
        cell: ({ macs, denseMacs }) =>
          h('span', { class: 'share' }, share(macs / denseMacs), formatPercent(macs / denseMacs, 1)),
      },
    ];
    return section(`Ranks: ${changed} of ${sites.length} sites factorised`, table('Ranks', columns, sites));
  }
  const rows = Object.entries(configuration);
  if (rows.length === 0) return null;
  return section(
    'Ranks',
    h('p', { class: 'faint' }, 'The dense model is not where it was: ranks are shown without their costs.'),
    table(
      'Ranks',
      [
        { header: 'Site', cell: ([site]) => h('span', { class: 'name' }, site) },
        { header: 'Method', cell: ([, { method }]) => method },
        { header: 'Rank', align: 'right', cell: ([, { rank }]) => (rank === null ? '-' : String(rank)) },
      ],
      rows,
    ),
  );
}

/** A bar; the number beside it says the same. */
const share = (part: number): Child =>
  Number.isFinite(part) ? h('meter', { min: 0, max: 1, value: Math.min(1, part), 'aria-hidden': 'true' }) : null;

export function times({ view: { stages }, startedAtMs, finishedAtMs, requeues, revisions }: TrialAnswer): Child {
  const total = stages.reduce((sum, { wallMs }) => sum + wallMs, 0);
  const rows = [...stages, ...(stages.length > 0 ? [{ stage: 'total', wallMs: total }] : [])];
  const facts = [
    `Begun ${timeText(startedAtMs)}${finishedAtMs === null ? '' : `, ended ${timeText(finishedAtMs)}`}.`,
    requeues > 0 ? `It was begun again ${requeues} times, since a process ended while it ran.` : '',
    revisions > 0 ? `It was measured again ${revisions} times, since the machine had been busy.` : '',
  ];
  return section(
    'Wall time',
    h('p', { class: 'faint' }, facts.filter(Boolean).join(' ')),
    rows.length === 0
      ? null
      : table(
          'Wall time',
          [
            { header: 'Stage', cell: ({ stage }) => stage },
            { header: 'Wall time', align: 'right', cell: ({ wallMs }) => formatDuration(wallMs) },
          ],
          rows,
        ),
  );
}

export const trainings = ({ trainings: all }: TrialView): Child =>
  all.length > 0 && section('Trainings', h('pre', {}, trainingsLines(all).slice(1).join('\n')));

export const environment = ({ environment: facts }: TrialView): Child =>
  section(
    'Environment',
    h(
      'dl',
      { class: 'pairs' },
      Object.entries(facts).map(([name, value]) => [h('dt', {}, name), h('dd', {}, value)]),
    ),
  );
