/** Sizes and peak memories as a user searches with them: a real store, and processes of the real runtime that are measured. */
import { copyFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openStore } from '../../src/store/open.ts';
import { setupFrom } from '../../src/study/propose/setup.ts';
import { type Ended, rankfront } from './rankfront.ts';
import { makeWorld, measuredProfile, type World } from './world.ts';

let world: World;
let searched: Ended;
const run = (...args: string[]): Promise<Ended> => rankfront(args, world.env);
const stored = (...args: string[]): Promise<Ended> => run(...args, '--store', world.store);
const objectives = ['--objectives', 'latency,accuracy,size,memory'];
const limits = ['--max-size', '120kB', '--max-memory', '400%'];
const search = (...more: string[]): string[] => world.search('--trials', '3', '--seed', '3', '--no-prior', ...more);
type Told = Readonly<Record<string, unknown>> & { readonly kind: string };
const events = ({ stdout }: Ended): Told[] =>
  stdout
    .trim()
    .split('\n')
    .map(line => JSON.parse(line));

interface Figure {
  readonly value: number;
  readonly unit: string;
  readonly ratio: number;
}
interface Point {
  readonly trial: number;
  readonly objectives: Readonly<Record<'size' | 'memory', Figure>>;
}
interface Front {
  readonly objectives: readonly string[];
  readonly limits: unknown;
  readonly dense: Omit<Point, 'trial'>;
  readonly points: readonly Point[];
}
const front = async (): Promise<Front> => JSON.parse((await stored('front', '--json')).stdout);

beforeAll(async () => {
  world = makeWorld();
  writeFileSync(world.hardware, measuredProfile);
  searched = await run(...search(...objectives, ...limits));
}, 300_000);
afterAll(() => world.remove());

describe('a search', () => {
  test('ends with its objectives and limits stored, and tells sizes and memories on its way', async () => {
    expect(searched).toMatchObject({ status: 0, stderr: '' });
    const all = events(searched);
    expect(all.find(({ kind }) => kind === 'limits')).toMatchObject({ maxSizeBytes: 120_000, maxMemoryShare: 4 });
    for (const kind of ['dense', 'trial-finished', 'confirmed'])
      expect(all.find(each => each.kind === kind)?.further).toEqual({
        size: { value: expect.any(Number), unit: 'B', ratio: expect.any(Number) },
        memory: { value: expect.any(Number), unit: 'B', ratio: expect.any(Number) },
      });
    expect(all.at(-1)).toMatchObject({ kind: 'front', limits: { maxSizeBytes: 120_000, maxMemoryShare: 4 } });
    expect((await stored('studies')).stdout).toContain('Objectives of "small": latency, accuracy, size, memory.');
  });

  test('measures the memory of the dense model once, and again for each phase', async () => {
    const store = await openStore(world.store, { readOnly: true });
    const study = (await store.studies.get('small'))!;
    const samples = [];
    for (const { id } of await store.trials.list(study.id)) samples.push(...(await store.trials.samples(id)));
    await store.close();
    for (const phase of ['search', 'confirm'] as const) {
      const references = samples.flatMap(each =>
        each.kind === 'memory' && each.phase === phase ? [String(each.referenceSamplesKib)] : [],
      );
      expect(references.length).toBeGreaterThan(1);
      expect(new Set(references).size).toBe(1);
    }
    expect(new Set(samples.flatMap(each => (each.kind === 'size' ? [each.phase] : [])))).toEqual(new Set(['search']));
  });

  test('goes on with the same command, and with none of it', { timeout: 120_000 }, async () => {
    for (const again of [search(...objectives, ...limits), search()]) {
      const ended = await run(...again);
      expect(ended.status).toBe(0);
      expect(events(ended).map(({ kind }) => kind)).not.toContain('trial-started');
      expect(events(ended).at(-1)).toMatchObject({ objectives: ['latency', 'top1', 'size', 'memory'] });
    }
  });
});

