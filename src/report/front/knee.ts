/** The knee of a front: where one more step of speed begins to cost more accuracy than the steps before it. */

export interface CurvePoint {
  /** Minimised, such as latency. */
  readonly cost: number;
  /** Maximised, such as accuracy. */
  readonly value: number;
}

/**
 * The index of the knee, or null for fewer than three points or a curve that bends nowhere.
 *
 * Kneedle (Satopää, Albrecht, Irwin and Raghavan 2011, section III) for a rising, concave curve: with both axes normalised to
 * [0, 1], the knee maximises the difference y - x, which is sqrt(2) times the distance to the chord between the ends. The
 * curve is not smoothed and the sensitivity is 0: a front is monotone already and has few points, of which one is
 * wanted. Where two points are equally far, the one of greater value.
 */
export function kneeIndex(curve: readonly CurvePoint[]): number | null {
  if (curve.length < 3) return null;
  const costs = curve.map(({ cost }) => cost);
  const values = curve.map(({ value }) => value);
  const leastCost = Math.min(...costs);
  const leastValue = Math.min(...values);
  const costRange = Math.max(...costs) - leastCost;
  const valueRange = Math.max(...values) - leastValue;
  if (!(costRange > 0 && valueRange > 0)) return null;
  let knee: number | null = null;
  let farthest = rounding;
  for (const [index, { cost, value }] of curve.entries()) {
    const distance = (value - leastValue) / valueRange - (cost - leastCost) / costRange;
    const tied = knee !== null && Math.abs(distance - farthest) <= rounding;
    if (tied ? value > (values[knee ?? 0] ?? 0) : distance > farthest) {
      knee = index;
      farthest = Math.max(distance, farthest);
    }
  }
  return knee;
}

/** Differences of normalised coordinates below this are rounding, not distance. */
const rounding = 1e-12;
