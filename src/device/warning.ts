/** What may have spoilt a measurement: a value, worded in one place. */
export type Warning =
  | { readonly kind: 'noisy'; readonly spread: number }
  | { readonly kind: 'other-load'; readonly busyCores: number }
  | { readonly kind: 'clock-drift'; readonly drift: number }
  | { readonly kind: 'coarse-timer'; readonly callMs: number; readonly resolutionMs: number };
