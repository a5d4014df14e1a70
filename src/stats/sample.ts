/** Requirements on samples, checked once at the door of each statistic. */

export function requireNonEmpty(values: readonly number[]): readonly number[] {
  if (values.length === 0) throw new RangeError('Cannot summarise a sample: expected at least one value, found none.');
  return values;
}

export function requirePaired(a: readonly number[], b: readonly number[]): void {
  requireNonEmpty(a);
  if (a.length !== b.length)
    throw new RangeError(`Cannot pair two samples: expected equal lengths, found ${a.length} and ${b.length}.`);
}
