/** All trials of a study as comma-separated values: one row a trial, one column a site. */
import { csv } from '../csv.ts';
import type { PhaseFigures, TrialRow } from './trial-row.ts';

/** Columns of sites have this before the name, so that no site is taken for another column. */
const site = 'site:';

type Cell = string | number | boolean;

const phaseColumns = [
  'latency_ms',
  'speedup',
  'speedup_low',
  'speedup_high',
  'quality',
  'accuracy',
  'drop',
  'drop_se',
  'images',
];

const refinedColumns = ['refined_accuracy', 'refined_drop', 'refined_drop_se'];

const refinedCells = (refined: TrialRow['refined']): Cell[] =>
  refined ? [refined.accuracy, refined.drop ?? '', refined.dropStandardError ?? ''] : ['', '', ''];

/** Empty where nothing is known. */
const phaseCells = ({ latency, accuracy }: PhaseFigures): Cell[] => [
  ...(latency ? [latency.latencyMs, latency.speedup, ...latency.speedupCi, latency.quality] : ['', '', '', '', '']),
  ...(accuracy
    ? [accuracy.accuracy, accuracy.drop ?? '', accuracy.dropStandardError ?? '', accuracy.images]
    : ['', '', '', '']),
];

export function trialsCsv(rows: readonly TrialRow[]): string {
  const sites = namesOf(rows.map(each => each.sites));
  const kinds = namesOf(rows.map(each => each.bytes));
  return csv([
    [
      ...['trial', 'state', 'front', 'feasible', 'strategy', 'started', 'seconds'],
      ...phaseColumns,
      ...phaseColumns.map(name => `confirmed_${name}`),
      ...refinedColumns,
      ...kinds.map(kind => `${kind}_bytes`),
      ...['macs', 'params', 'reason'],
      ...sites.map(name => site + name),
    ],
    ...rows.map((row): Cell[] => [
      ...[row.trial, row.state, row.front, row.feasible ?? '', row.strategy, row.started, row.seconds ?? ''],
      ...phaseCells(row.search),
      ...phaseCells(row.confirm),
      ...refinedCells(row.refined),
      ...kinds.map(kind => row.bytes[kind] ?? ''),
      ...[row.macs ?? '', row.params ?? '', row.reason],
      ...sites.map(name => row.sites[name] ?? ''),
    ]),
  ]);
}

/** In the order in which they come. */
const namesOf = (records: readonly Readonly<Record<string, unknown>>[]): string[] => [
  ...new Set(records.flatMap(each => Object.keys(each))),
];