describe('the front', () => {
  test('has the same sizes and memories in every form', async () => {
    const { dense, points, objectives: names } = await front();
    expect(names).toEqual(['latency', 'top1', 'size', 'memory']);
    expect(dense.objectives.size.value).toBeGreaterThan(100_000);
    const table = (await stored('front')).stdout;
    expect(table).toMatch(/pp ± 95 % +size +memory/);
    const [header = '', ...rows] = (await stored('front', '--format', 'csv')).stdout.trim().split('\r\n');
    const at = (name: string): number => header.split(',').indexOf(name);
    for (const [i, { trial, objectives: of }] of points.entries()) {
      const row = rows[i]!.split(',');
      expect(Number(row[at('trial')])).toBe(trial);
      expect(Number(row[at('size_bytes')])).toBe(of.size.value);
      expect(Number(row[at('memory_bytes')])).toBeCloseTo(of.memory.value, 3);
      expect(of.size.ratio).toBeCloseTo(of.size.value / dense.objectives.size.value, 12);
      // Bytes of a file that is there, and of a process that ran.
      expect(Number.isInteger(of.size.value)).toBe(true);
      expect(of.memory.value).toBeGreaterThan(50_000);
      expect(table).toContain(`${(of.size.value / 1000).toPrecision(3)} kB`);
    }
    const svg = (await stored('front', '--format', 'svg')).stdout;
    expect(svg).toMatch(/^<svg[\s\S]*<\/svg>\s*$/);
    expect(svg).toContain('In brackets: size, memory');
  });

  test('is picked from by a size, in bytes or as a share of the dense one', async () => {
    const { points, dense } = await front();
    const bytes = Math.max(...points.filter(({ trial }) => trial > 0).map(each => each.objectives.size.value));
    const by = async (limit: string) =>
      JSON.parse((await stored('pick', '--accept-disturbed', '--max-size', limit, '--json')).stdout);
    const picked = await by(`${bytes}B`);
    expect(picked).toMatchObject({ state: 'picked', rule: { kind: 'limits', sizeBytes: bytes } });
    const point = points.find(({ trial }) => trial === picked.point.trial);
    expect(point!.objectives.size.value).toBeLessThanOrEqual(bytes);
    const share = (100 * bytes) / dense.objectives.size.value;
    expect((await by(`${share}%`)).point.trial).toBe(picked.point.trial);
    const none = await stored('pick', '--max-size', '1kB');
    expect(none.status).toBe(1);
    expect(none.stdout).toContain('No point of the front keeps to the limits (a file of at most 1.00 kB)');
  });
});

test('show, explain and replay know of them', { timeout: 120_000 }, async () => {
  const [member] = (await front()).points.filter(({ trial }) => trial > 0);
  const shown = (await stored('show', String(member!.trial))).stdout;
  expect(shown).toMatch(/size \[95 % of dense\] +memory \[95 % of dense\]/);
  expect(shown).toMatch(/^ +memory +[\d.]+ m?s$/m);
  const explained = await stored('explain');
  expect(explained.status).toBe(0);
  expect(explained.stdout).toContain("a file of at most 120 kB, at most 400.0 % of the dense model's memory");
  expect(await stored('replay')).toMatchObject({ status: 0 });
});

test('the Bayesian tuner knows the sizes before it tries anything', { timeout: 120_000 }, async () => {
  const computed = join(world.folder, 'computed.yaml');
  writeFileSync(
    computed,
    'name: computed\ndriver: { kind: roofline, peakMacsPerSecond: 1e9, bandwidthBytesPerSecond: 1e9 }\n',
  );
  const other = join(world.folder, 'known.sqlite');
  const place = ['--store', other, '--hardware', computed, '--strategy', 'bayesian', '--no-pruning'];
  const ended = await run(...world.search(...place, '--trials', '4', '--objectives', 'latency,accuracy,size'));
  expect(ended.status).toBe(0);
  const store = await openStore(other, { readOnly: true });
  const study = (await store.studies.get('small'))!;
  const setup = setupFrom((await store.tuning.latestSetup(study.id))!.setup);
  const table = setup.options.prior?.tables.at(2);
  expect(setup.problem.objectives).toBe(3);
  for (const trial of await store.trials.list(study.id)) {
    const size = (await store.trials.samples(trial.id)).find(({ kind }) => kind === 'size');
    const told = trial.configuration.reduce((sum, rung, site) => sum + table!.changes[site]![rung]!, table!.dense);
    // All but the names and attributes of the layers.
    expect(size?.kind === 'size' && Math.abs(told * size.referenceBytes - size.bytes)).toBeLessThan(1500);
  }
  await store.close();
  expect((await run('explain', '--store', other)).stdout).toMatch(/^size .*parameters times bytes$/m);
  expect(await run('replay', '--store', other)).toMatchObject({ status: 0 });
});

