/** The columns of the table of trials: what a cell says, what it is sorted by, and what stands in a CSV file. */

import { columnOf, figureCell, metricOf, widthText } from '../../src/metric/metric.ts';
import type { Kind } from '../../src/objectives/objective.ts';
import { objectives } from '../../src/objectives/objectives.ts';
import {
  amountText,
  formatCount,
  formatDuration,
  formatMacs,
  formatPoints,
  halfWidth,
  speedupOf,
  timeText,
} from '../numbers.ts';
import type { Row, Rows, SortKey } from './rows.ts';

export interface TrialColumn {
  readonly key: string;
  readonly header: string;
  readonly align: 'left' | 'right';
  readonly text: (row: Row) => string;
  readonly sort: SortKey;
  /** For programs: plain numbers. */
  readonly csv: (row: Row) => string | number;
}

export const stateText: Readonly<Record<Row['state'], string>> = {
  waiting: 'waiting',
  running: 'running',
  complete: 'complete',
  failed: 'failed',
  pruned: 'stopped early',
};

const finite = (value: number | null | undefined): number | null =>
  value !== null && value !== undefined && Number.isFinite(value) ? value : null;

/** In the order of the table. */
export function columnsFor({ kinds, objectives: names, all, front, confirmed }: Rows): readonly TrialColumn[] {
  const dense = all[0]?.number === 0 ? all[0] : undefined;
  const at = (kind: string): number => kinds.indexOf(kind);
  const number = (
    key: string,
    header: string,
    of: (row: Row) => number | null | undefined,
    text: (value: number, row: Row) => string,
  ): TrialColumn => ({
    key,
    header,
    align: 'right',
    text: row => {
      const value = finite(of(row));
      return value === null ? '' : text(value, row);
    },
    sort: row => finite(of(row)),
    csv: row => finite(of(row)) ?? '',
  });
  const words = (key: string, header: string, of: (row: Row) => string): TrialColumn => ({
    key,
    header,
    align: 'left',
    text: of,
    sort: row => of(row) || null,
    csv: of,
  });
  const metric = metricOf(names);
  const ratio = at('latency');
  const score = at('accuracy');
  const change = (row: Row): number | null => {
    const [own, theirs] = [row.values[score], dense?.values[score]];
    return own === undefined || theirs === undefined || row.number === 0 ? null : theirs - own;
  };
  return [
    number(
      'number',
      'Trial',
      row => row.number,
      value => String(value),
    ),
    words('state', 'State', row => stateText[row.state]),
    number(
      'latency',
      'Latency',
      row => row.amounts[ratio],
      value => amountText('latency', value),
    ),
    number(
      'speedup',
      'Speed-up ± 95 %',
      row => 1 / (row.values[ratio] ?? Number.NaN),
      (_, row) => speedupOf(row.values[ratio] ?? Number.NaN, row.standardErrors[ratio] ?? 0),
    ),
    number(
      'accuracy',
      `${columnOf(metric).replace(/^./, first => first.toUpperCase())} ± 95 %`,
      row => row.amounts[score],
      (value, row) => `${figureCell(metric, value)} ± ${widthText(metric, halfWidth(row.standardErrors[score] ?? 0))}`,
    ),
    number('change', 'Change', change, value => formatPoints(value)),
    ...kinds
      .filter(kind => kind !== 'latency' && kind !== 'accuracy')
      .map(kind =>
        number(
          kind,
          objectives[kind as Kind].words.replace(/^./, first => first.toUpperCase()),
          row => row.amounts[at(kind)],
          value => amountText(kind, value),
        ),
      ),
    number('macs', 'MACs', row => row.macs, formatMacs),
    number('params', 'Parameters', row => row.params, formatCount),
    words('standing', 'Standing', row =>
      [
        ...(front.has(row.number) ? ['front'] : []),
        ...(confirmed.has(row.number) ? ['confirmed'] : []),
        ...(row.feasible === false ? ['beyond the limits'] : []),
      ].join(', '),
    ),
    words('strategy', 'Proposed by', row => row.strategy),
    {
      ...number('ended', 'Ended', row => row.finishedAtMs, timeText),
      csv: row => (row.finishedAtMs === null ? '' : new Date(row.finishedAtMs).toISOString()),
    },
    number(
      'took',
      'Took',
      row => (row.finishedAtMs === null ? null : row.finishedAtMs - row.startedAtMs),
      formatDuration,
    ),
    words('why', 'Why', row => row.why),
  ];
}
