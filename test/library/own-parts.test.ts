/** A search with everything of the caller's own, and what its study demands later. */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { parse, stringify } from 'yaml';
import type { Calibrator } from '../../src/calibrate/calibrator.ts';
import { scriptedDevice } from '../../src/device/scripted.ts';
import { complete } from '../../src/errors/failure.ts';
import { UserError } from '../../src/errors/user-error.ts';
import { type JudgingImages, type OwnScorer, scoreOfClasses } from '../../src/evaluate/own-scorer.ts';
import { readBytes } from '../../src/host/model-file.ts';
import { openStudy } from '../../src/library/open-study.ts';
import { memoryStore } from '../../src/store/memory-store.ts';
import { search } from '../../src/study/search/search.ts';
import type { OwnStrategy } from '../../src/tuner/own.ts';
import { randomStrategy } from '../../src/tuner/random.ts';
import { cifarRecords, makeWorld, type World } from '../cli/world.ts';

let world: World;
const before = { ...process.env };
beforeAll(() => {
  world = makeWorld();
  Object.assign(process.env, world.env);
});
afterAll(() => {
  for (const name of Object.keys(world.env)) delete process.env[name];
  Object.assign(process.env, before);
  world.remove();
});

/** A call takes as many microseconds as the model has bytes. */
const device = scriptedDevice(({ path }) => complete(readBytes(path, 'a model').length / 1000), {
  driver: 'bytes',
});

/** Right on every image but the first so many, one more for every kilobyte that is missing. */
let told: JudgingImages | null = null;
const scorer: OwnScorer = {
  name: 'bytes',
  open: images => {
    told = images;
    const dense = readBytes(images.dense, 'the dense model').length;
    return {
      objective: images.objective,
      accuracy: async (path, { images: which }) => {
        const wrong = Math.round((dense - readBytes(path, 'a model').length) / 1000 / 4);
        const classes = images[which].map(({ label }, i) => (i < wrong ? ((label ?? 0) + 1) % 10 : (label ?? 0)));
        return complete(scoreOfClasses(classes, images[which], 0));
      },
      close: async () => {},
    };
  },
};

const strategy: OwnStrategy = { name: 'mine', open: problem => randomStrategy(problem) };

/** Every channel is scaled by two, which the figures of the others do not depend on. */
const calibrator: Calibrator = {
  name: 'twice',
  open: async (_dense, _sites, { ids }) =>
    complete({
      images: ids.length,
      corrections: async (_candidate, sites) =>
        complete(
          new Map(
            sites.map(({ name, outChannels }) => [
              name,
              { scale: new Float32Array(outChannels).fill(2), shift: new Float32Array(outChannels) },
            ]),
          ),
        ),
    }),
};

const given = () => ({ model: world.model, data: world.data, hardware: world.hardware, acceptDense: true });

test('a device, a scorer, a strategy and a store of the caller', async () => {
  const store = memoryStore();
  const parts = { device, scorer, strategy, store, calibration: 'none' };
  const { report } = await search({ ...given(), ...parts, study: 'own', trials: 5, pruning: false });
  expect(told?.proxy).toHaveLength(60);
  expect(new Set([...(told?.proxy ?? []), ...(told?.confirm ?? [])].map(({ id }) => id)).size).toBe(120);
  expect(told?.proxy.every(({ id, label }) => label === Number(id.split('#')[1]) % 10)).toBe(true);
  // What is stored is what these parts say: the dense model takes its bytes, and is right everywhere.
  const bytes = readBytes(world.model, 'the model').length;
  expect(report?.dense.accuracy).toBe(1);
  expect(Math.abs((report?.dense.latencyMs ?? 0) * 1000 - bytes)).toBeLessThan(1000);
  const faster = report?.points.filter(({ trial }) => trial > 0) ?? [];
  expect(faster.length).toBeGreaterThan(0);
  for (const { speedup, drop } of faster) expect(speedup > 1 && drop >= 0).toBe(true);

  // The store is still open, and so is the device.
  const study = await openStudy(store, 'own');
  const trials = await study.trials();
  expect(trials.map(({ strategy: by }) => by)).toEqual(['dense', 'mine', 'mine', 'mine', 'mine', 'mine']);
  expect(await study.verify({ device, scorer })).toMatchObject({ passed: true, disagreements: [] });
  await expect(study.verify()).rejects.toThrow(/scored by "bytes", a scorer of the program/);
  const unreached = await study.verify({ scorer });
  expect(unreached.unreachable).toMatch(/timed by "bytes", a device of the program that searched it/);
  expect(unreached.trials.every(({ phases }) => phases.every(({ accuracy }) => accuracy?.verdict === 'equal'))).toBe(
    true,
  );
  await expect(study.verify({ device })).rejects.toThrow(/scored by "bytes", a scorer of the program/);
  await expect(
    study.verify({ device: scriptedDevice(() => complete(1), { driver: 'other' }), scorer }),
  ).rejects.toThrow(/timed by/);
  expect(await study.replay({ strategy })).toMatchObject({ same: 5, difference: null });
  await expect(study.replay()).rejects.toThrow(/proposed by "mine", a strategy of the program/);
  await expect(search({ ...given(), store, calibration: 'none', study: 'own', trials: 6 })).rejects.toThrow(UserError);
  await study.close();

  const resumed = await search({ ...given(), ...parts, study: 'own', trials: 6, pruning: false });
  expect(resumed.endedBy).toBe('trials');
  expect(await (await openStudy(store, 'own')).trials()).toHaveLength(7);
  await expect(openStudy(store, 'owm')).rejects.toThrow(/The store holds no study "owm".*own/);
});

