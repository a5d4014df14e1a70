/** What the page is told of the tuner, against `explain` and a recount of the intervals. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { coverageOf, tuner } from '../../../src/serve/api/tuner.ts';
import { sourceOver } from '../../../src/serve/source.ts';
import { explainStudy } from '../../../src/study/read/explain.ts';
import { pageStore } from '../../page/stores.ts';

let place: Awaited<ReturnType<typeof pageStore>>;
beforeAll(async () => {
  place = await pageStore();
});
afterAll(() => place.remove());

test('it is what explain says, and each trial that was learned from is predicted from the others', async () => {
  const record = await tuner(sourceOver(place.store, 'store.sqlite'), { study: 'resnet18' });
  const { hypervolume: _, ...view } = (await explainStudy(place.store, place.study))!;
  expect(record.view).toEqual(view);
  const trials = await place.store.trials.list(place.study.id);
  expect(record.leftOut.length).toBe(view.calibration![0]!.trials);
  for (const { trial, byObjective } of record.leftOut) {
    const found = trials.find(({ number }) => number === trial)!;
    const values = 'values' in found ? found.values : [];
    for (const [k, { observed, sd }] of byObjective.entries()) {
      expect(observed).toBeCloseTo(values[k]!, 9);
      expect(sd).toBeGreaterThan(0);
    }
  }
  const at95 = record.coverage.find(({ said }) => said === 0.95)!;
  expect(at95.seen).toEqual(view.calibration!.map(({ within95 }) => within95));
  for (const k of [0, 1]) {
    const error = record.leftOut.map(({ byObjective }) => (byObjective[k]!.mean - byObjective[k]!.observed) ** 2);
    const rms = Math.sqrt(error.reduce((sum, each) => sum + each, 0) / error.length);
    expect(rms).toBeCloseTo(view.calibration![k]!.rmse, 9);
  }
});

test('of normal errors as large as they are said to be, each interval holds about its share', () => {
  const leftOut = Array.from({ length: 4001 }, (_, i) => {
    // Quantiles of a logistic of the same spread as a normal.
    const u = (i + 0.5) / 4001;
    return { trial: i, byObjective: [{ observed: (Math.log(u / (1 - u)) * Math.sqrt(3)) / Math.PI, mean: 0, sd: 1 }] };
  });
  // Of a logistic with variance 1 the share within z is tanh(pi z / (2 sqrt 3)).
  const z = [0.6745, 1.2816, 1.6449, 1.96, 2.5758];
  for (const [i, { seen }] of coverageOf(leftOut, 1).entries())
    expect(seen[0]).toBeCloseTo(Math.tanh((Math.PI * z[i]!) / (2 * Math.sqrt(3))), 2);
});

test('a study whose store does not say how trials were proposed has none', async () => {
  const record = await tuner(sourceOver(place.store, 'store.sqlite'), { study: 'other <i>board</i>' });
  expect(record).toMatchObject({ view: null, leftOut: [], coverage: [] });
});
