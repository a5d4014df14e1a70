/** Parts of a history against the whole of it. */
import fc from 'fast-check';
import { afterAll, describe, expect, test } from 'vitest';
import { type HistoryRecord, history } from '../../../src/serve/api/history.ts';
import { parts, thinned } from '../../../src/serve/api/thinned.ts';
import { sourceOver } from '../../../src/serve/source.ts';
import { referenceStore } from '../../page/stores.ts';
import { studyOf } from '../../study/read/random-study.ts';
import { madeUp } from './made-up.ts';

const opened: { remove: () => Promise<void> }[] = [];
afterAll(async () => {
  for (const place of opened) await place.remove();
});

test('parts hold everything once and in order, and what is to be kept stays in what is thinned', () => {
  fc.assert(
    fc.property(fc.array(fc.integer(), { maxLength: 60 }), fc.integer({ min: 1, max: 20 }), (all, most) => {
      const made = parts(all, most);
      expect(made.flat()).toEqual(all);
      expect(made.length).toBe(Math.min(most, all.length));
      expect(made.every(part => part.length > 0)).toBe(true);
      const numbered = all.map((value, index) => ({ value, index }));
      const keep = ({ value }: { value: number }): boolean => value % 3 === 0;
      const kept = thinned(numbered, most, keep);
      expect(kept.map(({ index }) => index)).toEqual(kept.map(({ index }) => index).sort((a, b) => a - b));
      expect(kept.filter(keep)).toEqual(numbered.filter(keep));
      expect(kept.length).toBe(all.length <= most ? all.length : Math.max(most, numbered.filter(keep).length));
    }),
  );
});

test('of small made-up studies the best so far, the hypervolume and all values are those of their trials', async () => {
  await fc.assert(
    fc.asyncProperty(madeUp, async trials => {
      const { store, study } = await studyOf(trials);
      const record = await history(sourceOver(store, 'store.sqlite'), { study: study.name });
      const all = (await store.trials.list(study.id)).flatMap(trial => (trial.state === 'complete' ? [trial] : []));
      expect(record.finished).toBe(all.length);
      let [fastest, best] = [Number.POSITIVE_INFINITY, 0];
      for (const [i, trial] of all.entries()) {
        const part = record.parts[i]!;
        const [ratio = Number.NaN, error = Number.NaN] = trial.values;
        // The dense model takes 10 ms in these.
        fastest = Math.min(fastest, 10 * ratio);
        best = Math.max(best, 1 - error);
        expect(part).toMatchObject({ first: i + 1, last: i + 1, trial: trial.number, hypervolume: trial.hypervolume });
        expect(part.values[0]!.best).toBeCloseTo(fastest, 9);
        expect(part.values[1]!.best).toBeCloseTo(best, 9);
        expect(part.values[0]!.middle).toBeCloseTo(10 * ratio, 9);
        expect(part.stagesMs).toEqual([1, 1, 1]);
      }
    }),
    { numRuns: 25 },
  );
});

describe('of reference studies', () => {
  test.each(['resnet18', 'resnet56'])('%s: times by stage add up to what its trials took', async name => {
    const place = await referenceStore(name);
    opened.push(place);
    const record: HistoryRecord = await history(sourceOver(place.store, 'store.sqlite'), { study: name });
    const study = (await place.store.studies.get(name))!;
    const trials = await place.store.trials.list(study.id);
    let wall = 0;
    for (const trial of trials)
      if ('stages' in trial) {
        const { buildMs, latencyMs, accuracyMs } = trial.stages;
        wall += (buildMs ?? 0) + (latencyMs ?? 0) + (accuracyMs ?? 0);
      }
    expect(record.stages.reduce((sum, { totalMs }) => sum + totalMs, 0)).toBeCloseTo(wall, 3);
    expect(record.parts.flatMap(({ stagesMs }) => stagesMs).reduce((sum, each) => sum + each, 0)).toBeCloseTo(wall, 3);
    expect(record.parts.at(-1)!.last).toBe(trials.length);
    expect(record.parts.reduce((sum, { pruned }) => sum + pruned, 0)).toBe(
      trials.filter(({ state }) => state === 'pruned').length,
    );
  });
});
