/** What must hold of every store at every instant. */
import { expect } from 'vitest';
import type { Store } from '../../../src/store/store.ts';
import type { Trial } from '../../../src/store/trial.ts';
import { frontOf } from '../samples.ts';

/** Numbers and order of finishing without a gap, and the front of the trials that are there. */
export async function demandWhole(store: Store, studyId: number): Promise<readonly Trial[]> {
  const trials = await store.trials.list(studyId);
  const range = (n: number): number[] => Array.from({ length: n }, (_, i) => i);
  expect(trials.map(({ number }) => number)).toEqual(range(trials.length));
  expect(new Set(trials.map(({ configuration }) => JSON.stringify(configuration))).size).toBe(trials.length);
  const finished = trials.filter(trial => 'finishedSequence' in trial);
  expect(finished.map(trial => trial.finishedSequence).sort((a, b) => a - b)).toEqual(
    range(finished.length).map(n => n + 1),
  );
  const complete = finished.filter(trial => trial.state === 'complete');
  for (const trial of complete) expect(trial.observations.filter(({ phase }) => phase === 'search')).toHaveLength(2);
  const expected = frontOf(complete.map(({ number, values }) => ({ number, values })));
  expect((await store.trials.front(studyId)).map(({ number }) => number)).toEqual(expected.members);
  const last = complete.toSorted((a, b) => b.finishedSequence - a.finishedSequence)[0];
  if (last) expect(last.hypervolume).toBeCloseTo(expected.hypervolume, 9);
  return trials;
}
