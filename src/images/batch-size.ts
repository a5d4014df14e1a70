/**
 * How many images a call takes: the power of two nearest below 2^20 pixels in all, 64 at most. It follows from the size of
 * the input alone, and not from a measurement, so that the same images always meet in the same batch.
 */
export function batchSizeFor(height: number, width: number): number {
  const fitting = 2 ** 20 / (height * width);
  return Math.max(1, Math.min(64, 2 ** Math.floor(Math.log2(fitting))));
}