describe('verify', () => {
  test('counts sizes and measures memories again', { timeout: 300_000 }, async () => {
    const { points } = await front();
    const [{ trial } = { trial: 0 }] = points.filter(each => each.trial > 0);
    const held = await stored('verify', '--trial', String(trial), '--wait', 'none');
    expect(held.stdout).toMatch(/search phase: .*memory consistent: stored [\d.]+ [kM]B \(dense [\d.]+ [kM]B\), now /);
    expect(held.stdout).toMatch(/confirm phase: .*memory consistent/);
    expect(held.stdout).not.toContain('memory does not hold');
    expect(held.stdout).not.toContain('bytes stored as');
  });

  test('finds one byte more, and a front leaves the trial out', { timeout: 120_000 }, async () => {
    const [{ trial } = { trial: 0 }] = (await front()).points.filter(each => each.trial > 0);
    const copy = join(world.folder, 'forged.sqlite');
    copyFileSync(world.store, copy);
    const database = new DatabaseSync(copy);
    const { changes } = database
      .prepare(
        "update observations set facts = json_set(facts, '$.bytes', json_extract(facts, '$.bytes') + 1) where kind = 'size' and trial_id = (select id from trials where number = ?)",
      )
      .run(trial);
    database.close();
    expect(changes).toBe(1);
    const found = await run('verify', '--store', copy, '--trial', String(trial), '--wait', 'none');
    expect(found.status).toBe(1);
    expect(found.stdout).toMatch(
      new RegExp(`trial ${trial}, search phase: bytes stored as (\\d+), recounted as (\\d+)`),
    );
    const [, then, now] = /bytes stored as (\d+), recounted as (\d+)/.exec(found.stdout) ?? [];
    expect(Number(then) - Number(now)).toBe(1);
    const shown = await run('front', '--store', copy, '--json');
    expect(JSON.parse(shown.stdout).points.map((each: Point) => each.trial)).not.toContain(trial);
  });
});

describe('what cannot be is refused', () => {
  test.each([
    ['8', 'Add the unit: 8MB, say.'],
    ['8 MBs', 'Write a number and one of B, kB, MB, GB, KiB, MiB, GiB or %.'],
    ['0', 'Nothing is that small: give a size above 0.'],
    ['0MB', 'Nothing is that small: give a size above 0.'],
    ['', 'Write a number and one of B, kB, MB, GB, KiB, MiB, GiB or %.'],
  ])('--max-size and --max-memory %j', async (limit, wayOut) => {
    const others = [
      [search(), '--max-memory'],
      [['pick', '--store', world.store], '--max-size'],
    ] as const;
    for (const [command, option] of [[search(), '--max-size'] as const, ...(limit === '8' ? others : [])]) {
      const ended = await run(...command, option, limit);
      expect(ended).toMatchObject({ status: 2, stdout: '' });
      expect(ended.stderr.trim()).toBe(
        `rankfront: Cannot read ${option}: expected a size such as 8MB, 512kB or 64MiB, or a share such as 50%, found ${JSON.stringify(limit)}. ${wayOut}`,
      );
    }
  });

  test.each([
    ['-1MB', 'expected a size such as 8MB, 512kB or 64MiB, or a share such as 50%, found "-1MB". Leave out the minus.'],
    [
      '0%',
      'expected a share above 0% such as 50%, found "0%". Write a number and %: 50% is half of what the dense model has.',
    ],
  ])('--max-size=%s', async (limit, rest) => {
    const ended = await run(...search(), `--max-size=${limit}`);
    expect(ended).toMatchObject({ status: 2, stdout: '' });
    expect(ended.stderr.trim()).toBe(`rankfront: Cannot read --max-size: ${rest}`);
  });

  test('a limit of what a stored study does not measure, with the way out, before anything is computed', async () => {
    const other = join(world.folder, 'two.sqlite');
    const two = ['--store', other, '--trials', '1'];
    expect(await run(...search(...two))).toMatchObject({ status: 0 });
    const ended = await run(...search(...two, '--max-size', '50%'));
    expect(ended).toMatchObject({ status: 2, stdout: '' });
    expect(ended.stderr.trim()).toBe(
      'rankfront: --max-size limits the size, which study "small" does not measure. Search with --objectives latency,accuracy,size in a study of another name (--study).',
    );
    const picked = await run('pick', '--store', other, '--max-memory', '1MB');
    expect(picked.status).toBe(2);
    expect(picked.stderr).toContain('study "small" does not measure the memory');
  });

  test('a memory on a device that cannot tell it, before factors are computed', async () => {
    const computed = join(world.folder, 'computed.yaml');
    writeFileSync(
      computed,
      'name: computed\ndriver: { kind: roofline, peakMacsPerSecond: 1e9, bandwidthBytesPerSecond: 1e9 }\n',
    );
    const ended = await run(...search('--study', 'third', '--hardware', computed, '--max-memory', '1MB'));
    expect(ended.status).toBe(2);
    expect(ended.stderr).toContain('the device "roofline" cannot tell how much memory a run takes');
    expect(ended.stdout).not.toContain('"stage":"factors"');
  });
});
