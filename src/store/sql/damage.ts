/** Signs of damage in what a database hands over: it is not what this program writes. */
import type { StoreSession } from './session.ts';

/** Thrown where a column does not hold what this program writes there. */
export class DamagedColumn extends Error {}

/** Text that is no JSON, or a column that holds something else. */
export const unreadable = (error: unknown): boolean => error instanceof DamagedColumn || error instanceof SyntaxError;

/** What reading bytes and missing values ends in. A mistake of ours would look the same, and is there as the cause. */
export const senseless = (error: unknown): boolean =>
  unreadable(error) || error instanceof RangeError || error instanceof TypeError;

type Methods = Readonly<Record<string, (...args: never[]) => Promise<unknown>>>;

/**
 * The same methods; what they cannot make sense of is told as damage, in the words of the session's database.
 * @param checks whether the methods refuse results by a RangeError, which is then no damage
 */
export function tellingDamage<T extends object>(session: Pick<StoreSession, 'damaged'>, methods: T, checks = false): T {
  const isDamage = checks ? unreadable : senseless;
  const guarded = Object.entries(methods as Methods).map(([name, method]) => [
    name,
    async (...args: never[]): Promise<unknown> => {
      try {
        return await method(...args);
      } catch (error) {
        throw isDamage(error) ? session.damaged('make sense of what is', signOf(error), error) : error;
      }
    },
  ]);
  return Object.fromEntries(guarded) as T;
}

/** The first line: the rest of a JSON error is what it stumbled over. */
export const signOf = (error: unknown): string => ((error as Error).message.split('\n')[0] ?? '').replace(/\.$/, '');
