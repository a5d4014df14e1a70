/** An observation of any kind taken apart into what all have, facts and samples, and put together again. */
import type { Measured, Observation, Phase } from './observation.ts';
import type { SampleList } from './packing.ts';

export type Facts = Readonly<Record<string, unknown>>;

/** What all observations have. `phase` and `storedAtMs` come with storing. */
const common: ReadonlySet<string> = new Set([
  'kind',
  'value',
  'standardError',
  'interval',
  'warnings',
  'wallMs',
  'load',
  'environment',
  'phase',
  'storedAtMs',
] satisfies (keyof Measured | 'kind' | 'phase' | 'storedAtMs')[]);

export interface Parts {
  readonly facts: Facts;
  /** By name, in the order in which they are. */
  readonly samples: ReadonlyMap<string, SampleList>;
}

/** Lists of numbers, flags and integers at the top are samples; all else is a fact, and what is undefined is not there. */
export function partsOf(observation: Observation): Parts {
  const facts: Record<string, unknown> = {};
  const samples = new Map<string, SampleList>();
  for (const [name, value] of Object.entries(observation)) {
    if (common.has(name) || value === undefined) continue;
    if (isSampleList(value)) samples.set(name, value);
    else facts[name] = value;
  }
  return { facts, samples };
}

const isSampleList = (value: unknown): value is SampleList =>
  value instanceof Uint8Array ||
  value instanceof Uint16Array ||
  value instanceof Int32Array ||
  (Array.isArray(value) && value.every(each => typeof each === 'number'));

/** An observation of whatever kind: whoever reads narrows it by `kind`. */
export function joined<T>(
  measured: Measured & { readonly kind: string; readonly phase: Phase; readonly storedAtMs: number },
  facts: Facts,
  samples: ReadonlyMap<string, SampleList> = new Map(),
): T {
  // A listing joins tens of thousands without samples.
  return (
    samples.size === 0 ? { ...facts, ...measured } : { ...facts, ...Object.fromEntries(samples), ...measured }
  ) as T;
}

/** Search before confirm, latency before accuracy, and any other kind in an order that is always the same. */
export const inListingOrder = <T extends { readonly phase: string; readonly kind: string }>(
  observations: readonly T[],
): T[] => [...observations].sort((a, b) => descending(a.phase, b.phase) || descending(a.kind, b.kind));

const descending = (a: string, b: string): number => (a < b ? 1 : a > b ? -1 : 0);
