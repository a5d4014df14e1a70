/** What every store keeps of observations of any kind, of stages, and of what is read of many trials at once. */
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Observation } from '../../src/store/observation.ts';
import type { Store } from '../../src/store/store.ts';
import type { Study } from '../../src/store/study.ts';
import type { StorePlace } from './contract.ts';
import {
  accuracyOf,
  completed,
  crashed,
  frontOf,
  latencyOf,
  memoryOf,
  newStudy,
  newTraining,
  newTrial,
  pruned,
  sizeOf,
  strangeOf,
  trainingEpoch,
  trainingPhase,
} from './samples.ts';

export function kindsContract(name: string, makePlace: () => Promise<StorePlace>): void {
  describe(`the contract of stores about kinds and revisions: ${name}`, () => {
    let place: StorePlace;
    let store: Store;
    let study: Study;
    beforeEach(async () => {
      place = await makePlace();
      store = await place.open();
      study = await store.studies.create(newStudy());
    });
    afterEach(async () => {
      await store.close();
      await place.remove();
    });
    const begin = async (n: number) => (await store.queue.begin(study.id, newTrial(n)))!;
    const reopen = async () => {
      await store.close();
      store = await place.open();
    };

    const all = (n: number): Observation[] => [
      accuracyOf(n),
      strangeOf(n),
      sizeOf(n),
      { ...accuracyOf(n), kind: 'agreement' } as unknown as Observation,
      memoryOf(n),
      latencyOf(n),
    ];

    test('observations of every kind are read as they were written, in an order that is always the same', async () => {
      const { id } = await begin(1);
      await store.queue.finish(id, completed(1, { observations: all(1) }), frontOf);
      await store.queue.confirm(id, [strangeOf(4), latencyOf(4)]);
      await reopen();
      const seen = await store.trials.samples(id);
      expect(seen.map(({ phase, kind }) => `${phase} ${kind}`)).toEqual([
        ...['size', 'memory', 'latency', 'joules', 'agreement', 'accuracy'].map(kind => `search ${kind}`),
        ...['latency', 'joules'].map(kind => `confirm ${kind}`),
      ]);
      const lists = new Set([
        'candidateSamplesMs',
        'referenceSamplesMs',
        'correct',
        'predictions',
        'candidateSamplesKib',
      ]);
      for (const name of ['referenceSamplesKib', 'traceMj', 'overflow', 'states', 'offsets', 'none']) lists.add(name);
      const trial = await store.trials.get(study.id, 0);
      if (trial?.state !== 'complete') throw new Error('the trial is not complete');
      for (const [i, { phase, storedAtMs, ...read }] of seen.entries()) {
        const written = (phase === 'search' ? all(1) : [strangeOf(4), latencyOf(4)]).find(
          ({ kind }) => kind === read.kind,
        )!;
        const asKept = Object.entries(written).map(([key, value]) => [
          key,
          Array.isArray(value) && lists.has(key) ? value.map(Math.fround) : value,
        ]);
        expect(read).toEqual(Object.fromEntries(asKept));
        const facts = asKept.filter(([key]) => !lists.has(key as string));
        expect(trial.observations[i]).toEqual({ phase, storedAtMs, ...Object.fromEntries(facts) });
      }
    });

    test('what cannot be of its kind is refused, and of an unknown kind what is not finite', async () => {
      const { id } = await begin(0);
      const accuracy = accuracyOf(0) as Extract<Observation, { kind: 'accuracy' }>;
      const bad: unknown[] = [
        { ...strangeOf(0), value: Number.NaN },
        { ...strangeOf(0), interval: [0, Number.POSITIVE_INFINITY] },
        { ...strangeOf(0), level: Number.NaN },
        { ...sizeOf(0), bytes: '7' },
        { ...sizeOf(0), referenceBytes: undefined },
        { ...latencyOf(0), endedBy: null },
        { ...latencyOf(0), conditions: [] },
        { ...latencyOf(0), candidateMs: Number.POSITIVE_INFINITY },
        { ...latencyOf(0), candidateSamplesMs: [1] },
        { ...latencyOf(0), candidateSamplesMs: Uint8Array.of(1, 0, 1, 1, 1) },
        { ...memoryOf(0), referenceSamplesKib: undefined },
        { ...accuracy, drop: 'much' },
        { ...accuracy, drop: Number.NaN },
        { ...accuracy, places: Int32Array.of(1, 2) },
        { ...accuracy, predictions: accuracy.predictions?.slice(1) },
      ];
      for (const observation of bad) {
        const observations = [observation as Observation];
        await expect(store.queue.finish(id, completed(0, { observations }), frontOf)).rejects.toThrow(RangeError);
        await expect(store.queue.confirm(id, observations)).rejects.toThrow(RangeError);
      }
      expect(await store.trials.get(study.id, 0)).toHaveProperty('state', 'running');
      expect(await store.trials.samples(id)).toEqual([]);
    });

    test('an observation of any kind takes the place of the one of its kind, and of no other', async () => {
      const { id } = await begin(0);
      await store.queue.finish(id, completed(0, { observations: all(0) }), frontOf);
      const before = await store.trials.samples(id);
      const again = { values: [0.4, 0.4], standardErrors: [0, 0], feasible: true };
      await store.queue.remeasure(id, { ...again, observation: memoryOf(8, 5) }, frontOf);
      await store.queue.remeasure(id, { ...again, observation: strangeOf(9) }, frontOf);
      const after = await store.trials.samples(id);
      expect(after.map(({ kind }) => kind)).toEqual(before.map(({ kind }) => kind));
      for (const [i, observation] of after.entries()) {
        if (observation.kind === 'memory') expect(observation).toMatchObject(memoryOf(8, 5));
        else if ((observation.kind as string) === 'joules') expect(observation).toMatchObject(strangeOf(9));
        else expect(observation).toEqual(before[i]);
      }
      expect(await store.trials.get(study.id, 0)).toMatchObject({
        values: again.values,
        revisions: [
          { replacedAt: 2, values: completed(0).values },
          { replacedAt: 3, values: again.values },
        ],
      });
      // There is none of that kind that it could take the place of.
      const other = await begin(1);
      await store.queue.finish(other.id, completed(1), frontOf);
      await expect(store.queue.remeasure(other.id, { ...again, observation: sizeOf(1) }, frontOf)).rejects.toThrow();
      expect(await store.trials.get(study.id, 1)).toMatchObject({ values: completed(1).values, revisions: [] });
    });

    test('stages of any name keep their time', async () => {
      const stages = { buildMs: 1.5, latencyMs: null, accuracyMs: 0.1 + 0.2, sizeMs: 0.25, memoryMs: null, flashMs: 7 };
      await store.queue.finish((await begin(0)).id, completed(0, { stages }), frontOf);
      await reopen();
      expect((await store.trials.get(study.id, 0)) as object).toHaveProperty('stages', stages);
    });

    test('finishing returns the front with the trial, and null where there is none to tell', async () => {
      const points = [
        [0.5, 0.5],
        [0.4, 0.6],
        [0.3, 0.3],
      ];
      for (const [n, values] of points.entries()) {
        const { id } = await begin(n);
        const front = await store.queue.finish(id, completed(n, { values }), frontOf);
        expect(front).toEqual({
          members: (await store.trials.front(study.id)).map(({ number }) => number),
          hypervolume: ((await store.trials.get(study.id, n)) as { hypervolume?: number }).hypervolume,
        });
        expect(await store.queue.finish(id, completed(n, { values }), frontOf)).toBeNull();
      }
      expect(await store.queue.finish((await begin(3)).id, crashed, frontOf)).toBeNull();
      expect(await store.queue.finish((await begin(4)).id, pruned(4), frontOf)).toBeNull();
      const outside = await store.queue.finish((await begin(5)).id, completed(5, { feasible: false }), frontOf);
      expect(outside?.members).toEqual([2]);
    });

    test('figures are those of the listing, of complete trials only', async () => {
      for (let n = 0; n < 4; n++)
        await store.queue.finish((await begin(n)).id, n === 2 ? crashed : completed(n, { feasible: n !== 3 }), frontOf);
      const [first] = await store.trials.list(study.id);
      await store.queue.confirm(first!.id, [accuracyOf(9), latencyOf(9), sizeOf(9)]);
      const again = { observation: latencyOf(8), values: [0.9, 0.1], standardErrors: [0, 1], feasible: true };
      await store.queue.remeasure(first!.id, again, frontOf);
      await begin(4);
      await reopen();
      const figures = await store.trials.figures(study.id);
      const listed = await store.trials.list(study.id, { states: ['complete'] });
      expect(figures.map(({ number }) => number)).toEqual([0, 1, 3]);
      for (const [i, { confirmed, ...own }] of figures.entries()) {
        expect(listed[i]).toMatchObject(own);
        expect(confirmed).toEqual(i === 0 ? ['size', 'latency', 'accuracy'] : []);
      }
      expect(await store.trials.figures(99)).toEqual([]);
      expect([...(await store.trials.observations(study.id))]).toEqual(
        listed.map(trial => [trial.number, trial.state === 'complete' && trial.observations]),
      );
      expect((await store.trials.observations(99)).size).toBe(0);
    });

    test('observations after a sequence are those of what was finished, measured again or confirmed', async () => {
      const ids: number[] = [];
      for (let n = 0; n < 4; n++) {
        const { id } = await begin(n);
        ids.push(id);
        await store.queue.finish(id, completed(n), frontOf);
      }
      const since = async (after: number) => [...(await store.trials.observations(study.id, after)).keys()];
      expect(await since(0)).toEqual([0, 1, 2, 3]);
      expect(await since(3)).toEqual([3]);
      expect(await since(4)).toEqual([]);
      const again = { observation: latencyOf(8), values: [0.9, 0.1], standardErrors: [0, 1], feasible: true };
      await store.queue.remeasure(ids[1]!, again, frontOf);
      await store.queue.confirm(ids[2]!, [accuracyOf(2)]);
      expect(await since(4)).toEqual([1, 2]);
      expect(await since(5)).toEqual([2]);
      const all = await store.trials.observations(study.id);
      expect([...(await store.trials.observations(study.id, 4))]).toEqual([...all].slice(1, 3));
    });

    test('outlines are those of the listing, of every state, and after a sequence only what is new', async () => {
      for (let n = 0; n < 5; n++)
        if (n !== 3)
          await store.queue.finish(
            (await begin(n)).id,
            n === 2 ? crashed : n === 4 ? pruned(4) : completed(n, { feasible: n !== 1 }),
            frontOf,
          );
      await begin(3);
      const [first] = await store.trials.list(study.id);
      const again = { observation: latencyOf(8), values: [0.9, 0.1], standardErrors: [0, 1], feasible: true };
      await store.queue.remeasure(first!.id, again, frontOf);
      await reopen();
      const outlines = await store.trials.outlines(study.id);
      const listed = await store.trials.list(study.id);
      expect(outlines.map(({ number, state }) => [number, state])).toEqual(
        listed.map(({ number, state }) => [number, state]),
      );
      for (const [i, outline] of outlines.entries()) {
        const { reason, ...own } = outline;
        const known = Object.entries(own).filter(
          ([, value]) => value !== null && !(Array.isArray(value) && value.length === 0),
        );
        expect(listed[i]).toMatchObject(Object.fromEntries(known));
        expect(reason).toBe(listed[i]?.state === 'failed' ? listed[i].reason : null);
      }
      expect(outlines[0]!.values).toEqual([0.9, 0.1]);
      expect(outlines.map(({ feasible }) => feasible)).toEqual(
        listed.map(each => (each.state === 'complete' ? each.feasible : null)),
      );
      const since = async (after: number) =>
        (await store.trials.outlines(study.id, after)).map(({ number, state }) => `${number} ${state}`);
      // Four were finished; measuring trial 0 again was the fifth. What ran was put back when the store was closed.
      expect(await since(4)).toEqual(['0 complete', '4 waiting']);
      expect(await since(0)).toHaveLength(listed.length);
      expect(await store.trials.outlines(99)).toEqual([]);
    });

    test('trials are listed by the numbers that are wanted', async () => {
      for (let n = 0; n < 5; n++) await begin(n);
      const numbers = async (wanted: number[]) =>
        (await store.trials.list(study.id, { numbers: wanted })).map(({ number }) => number);
      expect(await numbers([4, 1, 9])).toEqual([1, 4]);
      expect(await numbers([])).toEqual([]);
      expect(await store.trials.list(study.id, { numbers: [1], states: ['complete'] })).toEqual([]);
    });

    test('every write of a study raises its revision, and nothing else does', async () => {
      const other = await store.studies.create(newStudy({ name: 'other' }));
      await expect(store.studies.revision(99)).rejects.toThrow();
      let last = await store.studies.revision(study.id);
      const raises = async (what: string, work: () => Promise<unknown>, by: 'raises' | 'stays' = 'raises') => {
        await work();
        const now = await store.studies.revision(study.id);
        expect([what, now > last ? 'raises' : 'stays']).toEqual([what, by]);
        last = now;
      };
      let id = 0;
      await raises('begin', async () => {
        id = (await begin(0)).id;
      });
      await raises('begin what is taken', () => store.queue.begin(study.id, newTrial(0)), 'stays');
      await raises('claim nothing', () => store.queue.claim(study.id), 'stays');
      await raises('requeue nothing', () => store.queue.requeueLost(study.id), 'stays');
      await raises('release', reopen);
      await raises('claim', () => store.queue.claim(study.id));
      await raises('finish', () => store.queue.finish(id, completed(0), frontOf));
      await raises('finish again', () => store.queue.finish(id, completed(0), frontOf), 'stays');
      await raises('confirm', () => store.queue.confirm(id, [latencyOf(3)]));
      const again = { observation: latencyOf(4), values: [0.4, 0.4], standardErrors: [0, 0], feasible: true };
      await raises('remeasure', () => store.queue.remeasure(id, again, frontOf));
      await raises('judge', () => store.tuning.judge(study.id, () => false, frontOf));
      await raises('setState', () => store.studies.setState(study.id, 'complete'));
      await raises('keepSetup', () => store.tuning.keepSetup(study.id, { strategy: 'x' }));
      await raises('keep the same setup', () => store.tuning.keepSetup(study.id, { strategy: 'x' }), 'stays');
      await raises('keepSiteTable', () => store.tuning.keepSiteTable(study.id, { changes: [] }));
      let run = 0;
      await raises('begin a training', async () => {
        run = (await store.training.begin(newTraining(id))).id;
      });
      await raises('an epoch', () => store.training.epoch(run, trainingEpoch(1)));
      await raises('a phase', () => store.training.phase(run, trainingPhase(1, 2)));
      const end = { state: 'complete', top1: 0.9, writtenSha256: null, detail: '' } as const;
      await raises('the end of a training', () => store.training.end(run, end));
      await raises(
        'reading',
        async () => [await store.trials.list(study.id), await store.trials.front(study.id)],
        'stays',
      );
      await raises('a write of another study', () => store.queue.begin(other.id, newTrial(1)), 'stays');
      await raises('the same study created again', () => store.studies.create(newStudy()), 'stays');
    });

    describe('a trial of another machine', () => {
      const elsewhere = { pid: 1, startTime: 'then', bootId: 'of another machine' };

      test('is held while its lease is renewed, and lost some time after its end', async () => {
        let now = 1_000_000;
        const clock = () => now;
        const far = await place.open({ clock, owner: elsewhere, leaseMs: 1000 });
        const near = await place.open({ clock });
        await far.queue.begin(study.id, newTrial(0));
        expect(await near.queue.requeueLost(study.id)).toBe(0);
        // A lease that has run out by a little may be that of a clock that is late.
        now += 1000 + 60_000;
        expect(await near.queue.requeueLost(study.id)).toBe(0);
        now += 1;
        expect(await near.queue.requeueLost(study.id)).toBe(1);
        expect(await near.queue.claim(study.id)).toMatchObject({ number: 0, requeues: 1 });
        // The first owner lets go of what it no longer holds.
        await far.close();
        expect(await store.trials.get(study.id, 0)).toMatchObject({ state: 'running', owner: { pid: process.pid } });
        await near.close();
      });

      test('is renewed by its owner, by itself, until the store is closed', async () => {
        let now = 1_000_000;
        const clock = () => now;
        const far = await place.open({ clock, owner: elsewhere, leaseMs: 90 });
        const near = await place.open({ clock });
        await far.queue.begin(study.id, newTrial(0));
        now += 1_000_000;
        // Thirty milliseconds apart, by the same event loop.
        await new Promise(resolve => setTimeout(resolve, 500));
        expect(await near.queue.requeueLost(study.id)).toBe(0);
        await far.close();
        expect(await near.trials.get(study.id, 0)).toHaveProperty('state', 'waiting');
        await near.close();
      });
    });
  });
}
