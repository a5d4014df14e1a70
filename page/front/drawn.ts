/** What a drawing of the front is made from, and what each of its points says. */
import type { FrontPoint, FrontReport } from '../../src/report/front/front.ts';
import type { Dots } from '../../src/serve/api/front.ts';
import type { FrontAxis, Placed } from './axes.ts';
import type { Range } from './frame.ts';

export interface Drawn {
  readonly report: FrontReport;
  readonly dominated: Dots | null;
  readonly beyond: Dots | null;
  readonly x: FrontAxis;
  readonly y: FrontAxis;
  /** How far one can go, and where one is at first; null leaves the zoom as it is. */
  readonly whole: readonly [Range, Range];
  readonly frame: readonly [Range, Range] | null;
  /** Trials; null for none. */
  readonly picked: number | null;
  readonly chosen: number | null;
  /** Limits that lie on an axis, in its unit. */
  readonly limits: readonly { readonly axis: string; readonly at: number; readonly words: string }[];
}

/** What a point is told by when it is hovered or clicked. */
export interface PointDatum {
  readonly value: readonly [number, number];
  readonly trial: number;
  readonly words: string;
}

/** Of one of many: its place and its trial. */
export type Dot = readonly [x: number, y: number, trial: number];

/** The trial of what was clicked; undefined for what is none. */
export const trialOf = (data: unknown): number | undefined =>
  Array.isArray(data) ? (data as unknown as Dot)[2] : (data as Partial<PointDatum> | null | undefined)?.trial;

/** @param name of the series that a dot belongs to */
export const wordsOf = (data: PointDatum | Dot | undefined, name: string, drawn: Drawn): string =>
  data === undefined ? '' : 'words' in data ? data.words : dotWords(data, name, drawn);

const dotWords = ([across, up, trial]: Dot, name: string, { x, y }: Drawn): string =>
  `Trial ${trial}, ${name}\n${x.text(across)}\n${y.text(up)}`;

/** Of a member, by the figures that it is reported with, or by others of it. */
export const datumOf = (point: FrontPoint, drawn: Drawn, placed: Placed = point): PointDatum => ({
  value: [drawn.x.of(placed), drawn.y.of(placed)],
  trial: point.trial,
  words: pointWords(point, placed, drawn),
});

/** Its figures as the search had them. */
export const before = ({ search, macs, params }: FrontPoint): Placed => ({ ...search, macs, params });

/** Where a trial stands, if anywhere: it may be a member, one that left, or one of many dots. */
export function placeOf({ report, dominated, beyond, x, y }: Drawn, trial: number | null): PointDatum[] {
  if (trial === null) return [];
  const member = [...report.points, ...report.dominated].find(point => point.trial === trial);
  if (member) return [{ value: [x.of(member), y.of(member)], trial, words: '' }];
  const denseMs = report.dense.latencyMs;
  for (const all of [dominated, beyond]) {
    const i = all?.trial.indexOf(trial) ?? -1;
    if (all && i >= 0) return [{ value: [x.ofDot(all, i, denseMs), y.ofDot(all, i, denseMs)], trial, words: '' }];
  }
  return [];
}

function pointWords(point: FrontPoint, placed: Placed, { x, y }: Drawn): string {
  const name = point.trial === 0 ? 'Dense model' : `Trial ${point.trial}`;
  const line = (axis: FrontAxis): string => {
    const interval = axis.interval(placed);
    return `${axis.text(axis.of(placed))}${interval ? ` [${interval.map(end => axis.text(end).replace(/ ?[a-zA-Z%]+$/, '')).join(', ')}]` : ''}`;
  };
  return [`${name}, ${phaseOf(point, placed)}`, line(x), line(y)].join('\n');
}

function phaseOf(point: FrontPoint, placed: Placed): string {
  if (placed !== point) return 'figures of the search';
  const known = point.latencyQuality === 'disturbed' ? 'disturbed' : point.confirmed ? 'confirmed' : 'search figures';
  return point.isRefined ? `${known}, refined` : known;
}
