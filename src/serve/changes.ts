/** Which studies have changed, asked of the store in one place for all who look on. It works for what any process writes. */
import type { Store } from '../store/store.ts';
import { polling } from '../store/watch.ts';

/** A study has reached a revision; null when it has left the store. */
export interface Change {
  readonly study: string;
  readonly revision: number | null;
}

export interface Changes {
  /** All studies as they are known now. */
  readonly known: () => readonly Change[];
  /** Hears of each change from now on; the store is asked only while somebody listens. Returns how to stop. */
  readonly listen: (heard: (change: Change) => void) => () => void;
  readonly close: () => void;
}

export interface Pace {
  /** Between two looks at the revisions, and at the list of studies. */
  readonly revisionsMs: number;
  readonly studiesMs: number;
}

export const usualPace: Pace = { revisionsMs: 250, studiesMs: 1500 };

/** @param failed called when the store cannot be read; the next look is made all the same */
export function changesIn(
  { studies, watch }: Pick<Store, 'studies' | 'watch'>,
  failed: (error: unknown) => void,
  pace = usualPace,
): Changes {
  const ids = new Map<string, number>();
  const revisions = new Map<string, number>();
  const listeners = new Set<(change: Change) => void>();
  const start = watch ?? polling(pace.revisionsMs);
  let stop: (() => void) | null = null;
  let listedAtMs = Number.NEGATIVE_INFINITY;

  const tell = (change: Change): void => {
    if (change.revision === null) revisions.delete(change.study);
    else revisions.set(change.study, change.revision);
    for (const heard of listeners) heard(change);
  };

  async function listed(): Promise<void> {
    // Whoever is woken by a write looks at all of it: nobody may wake it again.
    if (!watch && performance.now() - listedAtMs < pace.studiesMs) return;
    listedAtMs = performance.now();
    const names = new Set((await studies.list()).map(({ name }) => name));
    for (const name of [...ids.keys()])
      if (!names.has(name)) {
        ids.delete(name);
        tell({ study: name, revision: null });
      }
    for (const name of names) {
      const found = ids.has(name) ? null : await studies.get(name);
      if (found) ids.set(name, found.id);
    }
  }

  async function look(): Promise<void> {
    try {
      await listed();
      for (const [study, id] of ids) {
        const revision = await studies.revision(id);
        if (revisions.get(study) !== revision) tell({ study, revision });
      }
    } catch (error) {
      // A study may have gone while its revision was asked for: the list is read again.
      listedAtMs = Number.NEGATIVE_INFINITY;
      failed(error);
    }
  }

  const rest = (): void => {
    stop?.();
    stop = null;
  };
  return {
    known: () => [...revisions].map(([study, revision]) => ({ study, revision })),
    listen: heard => {
      listeners.add(heard);
      stop ??= start(look);
      return () => {
        listeners.delete(heard);
        if (listeners.size === 0) rest();
      };
    },
    close: () => {
      listeners.clear();
      rest();
    },
  };
}
