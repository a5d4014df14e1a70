/** What readers read from: a study is read again only after it has changed, and once for all who ask meanwhile. */
import type { Site } from '../decompose/site.ts';
import type { Store } from '../store/store.ts';
import { readStudy } from '../study/read/reading.ts';
import type { StudyReading } from '../study/read/study-reading.ts';
import { sitesOf } from '../study/read/trial-view.ts';
import { NotFound, type Source } from './api/reader.ts';

/** Readings of large studies are large in memory: so many are kept. */
const readingsKept = 2;

/** @param place of the store, as commands take it */
export function sourceOver(store: Store, place: string): Source {
  const readings = keeper(store, readingsKept);
  const records = keeper(store, 1000);
  const sites = new Map<string, readonly Site[]>();
  return {
    store,
    place,
    study: async name => {
      const study = await store.studies.get(name);
      if (!study) throw new NotFound(`The store has no study "${name}".`);
      return study;
    },
    reading: study => readings<StudyReading>(study.id, 'reading', before => readStudy(store, study, [], before)),
    sites: study => {
      const key = `${study.model.sha256} ${study.model.path}`;
      const found = sites.get(key) ?? sitesOf(study, study.model.path);
      if (found) sites.set(key, found);
      return found;
    },
    kept: ({ id }, name, make) => records(id, name, () => make()),
  };
}

/** @template T what `make` makes, given what it made for the revision before */
type Keeper = <T>(studyId: number, name: string, make: (before: T | null) => Promise<T>) => Promise<T>;

/** The last `most` of what was made, each until its study changes. What failed is not kept. */
function keeper({ studies }: Pick<Store, 'studies'>, most: number): Keeper {
  const kept = new Map<string, { readonly revision: number; readonly made: Promise<unknown> }>();
  return async <T>(studyId: number, name: string, make: (before: T | null) => Promise<T>): Promise<T> => {
    const key = `${studyId} ${name}`;
    const revision = await studies.revision(studyId);
    const found = kept.get(key);
    if (found?.revision === revision) return found.made as Promise<T>;
    const before = (found?.made ?? Promise.resolve(null)) as Promise<T | null>;
    const made = before.catch(() => null).then(make);
    kept.delete(key);
    kept.set(key, { revision, made });
    for (const oldest of kept.keys()) if (kept.size > most) kept.delete(oldest);
    made.catch(() => {
      if (kept.get(key)?.made === made) kept.delete(key);
    });
    return made;
  };
}