test('a study goes on with its own space where another one would be proposed now', async () => {
  const store = memoryStore();
  const parts = { device, scorer, store, strategy: 'random', calibration: 'none', prior: false, pruning: false };
  await search({ ...given(), ...parts, study: 'whole', trials: 1 });
  const whole = (await openStudy(store, 'whole')).study.space.text;
  const proposed = parse(whole) as { readonly sites: readonly object[] };
  expect(proposed.sites.length).toBeGreaterThan(1);
  const [space, other] = [join(world.folder, 'fewer.yaml'), join(world.folder, 'whole.yaml')];
  writeFileSync(space, stringify({ ...proposed, sites: proposed.sites.slice(1) }));
  writeFileSync(other, whole);
  await search({ ...given(), ...parts, study: 'fewer', space, trials: 2 });

  await search({ ...given(), ...parts, study: 'fewer', trials: 4 });
  const study = await openStudy(store, 'fewer');
  expect(study.study.space.text).toBe(readFileSync(space, 'utf8'));
  const lengths = (await store.trials.list(study.study.id)).map(({ configuration }) => configuration.length);
  expect(lengths).toEqual(Array(5).fill(proposed.sites.length - 1));
  // Whoever names another one means it.
  await expect(search({ ...given(), ...parts, study: 'fewer', space: other, trials: 5 })).rejects.toThrow(
    /made with something else: the search space/,
  );
});

test('a calibrator of the caller corrects what is stored, exported and verified', { timeout: 120_000 }, async () => {
  const folder = join(world.folder, 'more');
  mkdirSync(folder);
  writeFileSync(join(folder, 'test_batch.bin'), cifarRecords(80, 11));
  const store = memoryStore();
  const parts = { store, calibrator, calibration: `cifar10:${folder}`, strategy: 'random', prior: false };
  await search({ ...given(), ...parts, study: 'twice', trials: 2, pruning: false });
  const study = await openStudy(store, 'twice');
  expect(study.study.calibration?.corrections).toBe('twice');
  const stored = await store.trials.list(study.study.id, { states: ['complete'] });
  const factorised = stored.find(({ assignment }) =>
    Object.values(assignment).some(({ method }) => method !== 'dense'),
  );
  const packed = await store.trials.correction(factorised?.id ?? -1);
  const numbers = new Float32Array((packed ?? new Uint8Array()).slice().buffer);
  expect(new Set(numbers)).toEqual(new Set([0, 2]));
  await study.export(factorised?.number ?? 0, join(world.folder, 'twice.onnx'));
  expect(await study.verify({ calibrator })).toMatchObject({ passed: true });
  await expect(study.verify()).rejects.toThrow(/corrected by "twice", a calibrator of the program/);
});

test('a strategy that breaks its promises ends the search with a sentence', async () => {
  const asking = (ask: OwnStrategy['name'], configuration: readonly number[]): OwnStrategy => ({
    name: ask,
    open: () => ({ name: ask, ask: () => configuration }),
  });
  const run = (own: OwnStrategy): Promise<unknown> =>
    search({ ...given(), store: memoryStore(), calibration: 'none', study: 'bad', trials: 3, strategy: own });
  await expect(run(asking('short', [0]))).rejects.toThrow(/proposed \[0\], which is no rung for each of the 3 sites/);
  await expect(run(asking('again', [0, 0, 0]))).rejects.toThrow(/which was tried before/);
  await expect(run(asking('bayesian', [0, 0, 0]))).rejects.toThrow(/that name is taken/);
});

test('a scorer that forgets images is told so', async () => {
  const forgetful: OwnScorer = {
    name: 'forgetful',
    open: ({ objective, proxy }) => ({
      objective,
      accuracy: async () => complete(scoreOfClasses([1], proxy.slice(0, 1), 0)),
      close: async () => {},
    }),
  };
  const run = search({ ...given(), store: memoryStore(), calibration: 'none', study: 'few', scorer: forgetful });
  await expect(run).rejects.toThrow(/gave 1 marks and 1 classes for 60 images/);
});
