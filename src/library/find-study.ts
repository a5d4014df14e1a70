/** A study by its name. */
import { UserError } from '../errors/user-error.ts';
import type { Store } from '../store/store.ts';
import type { Study } from '../store/study.ts';
import { nearest } from '../units/nearest.ts';

/**
 * @param whose what holds it, as errors call it
 * @throws UserError when there is none of that name
 */
export async function namedStudy(store: Store, whose: string, name: string): Promise<Study> {
  const study = await store.studies.get(name);
  if (study) return study;
  const names = (await store.studies.list()).map(each => each.name);
  const meant = nearest(name, names);
  throw new UserError(
    `${whose} holds no study "${name}"${names.length > 0 ? `, but: ${names.join(', ')}` : ''}.`,
    meant ? `Did you mean "${meant}"?` : 'See "rankfront studies".',
  );
}
