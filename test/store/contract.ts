/** What every store keeps to. */
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { StoreOptions } from '../../src/store/options.ts';
import type { Store, StoredPoint } from '../../src/store/store.ts';
import type { Study } from '../../src/store/study.ts';
import {
  accuracyOf,
  completed,
  crashed,
  frontOf,
  latencyOf,
  newRefinement,
  newStudy,
  newTrial,
  pruned,
} from './samples.ts';

export interface StorePlace {
  /** A store on the same content each time. */
  open(options?: Pick<StoreOptions, 'clock' | 'owner' | 'leaseMs'>): Promise<Store>;
  remove(): Promise<void>;
}

export function storeContract(name: string, makePlace: () => Promise<StorePlace>): void {
  describe(`the contract of stores: ${name}`, () => {
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

    const begin = async (n: number) => {
      const trial = await store.queue.begin(study.id, newTrial(n));
      if (!trial) throw new Error(`configuration ${n} was taken`);
      return trial;
    };
    const reopen = async () => {
      await store.close();
      store = await place.open();
    };

    test('a study is read as it was written, also after closing', async () => {
      expect(study).toMatchObject(newStudy());
      expect(study.state).toBe('searching');
      await reopen();
      expect(await store.studies.get('night')).toEqual(study);
      expect(await store.studies.get('day')).toBeNull();
    });

    test('creating a study again opens it, whatever the strategy, the path and the command line', async () => {
      const same = await store.studies.create(
        newStudy({
          strategy: { name: 'nsga2', options: {} },
          commandLine: ['search'],
          model: { path: 'moved/net.onnx', sha256: 'a'.repeat(64) },
        }),
      );
      expect(same).toEqual(study);
      expect(await store.studies.list()).toHaveLength(1);
    });

    test.each([
      [
        { model: { path: 'other.onnx', sha256: 'e'.repeat(64) } },
        /the model \("models\/net.onnx".*"other.onnx" with sha256 eeee/,
      ],
      [
        { space: { text: 'sites:\n  conv1: [16, 64]\n', sha256: 'f'.repeat(64) } },
        /the search space \(line 2: "conv1: \[16, 32\]" in the store, "conv1: \[16, 64\]" now\)/,
      ],
      [
        { hardware: { text: 'driver: roofline\nthreads: 2\n', sha256: '0'.repeat(64) } },
        /the hardware profile \(line 2/,
      ],
      [{ seed: 2 }, /the seed \(1 in the store, 2 now\)/],
      [{ proxy: { images: 500, seed: 7 } }, /the number of proxy images \(1000 in the store, 500 now\)/],
      [
        { objectives: ['latency', 'agreement'] },
        /the objectives \(latency and top1 in the store, latency and agreement now\)/,
      ],
      [
        { data: { spec: 'folder:x', sha256: '1'.repeat(64), normalisation: 'tf', transform: 'none' } },
        /the data \("cifar10:data".*; the normalisation \(torchvision in the store, tf now\)/,
      ],
    ])('a study of the same name that searches something else is refused: %o', async (changes, message) => {
      await expect(store.studies.create(newStudy(changes))).rejects.toThrow(message);
      await expect(store.studies.create(newStudy(changes))).rejects.toHaveProperty('name', 'UserError');
      expect(await store.studies.get('night')).toEqual(study);
    });

    test('studies are listed with their trials, front and hypervolume', async () => {
      await store.studies.create(newStudy({ name: 'empty' }));
      await store.queue.finish((await begin(0)).id, completed(0, { values: [1, 0.5] }), frontOf);
      await store.queue.finish((await begin(1)).id, completed(1, { values: [0.5, 1] }), frontOf);
      await store.queue.finish((await begin(2)).id, crashed, frontOf);
      await begin(3);
      await store.studies.setState(study.id, 'confirming');
      const [first, second] = await store.studies.list();
      expect(first).toEqual({
        name: 'night',
        state: 'confirming',
        createdAtMs: study.createdAtMs,
        modelPath: 'models/net.onnx',
        objectives: ['latency', 'top1'],
        trials: { waiting: 0, running: 1, complete: 2, failed: 1, pruned: 0 },
        frontSize: 2,
        hypervolume: 1 * 1.5 + 0.5 * 1,
      });
      expect(second).toMatchObject({ name: 'empty', frontSize: 0, hypervolume: null });
    });

    test('a trial begins as running in this process, with the next number', async () => {
      const first = await begin(0);
      const second = await begin(1);
      expect(first).toMatchObject({ ...newTrial(0), number: 0, state: 'running', requeues: 0, studyId: study.id });
      expect(second.number).toBe(1);
      expect(first.owner.pid).toBe(process.pid);
      expect(await store.trials.get(study.id, 0)).toEqual(first);
      expect(await store.trials.get(study.id, 2)).toBeNull();
    });

    test('the correction of a trial is kept byte for byte, with the time that it took, and none is none', async () => {
      const [plain, corrected] = [await begin(0), await begin(1)];
      const correction = Uint8Array.from({ length: 400 }, (_, i) => (i * 37) % 256);
      await store.queue.finish(plain.id, completed(0), frontOf);
      const stages = { ...completed(1).stages, correctionMs: 4.5 };
      await store.queue.finish(corrected.id, completed(1, { correction, stages }), frontOf);
      await reopen();
      expect(await store.trials.correction(plain.id)).toBeNull();
      expect(Uint8Array.from((await store.trials.correction(corrected.id))!)).toEqual(correction);
      expect(await store.trials.get(study.id, 0)).toMatchObject({ stages: completed(0).stages });
      expect(await store.trials.get(study.id, 1)).toMatchObject({ stages });
      expect(await store.trials.get(study.id, 1)).not.toHaveProperty('correction');
    });

    test('a study is read with what it calibrates with, and another calibration is refused', async () => {
      const calibration = { spec: 'cifar10:train', sha256: '9'.repeat(64), images: 512, seed: 3 } as const;
      const given = newStudy({
        name: 'cal',
        calibration: { ...calibration, factors: 'data-aware', corrections: 'moments' },
      });
      await store.studies.create(given);
      await reopen();
      expect(await store.studies.get('cal')).toMatchObject(given);
      expect(study).not.toHaveProperty('calibration');
      const other = newStudy({ name: 'cal', calibration: { ...calibration, factors: 'plain', corrections: 'none' } });
      await expect(store.studies.create(other)).rejects.toThrow(
        /the calibration \(512 images of sha256 999999999999, seed 3, data-aware factors, corrections: moments in the store/,
      );
      await expect(store.studies.create(newStudy({ name: 'cal' }))).rejects.toThrow(
        /corrections: moments in the store, none now/,
      );
    });

    test('a configuration is taken once per study', async () => {
      await begin(4);
      expect(await store.queue.begin(study.id, { ...newTrial(4), strategy: 'sobol' })).toBeNull();
      const other = await store.studies.create(newStudy({ name: 'other' }));
      expect((await store.queue.begin(other.id, newTrial(4)))?.number).toBe(0);
      expect((await begin(5)).number).toBe(1);
    });

    test('a finished trial is read as it was written, also after closing', async () => {
      const { owner: _, ...begun } = await begin(3);
      const { observations, ...result } = completed(3);
      await store.queue.finish(begun.id, completed(3), frontOf);
      await reopen();
      const [trial] = await store.trials.list(study.id);
      expect(trial).toMatchObject({ ...begun, ...result, finishedSequence: 1 });
      expect(trial).not.toHaveProperty('owner');
      const seen = await store.trials.samples(begun.id);
      expect(seen.map(({ kind, phase }) => `${phase} ${kind}`)).toEqual(['search latency', 'search accuracy']);
      const [latency, accuracy] = seen;
      if (latency?.kind !== 'latency' || accuracy?.kind !== 'accuracy') throw new Error('expected one of each kind');
      const [givenLatency, givenAccuracy] = observations;
      if (givenLatency?.kind !== 'latency') throw new Error('expected a latency');
      expect(latency).toMatchObject({
        ...givenLatency,
        candidateSamplesMs: givenLatency.candidateSamplesMs.map(Math.fround),
        referenceSamplesMs: givenLatency.referenceSamplesMs.map(Math.fround),
      });
      expect(accuracy).toMatchObject(givenAccuracy!);
      const { candidateSamplesMs: _c, referenceSamplesMs: _r, ...latencySummary } = latency;
      const { correct: _k, predictions: _p, ...accuracySummary } = accuracy;
      expect(trial).toHaveProperty('observations', [latencySummary, accuracySummary]);
    });

    test('failed and pruned trials keep their reason and what was seen', async () => {
      await store.queue.finish((await begin(0)).id, { ...crashed, observations: [accuracyOf(0)] }, frontOf);
      await store.queue.finish((await begin(1)).id, { ...pruned(1), detail: 'too slow' }, frontOf);
      const [failed, given] = await store.trials.list(study.id);
      expect(failed).toMatchObject({
        state: 'failed',
        reason: 'crashed',
        detail: crashed.detail,
        stages: crashed.stages,
      });
      expect(failed).toHaveProperty('observations.length', 1);
      expect(given).toMatchObject({
        state: 'pruned',
        detail: 'too slow',
        finishedSequence: 2,
        values: pruned(1).values,
        standardErrors: pruned(1).standardErrors,
      });
      const [, accuracy] = await store.trials.samples(given!.id);
      expect(accuracy).toMatchObject(pruned(1).observations[1]!);
      const [, whole] = await store.trials.samples((await begin(2)).id);
      expect(whole).toBeUndefined();
      expect(await store.trials.front(study.id)).toEqual([]);
    });

    test('finishing again changes nothing', async () => {
      const { id } = await begin(0);
      await store.queue.finish(id, completed(0), frontOf);
      const before = await store.trials.list(study.id);
      await store.queue.finish(id, crashed, frontOf);
      await store.queue.finish(id, completed(1, { values: [0, 0] }), frontOf);
      expect(await store.trials.list(study.id)).toEqual(before);
      expect(await store.trials.front(study.id)).toEqual(before);
    });

    test('a result that cannot be is refused and leaves the trial running', async () => {
      const { id } = await begin(0);
      const bad = [
        completed(0, { values: [1] }),
        completed(0, { values: [Number.NaN, 1] }),
        completed(0, { standardErrors: [0, Number.POSITIVE_INFINITY] }),
        completed(0, { observations: [latencyOf(0), latencyOf(1)] }),
        completed(0, { observations: [{ ...accuracyOf(0), images: 3 } as ReturnType<typeof accuracyOf>] }),
      ];
      for (const result of bad) await expect(store.queue.finish(id, result, frontOf)).rejects.toThrow(RangeError);
      expect(await store.trials.get(study.id, 0)).toHaveProperty('state', 'running');
      const thrower = () => {
        throw new Error('front');
      };
      await expect(store.queue.finish(id, completed(0), thrower)).rejects.toThrow('front');
      expect(await store.trials.get(study.id, 0)).toHaveProperty('state', 'running');
      expect(await store.trials.samples(id)).toEqual([]);
    });

    test('the front and the hypervolume are those of all feasible trials so far, in any order', async () => {
      const value = fc.integer({ min: 0, max: 20 }).map(n => n / 10);
      const point = fc.record({ values: fc.tuple(value, value), feasible: fc.boolean() });
      let run = 0;
      await fc.assert(
        fc.asyncProperty(fc.array(point, { minLength: 1, maxLength: 12 }), async points => {
          const own = await store.studies.create(newStudy({ name: `run ${run++}` }));
          const seen: StoredPoint[] = [];
          for (const [n, { values, feasible }] of points.entries()) {
            const trial = await store.queue.begin(own.id, newTrial(n));
            await store.queue.finish(trial!.id, completed(n, { values, feasible, observations: [] }), frontOf);
            if (feasible) seen.push({ number: n, values });
            const expected = frontOf(seen);
            const front = await store.trials.front(own.id);
            expect(front.map(({ number }) => number)).toEqual(expected.members);
            const latest = await store.trials.get(own.id, n);
            expect(latest).toHaveProperty('hypervolume');
            expect(latest?.state === 'complete' && latest.hypervolume).toBeCloseTo(expected.hypervolume, 12);
          }
        }),
        { numRuns: 15 },
      );
    });

    test('a refinement is kept with its observations, in the place of an earlier one', async () => {
      const { id } = await begin(0);
      await store.queue.finish(id, completed(0), frontOf);
      await store.queue.confirm(id, [latencyOf(10, 40), accuracyOf(10, 100)]);
      expect(await store.trials.refinement(id)).toBeNull();
      const content = Uint8Array.from({ length: 500 }, (_, i) => (i * 53) % 256);
      const refined = { ...newRefinement, state: 'refined', modelSha256: '7'.repeat(64), content } as const;
      const revision = await store.studies.revision(study.id);
      await store.queue.refine(id, refined, [accuracyOf(11, 100)]);
      expect(await store.studies.revision(study.id)).toBeGreaterThan(revision);
      await reopen();
      const found = await store.trials.refinement(id);
      expect(found).toMatchObject({ ...newRefinement, state: 'refined', modelSha256: '7'.repeat(64) });
      expect(found?.state === 'refined' && Uint8Array.from(found.content)).toEqual(content);
      const seen = await store.trials.samples(id);
      expect(seen.map(({ phase, kind }) => `${phase} ${kind}`)).toEqual([
        'search latency',
        'search accuracy',
        'refined accuracy',
        'confirm latency',
        'confirm accuracy',
      ]);
      expect(seen[2]).toMatchObject(accuracyOf(11, 100));
      expect(await store.trials.figures(study.id)).toMatchObject([{ confirmed: ['latency', 'accuracy'] }]);
      await store.queue.refine(id, { ...newRefinement, state: 'unchanged', detail: 'nothing was gained' }, []);
      expect(await store.trials.refinement(id)).toMatchObject({ state: 'unchanged', detail: 'nothing was gained' });
      expect((await store.trials.samples(id)).filter(({ phase }) => phase === 'refined')).toEqual([]);
      await expect(store.queue.refine(99, refined, [])).rejects.toThrow();
    });

    test('confirming adds observations beside those of the search, and again replaces only its own', async () => {
      const { id } = await begin(0);
      await store.queue.finish(id, completed(0), frontOf);
      const search = await store.trials.samples(id);
      await store.queue.confirm(id, [latencyOf(10, 40), accuracyOf(10, 100)]);
      await store.queue.confirm(id, [latencyOf(11, 50)]);
      await store.queue.confirm(id, []);
      const all = await store.trials.samples(id);
      expect(all.slice(0, 2)).toEqual(search);
      expect(all.slice(2).map(({ phase, kind, value }) => [phase, kind, value])).toEqual([
        ['confirm', 'latency', latencyOf(11).value],
        ['confirm', 'accuracy', accuracyOf(10).value],
      ]);
      expect((await store.trials.front(study.id))[0]?.observations).toHaveLength(4);
    });

    test('a latency measured again takes the place of the old one, and the front is as if it had been so from the first', async () => {
      const points = [
        [0.5, 0.5],
        [0.4, 0.6],
        [0.6, 0.55],
      ];
      for (const [n, values] of points.entries()) {
        const { id } = await begin(n);
        await store.queue.finish(id, completed(n, { values }), frontOf);
      }
      const before = await store.trials.get(study.id, 0);
      if (before?.state !== 'complete') throw new Error('trial 0 is not complete');
      expect(before.revisions).toEqual([]);
      // Slower than it was taken for: what it had dominated comes back.
      const again = { observation: latencyOf(9), values: [0.7, 0.5], standardErrors: [0.01, 0.002], feasible: true };
      await store.queue.remeasure(before.id, again, frontOf);
      await reopen();
      const after = await store.trials.get(study.id, 0);
      expect(after).toMatchObject({
        values: again.values,
        standardErrors: again.standardErrors,
        finishedSequence: 1,
        revisions: [{ replacedAt: 4, values: before.values, standardErrors: before.standardErrors }],
      });
      expect((await store.trials.front(study.id)).map(({ number }) => number)).toEqual([0, 1, 2]);
      const alone = frontOf([{ number: 0, values: again.values }]).hypervolume;
      expect(after).toMatchObject({ hypervolume: alone });
      const samples = await store.trials.samples(before.id);
      expect(samples.map(({ kind, value }) => [kind, value])).toEqual([
        ['latency', latencyOf(9).value],
        ['accuracy', accuracyOf(0).value],
      ]);
      const since = (sequence: number) => store.trials.list(study.id, { finishedAfter: sequence });
      expect((await since(3)).map(({ number }) => number)).toEqual([0]);
      expect(await since(4)).toEqual([]);
      const next = await begin(3);
      expect(next.startedAfter).toBe(4);
      await store.queue.finish(next.id, completed(3), frontOf);
      expect(await store.trials.get(study.id, 3)).toMatchObject({ finishedSequence: 5 });
    });

    test('only a complete trial can be measured again, by values that are finite', async () => {
      const { id } = await begin(0);
      const again = { observation: latencyOf(9), values: [0.7, 0.5], standardErrors: [0.01, 0.002], feasible: true };
      await expect(store.queue.remeasure(id, again, frontOf)).rejects.toThrow('running cannot be measured again');
      await store.queue.finish(id, completed(0), frontOf);
      await expect(store.queue.remeasure(id, { ...again, values: [Number.NaN, 0.5] }, frontOf)).rejects.toThrow(
        RangeError,
      );
    });

    test('trials are listed by number, by state and since a given one', async () => {
      for (let n = 0; n < 5; n++) await begin(n);
      const ids = (await store.trials.list(study.id)).map(({ id }) => id);
      for (const n of [3, 0, 4]) await store.queue.finish(ids[n]!, n === 0 ? crashed : completed(n), frontOf);
      const numbers = async (filter: Parameters<Store['trials']['list']>[1]) =>
        (await store.trials.list(study.id, filter)).map(({ number }) => number);
      expect(await numbers({})).toEqual([0, 1, 2, 3, 4]);
      expect(await numbers({ states: ['running'] })).toEqual([1, 2]);
      expect(await numbers({ states: ['failed', 'complete'] })).toEqual([0, 3, 4]);
      expect(await numbers({ states: [] })).toEqual([]);
      expect(await numbers({ finishedAfter: 0 })).toEqual([0, 3, 4]);
      expect(await numbers({ finishedAfter: 1 })).toEqual([0, 4]);
      expect(await numbers({ finishedAfter: 1, states: ['complete'] })).toEqual([4]);
      expect(await store.trials.list(study.id + 1)).toEqual([]);
    });

    test('closing puts unfinished trials back; they are claimed once, lowest number first, with all they had', async () => {
      const [first, second] = [await begin(0), await begin(1)];
      await store.queue.finish((await begin(2)).id, completed(2), frontOf);
      expect(await store.queue.claim(study.id)).toBeNull();
      await reopen();
      const waiting = await store.trials.list(study.id, { states: ['waiting'] });
      expect(waiting.map(({ number }) => number)).toEqual([0, 1]);
      const claims = [await store.queue.claim(study.id), await store.queue.claim(study.id)];
      expect(claims).toMatchObject([
        { ...newTrial(0), id: first.id, requeues: 0 },
        { id: second.id, state: 'running' },
      ]);
      expect(await store.queue.claim(study.id)).toBeNull();
      await store.queue.finish(first.id, completed(0), frontOf);
      expect(await store.trials.get(study.id, 0)).toHaveProperty('state', 'complete');
    });

    test('trials of a living process stay with it', async () => {
      await begin(0);
      const second = await place.open();
      expect(await second.queue.requeueLost(study.id)).toBe(0);
      expect(await second.queue.claim(study.id)).toBeNull();
      await second.close();
      expect(await store.trials.get(study.id, 0)).toHaveProperty('state', 'running');
    });

    test('a pruned trial may have seen nothing, and never half of its objectives', async () => {
      const [blind, half] = [await begin(0), await begin(1)];
      await store.queue.finish(blind.id, { ...pruned(0), values: [], standardErrors: [], observations: [] }, frontOf);
      expect(await store.trials.get(study.id, 0)).toMatchObject({ state: 'pruned', values: [], standardErrors: [] });
      for (const values of [[1], [1, Number.NaN]])
        await expect(store.queue.finish(half.id, { ...pruned(1), values }, frontOf)).rejects.toThrow(RangeError);
    });

    test('what a proposal was made from is kept, once for each content and study', async () => {
      const setup = { strategy: 'bayesian', prior: { tables: [null, { changes: [[-0.1, 0]] }] } };
      const id = await store.tuning.keepSetup(study.id, setup);
      expect(await store.tuning.keepSetup(study.id, structuredClone(setup))).toBe(id);
      expect(await store.tuning.keepSetup(study.id, { ...setup, strategy: 'nsga2' })).not.toBe(id);
      const other = await store.studies.create(newStudy({ name: 'other' }));
      expect(await store.tuning.keepSetup(other.id, setup)).not.toBe(id);
      await store.queue.begin(study.id, newTrial(0));
      await store.queue.finish((await begin(1)).id, completed(1), frontOf);
      await store.queue.begin(study.id, { ...newTrial(2), asked: { setup: id, after: 1, known: 2 } });
      await reopen();
      expect(await store.tuning.setup(id)).toEqual(setup);
      expect(await store.tuning.setup(99)).toBeNull();
      expect((await store.tuning.latestSetup(study.id))?.setup).toEqual({ ...setup, strategy: 'nsga2' });
      expect((await store.tuning.latestSetup(other.id))?.setup).toEqual(setup);
      expect(await store.tuning.latestSetup(99)).toBeNull();
      const trials = await store.trials.list(study.id);
      expect(trials.map(({ asked }) => asked)).toEqual([null, null, { setup: id, after: 1, known: 2 }]);
      expect(trials.map(({ startedAfter }) => startedAfter)).toEqual([0, 0, 1]);
    });

    test('a study has one table of single sites, the latest', async () => {
      expect(await store.tuning.siteTable(study.id)).toBeNull();
      await store.tuning.keepSiteTable(study.id, { changes: [[0]] });
      await store.tuning.keepSiteTable(study.id, { changes: [[-0.25, 0]], standardErrors: [[1e-3, 0]] });
      await reopen();
      expect(await store.tuning.siteTable(study.id)).toEqual({ changes: [[-0.25, 0]], standardErrors: [[1e-3, 0]] });
    });

    test('judged by other limits, a study is as if it had been judged so from the first', async () => {
      const value = fc.integer({ min: 0, max: 20 }).map(n => n / 10);
      const limit = fc.integer({ min: 0, max: 20 }).map(n => n / 10);
      let run = 0;
      await fc.assert(
        fc.asyncProperty(
          fc.array(fc.tuple(value, value), { minLength: 1, maxLength: 10 }),
          limit,
          limit,
          async (points, before, after) => {
            const within =
              (max: number) =>
              (values: readonly number[]): boolean =>
                values[1]! <= max;
            const [judged, fresh] = [
              await store.studies.create(newStudy({ name: `judged ${run}` })),
              await store.studies.create(newStudy({ name: `fresh ${run++}` })),
            ];
            for (const [n, values] of points.entries()) {
              const trials = [
                await store.queue.begin(judged.id, newTrial(n)),
                await store.queue.begin(fresh.id, newTrial(n)),
              ];
              const result = (max: number) => completed(n, { values, feasible: within(max)(values), observations: [] });
              await store.queue.finish(trials[0]!.id, result(before), frontOf);
              await store.queue.finish(trials[1]!.id, result(after), frontOf);
            }
            await store.tuning.judge(judged.id, within(after), frontOf);
            const facts = async (id: number) => ({
              front: (await store.trials.front(id)).map(({ number }) => number),
              trials: (await store.trials.list(id)).map(trial =>
                trial.state === 'complete' ? [trial.feasible, trial.hypervolume] : [],
              ),
            });
            expect(await facts(judged.id)).toEqual(await facts(fresh.id));
          },
        ),
        { numRuns: 12 },
      );
    });

    test('what a caller changes later is not what is stored', async () => {
      const trial = { ...newTrial(0), configuration: [1, 2, 3] };
      await store.queue.begin(study.id, trial);
      trial.configuration[0] = 6;
      expect(await store.trials.get(study.id, 0)).toHaveProperty('configuration', [1, 2, 3]);
    });

    test('unknown studies and trials are errors', async () => {
      await expect(store.queue.begin(99, newTrial(0))).rejects.toThrow();
      await expect(store.queue.finish(99, crashed, frontOf)).rejects.toThrow();
      await expect(store.queue.confirm(99, [latencyOf(0)])).rejects.toThrow();
      await expect(store.studies.setState(99, 'complete')).rejects.toThrow();
      expect(await store.queue.claim(99)).toBeNull();
      expect(await store.queue.requeueLost(99)).toBe(0);
      expect(await store.trials.front(99)).toEqual([]);
    });

    test('calls made at once are all done', async () => {
      const trials = await Promise.all(Array.from({ length: 12 }, (_, n) => begin(n)));
      expect(trials.map(({ number }) => number).sort((a, b) => a - b)).toEqual(Array.from({ length: 12 }, (_, n) => n));
      await Promise.all(trials.map(({ id }, n) => store.queue.finish(id, completed(n), frontOf)));
      const done = await store.trials.list(study.id, { states: ['complete'] });
      const order = done.map(trial => (trial.state === 'complete' ? trial.finishedSequence : 0));
      expect(order.sort((a, b) => a - b)).toEqual(Array.from({ length: 12 }, (_, n) => n + 1));
    });
  });
}
