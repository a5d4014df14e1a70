/** Options and their values, as people type them. */
import type { Options } from 'yargs';
import { UserError } from '../errors/user-error.ts';

/**
 * `args` with a value that begins with a dash tied to its option: yargs takes the `-1h` of `--time -1h` for options of their own.
 * @throws UserError for an option whose value is missing
 */
export function givenValues(args: readonly string[], options: Readonly<Record<string, Options>>): string[] {
  const tied: string[] = [];
  for (let at = 0; at < args.length; at++) {
    const arg = args[at] ?? '';
    const flag = /^--([^=]+)$/.exec(arg)?.[1];
    if (flag === undefined || !takesValue(options[flag])) {
      tied.push(arg);
      continue;
    }
    const value = args[at + 1];
    if (value === undefined || value.startsWith('--'))
      throw new UserError(
        `--${flag}: expected a value, found ${value === undefined ? 'none' : `the option ${value.split('=')[0]}`}.`,
        `Write it behind the option: --${flag} VALUE.`,
      );
    tied.push(value.startsWith('-') ? `${arg}=${value}` : arg);
    if (!value.startsWith('-')) tied.push(value);
    at++;
  }
  return tied;
}

const takesValue = (option: Options | undefined): boolean =>
  option !== undefined && (option.type === 'string' || option.type === 'number' || option.choices !== undefined);
