/** How far results are from what they should be. */

/** Of the largest output: half precision and the short products of tensor cores stay below it, a wrong result does not. */
export const tolerance = 0.02;

/** As a share of the largest of the wanted results; infinite where they are no numbers, or not as many. */
export function largestError(wanted: Float64Array, given: Float32Array): number {
  if (wanted.length !== given.length) return Number.POSITIVE_INFINITY;
  let most = 0;
  let error = 0;
  for (const [i, value] of wanted.entries()) {
    most = Math.max(most, Math.abs(value));
    const off = Math.abs(value - (given[i] ?? Number.NaN));
    error = off > error || Number.isNaN(off) ? off : error;
  }
  return Number.isNaN(error) ? Number.POSITIVE_INFINITY : error / most;
}
