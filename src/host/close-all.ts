/** Lets go of all that was opened, the last first. */
import { reasonOf } from '../files/reason.ts';

/** What cannot be closed is told, and keeps nothing else open. The list is empty afterwards. */
export async function closeAll(closers: (() => unknown)[], note: (message: string) => void): Promise<void> {
  for (const close of closers.splice(0).reverse())
    try {
      await close();
    } catch (error) {
      note(`Something could not be closed: ${reasonOf(error)}.`);
    }
}
