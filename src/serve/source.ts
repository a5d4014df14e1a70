/** What readers read from: a study is read again only after it has changed, and once for all who ask meanwhile. */
import type { Store } from '../store/store.ts';
import { readStudy } from '../study/read/reading.ts';
import type { StudyReading } from '../study/read/study-reading.ts';
import { NotFound, type Source } from './api/reader.ts';

interface Kept {
  readonly revision: number;
  readonly reading: Promise<StudyReading>;
}

/** Large studies are large in memory: of so many the last reading is kept. */
const studiesKept = 2;

export function sourceOver(store: Store): Source {
  const kept = new Map<string, Kept>();
  return {
    store,
    study: async name => {
      const study = await store.studies.get(name);
      if (!study) throw new NotFound(`The store has no study "${name}".`);
      return study;
    },
    reading: async study => {
      const key = `${study.id} ${study.name}`;
      const revision = await store.studies.revision(study.id);
      const found = kept.get(key);
      if (found?.revision === revision) return found.reading;
      const reading = readStudy(store, study);
      kept.delete(key);
      kept.set(key, { revision, reading });
      for (const oldest of kept.keys()) if (kept.size > studiesKept) kept.delete(oldest);
      reading.catch(() => {
        if (kept.get(key)?.reading === reading) kept.delete(key);
      });
      return reading;
    },
  };
}
