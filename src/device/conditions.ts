/** How a latency was taken: what was in its way, and what of it counts. */
import type { Climate } from '../host/climate.ts';
import type { LatencyStatistic } from '../stats/latency-statistic.ts';
import { median } from '../stats/robust.ts';

/** The present one; raised with any change of a formula or a constant in `summary.ts` or `stats/session-interval.ts`. */
export const latencyRule = 1;

/** What was seen to disturb a measurement. */
export type Cause =
  /** The threads that measured waited for a core for this share of the time that they wanted to run. */
  | { readonly kind: 'waited-for-cores'; readonly share: number }
  /** Cores that other processes kept busy on average; `names` are those that did the most, such as `python3 (process 812)`. */
  | { readonly kind: 'other-load'; readonly busyCores: number; readonly names: readonly string[] }
  /** Share of the processor time that the host gave to other guests. */
  | { readonly kind: 'stolen'; readonly share: number }
  /** Time of the dense model over what it takes on this device when the machine is quiet. */
  | { readonly kind: 'slow-reference'; readonly slowdown: number }
  /** The process may use fewer cores than the profile has threads: no quiet time will come. */
  | { readonly kind: 'few-cores'; readonly cores: number; readonly threads: number };

export interface Conditions {
  /** Of `latencyFigures`, by which ratio and interval follow from the samples. */
  readonly rule: number;
  /** How many of the pairs each session of the runtime gave, in the order of the samples. */
  readonly sessionPairs: readonly number[];
  /** Pairs that were timed and left out, since the machine was busy meanwhile. */
  readonly pairsLeftOut: number;
  /** Time spent waiting for a quiet machine. */
  readonly waitedMs: number;
  /** Time of the dense model over what it takes here when the machine is quiet; null where that is not known. */
  readonly slowdown: number | null;
  /** Empty for a good measurement. */
  readonly causes: readonly Cause[];
  /** Where ratio and milliseconds are not of medians: of which tail. */
  readonly statistic?: Tail;
  /** With a tail: the median of the dense model, by which a slow machine is told. */
  readonly referenceMedianMs?: number;
  /** Where each session timed the models in blocks, one after the other: whether the candidate came first. Drift is taken out by it. */
  readonly candidateFirst?: readonly boolean[];
  /** Where a sample is a figure of many calls, since the tool prints no single ones. */
  readonly summaries?: Summaries;
  /** How warm and how fast the device was; missing where that was not read. */
  readonly climate?: { readonly before: Climate; readonly after: Climate } | undefined;
}

export type Tail = Exclude<LatencyStatistic, 'median'>;

/** What conditions say of the statistic; nothing of medians, as studies from before there was a choice have it. */
export const statisticRecord = (
  statistic: LatencyStatistic | undefined,
  referenceSamplesMs: readonly number[],
): Pick<Conditions, 'statistic' | 'referenceMedianMs'> =>
  statistic === undefined || statistic === 'median' ? {} : { statistic, referenceMedianMs: median(referenceSamplesMs) };

export interface Summaries {
  readonly statistic: 'median' | 'mean';
  /** Of how many calls; null where the tool does not say. */
  readonly calls: number | null;
}

/** Of a latency that is computed: one session, nothing in its way. */
export const undisturbed = (pairs: number): Conditions => ({
  rule: latencyRule,
  sessionPairs: [pairs],
  pairsLeftOut: 0,
  waitedMs: 0,
  slowdown: null,
  causes: [],
});
