/** What a tool says of the time of one model, in one unit, whatever the tool wrote. */

export type Timings =
  /** Every call, in the order in which they were made; warm-up calls are left out. */
  | { readonly kind: 'samples'; readonly samplesMs: readonly number[] }
  /** One figure for all calls: nothing is known of the single ones. */
  | {
      readonly kind: 'summary';
      readonly statistic: Statistic;
      readonly ms: number;
      /** How many calls it is of, where the tool says so. */
      readonly calls: number | null;
    }
  /** There is no time in it. */
  | {
      readonly kind: 'unread';
      /** Completes "The output of the tool cannot be read: ...". */
      readonly why: string;
    };

export type Statistic = 'median' | 'mean';

/** What may be said of how a tool was called, where its output means nothing without. */
export interface Called {
  readonly argv: readonly string[];
}

export const samples = (samplesMs: readonly number[]): Timings => ({ kind: 'samples', samplesMs });
export const summary = (statistic: Statistic, ms: number, calls: number | null = null): Timings => ({
  kind: 'summary',
  statistic,
  ms,
  calls,
});
export const unread = (why: string): Timings => ({ kind: 'unread', why });

export const unitNames = ['s', 'ms', 'us', 'ns'] as const;
export type Unit = (typeof unitNames)[number];
const unitMs: Readonly<Record<Unit, number>> = { s: 1000, ms: 1, us: 1e-3, ns: 1e-6 };

export const inMs = (value: number, unit: Unit): number => value * unitMs[unit];

/** A number as programs print it, `1.24027e+06` too; for the middle of a regular expression. */
export const numberPattern = String.raw`[-+]?(?:\d+\.?\d*(?:[eE][-+]?\d+)?|\.\d+(?:[eE][-+]?\d+)?|nan|inf(?:inity)?|NaN|Infinity)`;

/** Of a number or of its text; NaN for anything else, which is then refused by name. */
export function numberOf(value: unknown): number {
  if (typeof value === 'number') return value;
  if (typeof value !== 'string' || value.trim() === '') return Number.NaN;
  return Number(value);
}

/** The last line of `text` in which `pattern` is found: tools say in between what they say again at the end. */
export function lastMatch(text: string, pattern: RegExp): RegExpExecArray | null {
  let found: RegExpExecArray | null = null;
  for (const match of text.matchAll(new RegExp(pattern.source, 'gm'))) found = match;
  return found;
}

/** A JSON file, or why it is none: a tool that is killed while it writes leaves half of one. */
export function parseJson(text: string): { readonly value: unknown } | { readonly why: string } {
  if (text.trim() === '') return { why: 'its file is empty' };
  try {
    return { value: JSON.parse(text) as unknown };
  } catch {
    return { why: 'its file is not whole JSON, as if it had been cut off while it was written' };
  }
}

export const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
