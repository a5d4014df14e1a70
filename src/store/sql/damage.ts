/** A store whose file is damaged: what SQLite still hands over is not what was written. */
import { UserError } from '../../errors/user-error.ts';

/** For every sign of damage, whoever notices it. `action` completes "Cannot ... in the store". */
export const damaged = (path: string, action: string, sign: string, cause?: unknown): UserError =>
  new UserError(
    `Cannot ${action} in the store "${path}": the store is damaged (${sign}).`,
    `Keep a copy of the file, and ${saved(path)}. Or go on from an older copy.`,
    { cause },
  );

/** Debian's sqlite3 3.40 has no `.recover`: it prints four lines and an error, also for a file that is whole. */
export const saved = (path: string): string =>
  `save what can be read by: sqlite3 "${path}" .recover | sqlite3 saved.sqlite (with the sqlite3 of sqlite.org; builds without .recover have .dump, which saves less)`;

/** Thrown where a column does not hold what this program writes there. */
export class DamagedColumn extends Error {}

/** Text that is no JSON, or a column that holds something else. */
const unreadable = (error: unknown): boolean => error instanceof DamagedColumn || error instanceof SyntaxError;

/** What reading bytes and missing values ends in. A mistake of ours would look the same, and is there as the cause. */
const senseless = (error: unknown): boolean =>
  unreadable(error) || error instanceof RangeError || error instanceof TypeError;

type Methods = Readonly<Record<string, (...args: never[]) => Promise<unknown>>>;

/**
 * The same methods; what they cannot make sense of is told as damage.
 * @param checks whether the methods refuse results by a RangeError, which is then no damage
 */
export function tellingDamage<T extends object>(path: string, methods: T, checks = false): T {
  const isDamage = checks ? unreadable : senseless;
  const guarded = Object.entries(methods as Methods).map(([name, method]) => [
    name,
    async (...args: never[]): Promise<unknown> => {
      try {
        return await method(...args);
      } catch (error) {
        throw isDamage(error) ? damaged(path, 'make sense of what is', signOf(error), error) : error;
      }
    },
  ]);
  return Object.fromEntries(guarded) as T;
}

/** The first line: the rest of a JSON error is what it stumbled over. */
const signOf = (error: unknown): string => ((error as Error).message.split('\n')[0] ?? '').replace(/\.$/, '');
