/** What is computed from a store alone, where damaged numbers end in an error of the arithmetic. */
import { UserError } from '../errors/user-error.ts';
import { damaged } from '../store/damage.ts';

/** Whatever else than a UserError `work` ends in: numbers that this program wrote can be computed with. */
export async function computed<T>(store: string, action: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof UserError || !(error instanceof Error)) throw error;
    throw damaged(store, action, `its numbers cannot be computed with: ${error.message}`, error);
  }
}
