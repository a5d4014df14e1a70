/** A linear axis with round ticks. */

export interface Axis {
  readonly min: number;
  readonly max: number;
  /** The distance between ticks: 1, 2 or 5 times a power of ten. */
  readonly step: number;
  /** Decimals that a tick needs. */
  readonly decimals: number;
}

/** The least axis with round ends that holds `low` to `high`, with `ticks` steps or somewhat fewer or more. */
export function roundAxis(low: number, high: number, ticks = 11): Axis {
  const range = high - low > 0 ? high - low : Math.max(Math.abs(high) * 0.1, 1e-9);
  const power = 10 ** Math.floor(Math.log10(range / ticks));
  const step = power * ([1, 2, 5].find(multiple => multiple * power * ticks >= range) ?? 10);
  const decimals = Math.max(0, -Math.floor(Math.log10(step) + 1e-9));
  // Rounded to the decimals of the ticks: 3 * 0.1 must not be 0.30000000000000004.
  const at = (index: number): number => Number((index * step).toFixed(decimals));
  const first = Math.floor(low / step + 1e-9);
  const last = Math.max(first + 1, Math.ceil(high / step - 1e-9));
  return { min: at(first), max: at(last), step, decimals };
}
