/** Looking at a study while a search may go on writing to it. */
import type { Store } from '../../store/store.ts';
import type { Study } from '../../store/study.ts';

/** A trial takes longer than so many looks. */
const looks = 10;

/**
 * What disagrees, and what a look fails with, is believed when nothing was written between the beginning and the end of the look.
 *
 * @param agrees whether nothing in it contradicts itself
 * @throws what the last look fails with
 */
export async function whenSettled<T>(
  { studies }: Pick<Store, 'studies'>,
  study: Study,
  look: () => Promise<T>,
  agrees: (seen: T) => boolean,
): Promise<T> {
  for (let left = looks; ; left--) {
    const revision = await studies.revision(study.id);
    const found = await look().then(
      seen => ({ seen, agrees: agrees(seen) }),
      (error: unknown) => ({ error, agrees: false }),
    );
    if (!found.agrees && left > 0 && revision !== (await studies.revision(study.id))) continue;
    if ('error' in found) throw found.error;
    return found.seen;
  }
}
