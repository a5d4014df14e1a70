/** Factors at a lower rank: the leading components of every group, copied. */

/** `groups` parts of `rows` rows of `length` numbers each: keeps the first `count` rows of every part. */
export function leadingRows(
  x: Float32Array,
  groups: number,
  rows: number,
  length: number,
  count: number,
): Float32Array {
  if (count === rows) return x;
  const result = new Float32Array(groups * count * length);
  for (let group = 0; group < groups; group++) {
    const from = group * rows * length;
    result.set(x.subarray(from, from + count * length), group * count * length);
  }
  return result;
}
