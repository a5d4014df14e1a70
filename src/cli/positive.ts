/** Options that are a positive number. */
import { UserError } from '../errors/user-error.ts';

/** Undefined stays undefined. Throws a UserError that names the flag. */
export function positive<T extends number | undefined>(flag: string, value: T): T {
  if (value === undefined || (value > 0 && Number.isFinite(value))) return value;
  throw new UserError(
    `${flag}: expected a positive number, found ${Number.isNaN(value) ? 'no number' : value}.`,
    `Give, for example, ${flag} 1.2.`,
  );
}
