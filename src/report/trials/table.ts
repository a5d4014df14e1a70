/** All trials of a study in 80 columns: what was seen of each, or why it has no figures. */
import { columnOf, figureCell, type Metric, metricOf } from '../../metric/metric.ts';
import { changeCell, halfWidthOf } from '../change.ts';
import { clipped, joinLines, textTable } from '../text-table.ts';
import type { PhaseFigures, TrialRow } from './trial-row.ts';

const words = {
  waiting: 'waiting',
  running: 'running',
  complete: 'complete',
  failed: 'failed',
  pruned: 'stopped early',
} as const;

/** @param whole whether reasons are written whole: a file or pipe has no end of line that they could cross */
export function trialsTable(rows: readonly TrialRow[], objectives: readonly string[], whole = false): string {
  const metric = metricOf(objectives);
  const best = ({ search, confirm, refined }: TrialRow): PhaseFigures => ({
    latency: confirm.latency ?? search.latency,
    accuracy: refined ?? confirm.accuracy ?? search.accuracy,
  });
  const anyConfirmed = rows.some(({ trial, confirm }) => trial !== 0 && confirm.accuracy !== null);
  const anyRefined = rows.some(({ refined }) => refined !== null);
  const markOf = ({ search, confirm, refined }: TrialRow): string =>
    refined !== null
      ? '+'
      : (anyConfirmed || anyRefined) && search.accuracy !== null
        ? confirm.accuracy === null
          ? '*'
          : ' '
        : '';
  const table = textTable<TrialRow>(
    [
      { header: 'trial', align: 'right', cell: ({ trial }) => (trial === 0 ? 'dense 0' : String(trial)) },
      { header: 'state', align: 'left', cell: ({ state, front }) => words[state] + (front ? ', front' : '') },
      { header: 'ms', align: 'right', cell: row => best(row).latency?.latencyMs.toPrecision(3) ?? '-' },
      { header: 'speed-up', align: 'right', cell: row => speedupCell(row, best(row)) },
      { header: columnOf(metric), align: 'right', cell: row => figureIn(metric, best(row)) + markOf(row) },
      { header: 'change pp ± 95 %', align: 'right', cell: row => change(best(row)) },
      { header: 'sites', align: 'right', cell: ({ sites }) => String(factorised(sites)) },
      {
        header: 'why',
        align: 'left',
        cell: ({ reason }) => clipped(reason, whole ? Number.POSITIVE_INFINITY : 12),
      },
    ],
    rows,
  );
  return joinLines([...table, '', ...notes(rows, anyConfirmed)]);
}

const speedupCell = ({ trial }: TrialRow, { latency }: PhaseFigures): string =>
  latency === null
    ? '-'
    : trial === 0
      ? '1.00'
      : latency.speedup.toFixed(2) + (latency.quality === 'disturbed' ? '~' : '');

const figureIn = (metric: Metric, { accuracy }: PhaseFigures): string =>
  accuracy ? figureCell(metric, accuracy.accuracy) : '-';

function change({ accuracy }: PhaseFigures): string {
  if (!accuracy || accuracy.drop === null || accuracy.dropStandardError === null) return '-';
  return changeCell({ drop: accuracy.drop, halfWidth: halfWidthOf(accuracy.dropStandardError, accuracy.images) });
}

const factorised = (sites: TrialRow['sites']): number => Object.values(sites).filter(rung => rung !== 'dense').length;

function notes(rows: readonly TrialRow[], anyConfirmed: boolean): string[] {
  const states = [...Map.groupBy(rows, ({ state }) => words[state])].map(([state, of]) => `${of.length} ${state}`);
  const disturbed = rows.some(({ search }) => search.latency?.quality === 'disturbed');
  return [
    `${rows.length} trials: ${states.join(', ')}.`,
    ...(anyConfirmed ? ['* not confirmed: figures of the search, which flatter'] : []),
    ...(disturbed ? ['~ disturbed: other work slowed the machine, so that the speed-up is not known'] : []),
    'Ranks and all other columns: --format csv or json.',
  ];
}
