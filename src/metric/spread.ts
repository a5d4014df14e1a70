/**
 * Grades for a figure of which only the error is known: their mean is q and sd / sqrt(n) is s. What lies above and below alternates in
 * the dense model, and in pairs in a candidate, so that both are as good as independent when they are subtracted.
 *
 * @param count n, at least 1
 */
export function gradesOfEstimate(quality: number, standardError: number, count: number, isDense: boolean): number[] {
  const even = count - (count % 4);
  if (even === 0) return new Array<number>(count).fill(quality);
  // Of n grades the first `even` lie off by a: s^2 = even a^2 / (n - 1) / n.
  const off = standardError * Math.sqrt((count * (count - 1)) / even);
  return Array.from({ length: count }, (_, i) => {
    if (i >= even) return quality;
    const up = isDense ? i % 2 === 0 : i % 4 < 2;
    return quality + (up ? off : -off);
  });
}
