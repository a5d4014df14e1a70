/** What may have spoilt a measurement: a value, worded in `wording.ts` alone. */
export type Warning =
  /** Standard deviation of one call over its median, drift and spells of load taken out. */
  | { readonly kind: 'noisy'; readonly spread: number }
  /** Cores that other processes kept busy on average meanwhile. */
  | { readonly kind: 'other-load'; readonly busyCores: number }
  /** Median of the reference in the second half of the run over that in the first, minus 1. */
  | { readonly kind: 'clock-drift'; readonly drift: number }
  /** The tool prints one figure of many calls: what single calls do is not seen. */
  | { readonly kind: 'no-samples'; readonly statistic: 'median' | 'mean' }
  | { readonly kind: 'coarse-timer'; readonly callMs: number; readonly resolutionMs: number };
