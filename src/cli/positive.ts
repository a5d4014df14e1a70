/** Options that are a number from zero on. */
import { UserError } from '../errors/user-error.ts';

/** Undefined stays undefined. Throws a UserError that names the flag. */
export function positive<T extends number | undefined>(flag: string, value: T, example = 1.2): T {
  if (value === undefined || (value > 0 && Number.isFinite(value))) return value;
  throw refusal(flag, value, 'a positive number', example);
}

/** The same for a number that may be zero. */
export function notNegative<T extends number | undefined>(flag: string, value: T, example: number): T {
  if (value === undefined || (value >= 0 && Number.isFinite(value))) return value;
  throw refusal(flag, value, 'a number from 0 on', example);
}

const refusal = (flag: string, value: number, expected: string, example: number): UserError =>
  new UserError(
    `${flag}: expected ${expected}, found ${Number.isNaN(value) ? 'no number' : value}.`,
    `Give, for example, ${flag} ${example}.`,
  );
