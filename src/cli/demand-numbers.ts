import type { Options } from 'yargs';
import { UserError } from '../errors/user-error.ts';

/** @throws UserError for an option of type number whose value is none: yargs makes NaN of it, which no command can name */
export function demandNumbers(
  given: Readonly<Record<string, unknown>>,
  options: Readonly<Record<string, Options>>,
): void {
  for (const [flag, { type }] of Object.entries(options)) {
    if (type === 'number' && Number.isNaN(given[flag]))
      throw new UserError(`--${flag}: expected a number, found no number.`, `Give, for example, --${flag} 1.`);
  }
}
