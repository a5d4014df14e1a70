/** Multiply-accumulates of a thin SVD, roughly: k^2 l for a k x l unfolding, k <= l, and k^3 for its vectors. */
export function svdWork(rows: number, cols: number): number {
  const [k, l] = [Math.min(rows, cols), Math.max(rows, cols)];
  return k ** 2 * (3 * l + 5 * k);
}
