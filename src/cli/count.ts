import { UserError } from '../errors/user-error.ts';

/** The number given with `flag`, undefined when there was none. Throws a UserError unless it is whole and at least `least`. */
export function count<T extends number | undefined>(
  flag: string,
  value: T,
  least: number,
  example = Math.max(least, 100),
): T {
  if (value === undefined || (Number.isSafeInteger(value) && value >= least)) return value;
  throw new UserError(
    `${flag}: expected a whole number of at least ${least}, found ${Number.isNaN(value) ? 'no number' : value}.`,
    `Give, for example, ${flag} ${example}.`,
  );
}
