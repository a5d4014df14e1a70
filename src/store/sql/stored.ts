/** A column that may be null by its type and, where it is read, is not. */
import { DamagedColumn } from './damage.ts';

/** What a constraint of the table promises to be there. */
export function stored<T>(value: T | null): T {
  // Undefined where the table's own definition is damaged.
  if (value === null || value === undefined) throw new DamagedColumn('a value that the store promises is missing');
  return value;
}
