/** Refining as a user does it: after a search, interrupted and gone on with, proved, exported; and what cannot be refined. */
import { copyFileSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import type { StudyEvent } from '../../src/events/event.ts';
import { readModel } from '../../src/onnx/read.ts';
import { openStore } from '../../src/store/open.ts';
import { defaultRefining, refineStudy } from '../../src/study/refine/refine-study.ts';
import { type Ended, rankfront } from './rankfront.ts';
import { cifarRecords, makeWorld, type World } from './world.ts';

let world: World;
/** A store whose front is refined. */
let refined: string;
const run = (...args: string[]): Promise<Ended> => rankfront(args, world.env);

interface Told {
  readonly kind: string;
  readonly trial?: number;
  readonly state?: string;
  readonly heldBackLoss?: number;
  readonly lossBefore?: number;
}
const events = ({ stdout }: Ended): Told[] =>
  stdout
    .trim()
    .split('\n')
    .map(line => JSON.parse(line));
const told = (ended: Ended, kind: string): Told[] => events(ended).filter(event => event.kind === kind);
const frontOf = async (store: string, ...more: string[]) =>
  JSON.parse((await run('front', '--store', store, '--json', ...more)).stdout);
const refine = (store: string, ...more: string[]): Promise<Ended> =>
  run('refine', '--store', store, '--epochs', '12', '--lr', '0.02', ...more);

function copyOf(store: string, name: string, sql = ''): string {
  const copy = join(world.folder, `${name}.sqlite`);
  copyFileSync(store, copy);
  const database = new DatabaseSync(copy);
  if (sql !== '') database.exec(sql);
  database.close();
  return copy;
}

/** Whoever copies the file must find everything in it. */
function settle(store: string): void {
  const database = new DatabaseSync(store);
  database.exec('pragma wal_checkpoint(truncate)');
  database.close();
}

let first: Ended;
beforeAll(async () => {
  world = makeWorld();
  const other = join(world.folder, 'other');
  mkdirSync(other);
  writeFileSync(join(other, 'test_batch.bin'), cifarRecords(80, 9));
  const more = ['--trials', '6', '--proxy-images', '60', '--calibration', `cifar10:${other}`];
  const searched = await run(...world.search(...more));
  expect(searched.status).toBe(0);
  settle(world.store);
  refined = copyOf(world.store, 'refined');
  first = await refine(refined, '--json');
  settle(refined);
}, 240_000);
afterAll(() => world.remove());

describe('a refined front', () => {
  test('is told of pass by pass, and matches the images held back better', () => {
    expect(first.stderr).toBe('');
    expect(first.status).toBe(0);
    const ends = told(first, 'refined');
    const [started] = told(first, 'refine-started');
    expect(ends.map(({ trial }) => trial)).toEqual((started as unknown as { trials: number[] }).trials);
    const better = ends.filter(({ state }) => state === 'refined');
    expect(better.length).toBeGreaterThan(0);
    for (const { trial } of better) {
      const passes = told(first, 'refine-pass').filter(each => each.trial === trial);
      expect(Math.min(...passes.map(each => each.heldBackLoss!))).toBeLessThan(passes[0]!.lossBefore!);
    }
  });

  test('has its own figures beside those of both other phases, with the latency that was confirmed', async () => {
    const [report, before] = [await frontOf(refined), await frontOf(world.store)];
    const point = report.points.find((each: { refined: unknown }) => each.refined !== null);
    expect(point).toMatchObject({ confirmed: true, judged: { by: 'refined' }, accuracy: point.refined.accuracy });
    expect(point.speedup).toBe(point.confirm.speedup);
    expect(point.confirm.images).toBe(point.refined.images);
    const same = before.points.find((each: { trial: number }) => each.trial === point.trial);
    if (same) expect(same.confirm).toEqual(point.confirm);
    expect(await frontOf(refined, '--search')).toMatchObject(
      JSON.parse(JSON.stringify({ points: (await frontOf(world.store, '--search')).points.map(withoutJudged) })),
    );
    const text = (await run('front', '--store', refined)).stdout;
    expect(text).toContain('+ refined: its weights were trained further');
    const shown = (await run('show', String(point.trial), '--store', refined)).stdout;
    expect(shown).toMatch(/refined {2,}/);
    expect(shown).toContain('refined in 12 passes over 64 images');
    expect((await run('trials', '--store', refined, '--format', 'csv')).stdout).toContain('refined_accuracy');
    expect((await run('pick', '--store', refined, '--max-drop', '100pp')).status).toBe(0);
  });

  test('is proved by verify, and a changed weight or answer is found', { timeout: 240_000 }, async () => {
    const verified = await run('verify', '--store', refined);
    expect(verified.stdout).toMatch(/ok {3}trial \d+, refined: model equal; accuracy equal/);
    expect(verified.stdout).toContain('Every stored number holds');
    expect(verified.status).toBe(0);
    const weights = copyOf(refined, 'weights', 'update refinements set content = zeroblob(length(content))');
    const wrong = await run('verify', '--store', weights, '--phase', 'refined');
    expect(wrong.stdout).toMatch(/FAIL trial \d+.*refined model differs/);
    expect(wrong.status).toBe(1);
    const value = copyOf(refined, 'value', "update observations set value = value + 0.25 where phase = 'refined'");
    const doubted = await run('front', '--store', value);
    expect(doubted.stderr).toContain('does not add up');
    expect((await run('verify', '--store', value, '--phase', 'refined')).status).toBe(1);
    const gone = copyOf(refined, 'gone', 'delete from refinements');
    expect((await run('verify', '--store', gone, '--phase', 'refined')).status).toBe(1);
  });

  test('is exported with its refined weights, and without them on demand', async () => {
    const report = await frontOf(refined);
    const trial = String(report.points.find((each: { refined: unknown }) => each.refined !== null).trial);
    const files = ['with.onnx', 'without.onnx'].map(name => join(world.folder, name)) as [string, string];
    for (const [i, out] of files.entries()) {
      const more = i === 0 ? [] : ['--no-refined'];
      expect((await run('export', '--store', refined, '--trial', trial, '--out', out, ...more)).status).toBe(0);
    }
    const [one, other] = files.map(file => readModel(readFileSync(file), { name: file }));
    expect(one!.metadata.get('rankfront.refined')).toBe('true');
    expect(other!.metadata.get('rankfront.refined')).toBeUndefined();
    expect(one!.graph.nodes.map(({ opType }) => opType)).toEqual(other!.graph.nodes.map(({ opType }) => opType));
    expect(one!.metadata.get('rankfront.candidate_sha256')).not.toBe(other!.metadata.get('rankfront.candidate_sha256'));
    expect((await run('export', '--store', refined, '--trial', trial, '--out', files[0], '--json')).stdout).toContain(
      '"refined":true',
    );
  });

  test('travels in one file that proves itself, and into another store', async () => {
    const [file, into] = [join(world.folder, 'small.study'), join(world.folder, 'imported.sqlite')];
    expect((await run('export-study', '--store', refined, '--out', file)).status).toBe(0);
    expect((await run('import-study', file, '--store', into)).status).toBe(0);
    expect(await frontOf(into)).toEqual(await frontOf(refined));
    const copied = join(world.folder, 'copied.sqlite');
    expect((await run('copy-store', refined, copied)).status).toBe(0);
    expect(await frontOf(copied)).toEqual(await frontOf(refined));
  });

  test('is not refined again, but for --restart', { timeout: 240_000 }, async () => {
    const again = await refine(refined, '--json');
    expect(told(again, 'refine-started')).toEqual([]);
    expect(again.status).toBe(0);
    const { trial } = (await frontOf(refined)).points.find((each: { refined: unknown }) => each.refined !== null);
    const store = copyOf(refined, 'again');
    const anew = await refine(store, '--json', '--restart', '--trial', String(trial));
    expect(told(anew, 'refined')).toMatchObject([{ trial }]);
    // Steps that change no weight gain nothing.
    const kept = copyOf(refined, 'kept');
    const idle = ['--restart', '--trial', String(trial), '--epochs', '1', '--lr', '1e-12'];
    const vain = await run('refine', '--store', kept, '--json', ...idle);
    expect(told(vain, 'refined')).toMatchObject([{ trial, state: 'unchanged' }]);
    expect(await frontOf(kept)).toEqual(await frontOf(refined));
  });
});

const withoutJudged = ({ trial, speedup, search }: Record<string, unknown>) => ({ trial, speedup, search });

describe('what is left', () => {
  test('by a time that was too short is done by the next call, and nothing half-done is stored', {
    timeout: 240_000,
  }, async () => {
    const store = copyOf(world.store, 'short');
    const cut = await refine(store, '--json', '--time', '1ms');
    expect(told(cut, 'refined')).toEqual([]);
    expect(cut.status).toBe(1);
    expect((await frontOf(store)).points.every((each: { refined: unknown }) => each.refined === null)).toBe(true);
    expect((await refine(store, '--json', '--epochs', '2')).status).toBe(0);
  });

  test('without a single pass is not taken for one that gains nothing', { timeout: 240_000 }, async () => {
    const path = copyOf(world.store, 'no-pass');
    for (const [name, value] of Object.entries(world.env)) vi.stubEnv(name, value);
    const store = await openStore(path, { mustExist: true });
    const happened: StudyEvent[] = [];
    const { signal } = new AbortController();
    const hooks = { onEvent: (event: StudyEvent) => happened.push(event), finish: signal, stop: signal };
    try {
      const study = await store.studies.get('small');
      const files = { model: undefined, data: undefined, calibration: undefined };
      const options = { storePath: path, trial: undefined, timeMs: undefined, restart: false, ...files };
      const end = await refineStudy(store, study!, { ...options, ...defaultRefining, epochs: 0 }, hooks);
      expect(end).toMatchObject({ refined: 0, unchanged: 0 });
      expect(end.left).toBeGreaterThan(0);
      expect(happened.filter(({ kind }) => kind === 'warning')).toHaveLength(end.left);
    } finally {
      await store.close();
      vi.unstubAllEnvs();
    }
  });

  test('is refined at the end of a search that asks for it', { timeout: 240_000 }, async () => {
    const store = join(world.folder, 'at-end.sqlite');
    const other = join(world.folder, 'other');
    const more = ['--trials', '2', '--proxy-images', '60', '--calibration', `cifar10:${other}`, '--refine', '1m'];
    const ended = await run(...world.search(...more).map(arg => (arg === world.store ? store : arg)));
    expect(ended.status).toBe(0);
    expect(told(ended, 'refined').length).toBeGreaterThan(0);
  });
});

describe('what cannot be refined', () => {
  test('is said in a sentence, with the way out', { timeout: 240_000 }, async () => {
    const dense = await refine(world.store, '--trial', '0');
    expect(dense.stderr).toContain('--trial: expected a whole number of at least 1');
    expect(dense.status).toBe(2);
    const both = await refine(world.store, '--trial', '1', '--front');
    expect(both.stderr).toContain('exclude each other');
    const plain = join(world.folder, 'plain.sqlite');
    const searched = await run(...world.search('--trials', '2').map(arg => (arg === world.store ? plain : arg)));
    expect(searched.status).toBe(0);
    const none = await refine(plain);
    expect(none.stderr).toContain('was searched without calibration images');
    expect(none.status).toBe(2);
    const few = join(world.folder, 'few');
    mkdirSync(few);
    writeFileSync(join(few, 'test_batch.bin'), cifarRecords(9, 4));
    const store = join(world.folder, 'few.sqlite');
    const more = ['--trials', '2', '--calibration', `cifar10:${few}`];
    expect((await run(...world.search(...more).map(arg => (arg === world.store ? store : arg)))).status).toBe(0);
    const own = await refine(plain, '--images', '100');
    expect(own.status).toBe(2);
    const atEnd = await run(
      ...world.search(...more, '--refine', '10s').map(arg => (arg === world.store ? store : arg)),
    );
    expect(told(atEnd, 'warning')).toContainEqual(
      expect.objectContaining({ message: expect.stringContaining('Cannot refine with 9 calibration images') }),
    );
    expect(told(atEnd, 'front')).toHaveLength(1);
    expect(atEnd.status).toBe(0);
    const never = await run(...world.search('--refine', '10s'));
    expect(never.stderr).toContain('--calibration none leaves them out');
    expect(never.status).toBe(2);
    const handful = await refine(store);
    expect(handful.stderr).toContain('Cannot refine with 9 calibration images: expected at least 16');
    expect(handful.status).toBe(2);
  });
});
