/** What is drawn of many: a chart shows no more than its pixels, and nothing else is sent. */

/** At most `most` of them, evenly over the list; those that are to be kept stay, whatever their number. */
export function thinned<T>(all: readonly T[], most: number, keep: (each: T) => boolean = () => false): readonly T[] {
  if (all.length <= most) return all;
  const kept = new Set<number>();
  for (const [index, each] of all.entries()) if (keep(each)) kept.add(index);
  const others = all.flatMap((_, index) => (kept.has(index) ? [] : [index]));
  const places = Math.max(0, most - kept.size);
  for (let i = 0; i < places; i++) {
    const index = others[Math.floor(((i + 0.5) * others.length) / places)];
    if (index !== undefined) kept.add(index);
  }
  return all.filter((_, index) => kept.has(index));
}

/** Consecutive parts of nearly equal length, at most `most`; none is empty. */
export function parts<T>(all: readonly T[], most: number): readonly (readonly T[])[] {
  const count = Math.min(most, all.length);
  const start = (i: number): number => Math.round((i * all.length) / count);
  return Array.from({ length: count }, (_, i) => all.slice(start(i), start(i + 1)));
}
