/** Calibration from the command line: where the images come from, what is stored, and that candidates can be built again. */
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openStore } from '../../src/store/open.ts';
import { type Ended, rankfront } from './rankfront.ts';
import { cifarRecords, makeWorld, type World } from './world.ts';

let world: World;
let other: string;
const run = (...args: string[]): Promise<Ended> => rankfront(args, world.env);
const stored = (...args: string[]): Promise<Ended> => run(...args, '--store', world.store);

beforeAll(async () => {
  world = makeWorld();
  other = join(world.folder, 'other');
  mkdirSync(other);
  writeFileSync(join(other, 'test_batch.bin'), cifarRecords(70, 9));
  const searched = await run(...world.search('--trials', '3', '--calibration', `cifar10:${other}`));
  expect(searched.stderr).toBe('');
  expect(searched.status).toBe(0);
}, 240_000);

afterAll(() => world.remove());

const studyOf = async (name: string) => {
  const store = await openStore(world.store, { readOnly: true });
  try {
    const study = await store.studies.get(name);
    return { study: study!, trials: await store.trials.list(study!.id) };
  } finally {
    await store.close();
  }
};

test('the study says what it calibrates with, and its candidates are built again bit by bit', async () => {
  const { study, trials } = await studyOf('small');
  expect(study.calibration).toMatchObject({ images: 70, seed: 0, factors: 'data-aware', corrections: 'moments' });
  expect(study.calibration!.statistics).toMatch(/^[0-9a-f]{64}$/);
  const verified = await stored('verify', '--study', 'small');
  expect(verified.stdout).toContain('Every stored number holds');
  expect(verified.stdout).toContain('correction equal');
  expect(verified.status).toBe(0);
  const shown = await stored('show', '1', '--study', 'small');
  expect(shown.stdout).toContain('70 images');
  // Statistics, factors and images gone: everything is made anew, from the images.
  rmSync(join(world.folder, 'cache'), { recursive: true });
  const out = join(world.folder, 'picked.onnx');
  const exported = await stored('export', '--study', 'small', '--trial', '1', '--out', out);
  expect(exported.stderr).toMatch(/Wrote/);
  expect(exported.status).toBe(0);
  expect(readFileSync(out).length).toBeGreaterThan(1000);
  expect(trials.filter(({ state }) => state === 'complete')).toHaveLength(4);
}, 240_000);

test('data-aware factors are others than plain ones, and `factors: plain` in the space asks for those', async () => {
  const space = join(world.folder, 'plain.yaml');
  const text = (await run('space', '--model', world.model, '--hardware', world.hardware)).stdout;
  writeFileSync(space, `${text}\nfactors: plain\n`);
  const more = ['--calibration', `cifar10:${other}`, '--corrections', 'none', '--space', space];
  const searched = await run(...world.search('--trials', '3', ...more).map(arg => (arg === 'small' ? 'plain' : arg)));
  expect(searched.status).toBe(0);
  const [aware, plain] = [await studyOf('small'), await studyOf('plain')];
  expect(plain.study.calibration).toMatchObject({ factors: 'plain', corrections: 'none' });
  const hashes = (of: typeof aware) => of.trials.flatMap(each => (each.state === 'complete' ? [each.modelSha256] : []));
  expect(hashes(plain)[0]).toBe(hashes(aware)[0]);
  for (const hash of hashes(plain).slice(1)) expect(hashes(aware)).not.toContain(hash);
}, 240_000);

test('a study with reconstruction keeps the refits of its candidates, and they are built and found again', async () => {
  const more = ['--calibration', `cifar10:${other}`, '--corrections', 'reconstruction'];
  const searched = await run(
    ...world.search('--trials', '2', ...more).map(arg => (arg === 'small' ? 'refitted' : arg)),
  );
  expect(searched.status).toBe(0);
  const { study, trials } = await studyOf('refitted');
  expect(study.calibration).toMatchObject({ images: 70, corrections: 'reconstruction' });
  const built = trials.filter(({ state, number }) => state === 'complete' && number > 0);
  expect(built.length).toBe(2);
  for (const trial of built) {
    if (trial.state === 'complete') expect(trial.stages.correctionMs).toBeGreaterThan(0);
  }
  const verified = await stored('verify', '--study', 'refitted');
  expect(verified.stdout).toContain('correction equal');
  expect(verified.stdout).toContain('Every stored number holds');
  expect(verified.status).toBe(0);
  const out = join(world.folder, 'refitted.onnx');
  const exported = await stored('export', '--study', 'refitted', '--trial', '1', '--out', out);
  expect(exported.stderr).toMatch(/Wrote/);
  // The very bytes that were measured: export compares hashes, and the weights of no plain or corrected study are the same.
  const hashes = (of: Awaited<ReturnType<typeof studyOf>>) =>
    of.trials.flatMap(each => (each.state === 'complete' && each.number > 0 ? [each.modelSha256] : []));
  for (const hash of hashes({ study, trials })) expect(hashes(await studyOf('small'))).not.toContain(hash);
}, 240_000);

test('without --calibration some of the images are set aside and judge nothing', async () => {
  const many = join(world.folder, 'many');
  mkdirSync(many);
  writeFileSync(join(many, 'test_batch.bin'), cifarRecords(520, 4));
  const args = world
    .search('--trials', '1', '--calibration-images', '65')
    .map(arg => (arg === 'small' ? 'own' : arg === world.data ? `cifar10:${many}` : arg));
  const at = args.indexOf('--calibration');
  args.splice(at, 2);
  const searched = await run(...args);
  expect(searched.status).toBe(0);
  const { study } = await studyOf('own');
  expect(study.calibration).toMatchObject({ images: 65, sha256: study.data.sha256 });
  // Half of what is left is the proxy set.
  expect(study.proxy.images).toBe(Math.ceil((520 - 65) / 2));
  expect((await stored('verify', '--study', 'own')).status).toBe(0);
}, 240_000);

test('says what is wrong with the images', async () => {
  const yaml = join(world.folder, 'both.yaml');
  writeFileSync(join(world.folder, 'images', 'more.bin'), cifarRecords(10, 5));
  writeFileSync(yaml, 'kind: cifar10\ndirectory: images\nfiles: [test_batch.bin, more.bin]\n');
  const shared = await run(...world.search('--trials', '1', '--calibration', yaml));
  expect(shared.status).toBe(2);
  expect(shared.stderr).toContain('120 of its images also judge the candidates');
  const few = await run(...world.search('--trials', '1', '--calibration', world.data));
  expect(few.stderr).toContain('120 images are too few to set some aside');
  const moved = await stored('verify', '--study', 'small', '--calibration', yaml);
  expect(moved.status).toBe(2);
}, 240_000);
