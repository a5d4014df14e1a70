/** Every command on a small world, as a user runs them, one after the other. */
import { chmodSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { InferenceSession, Tensor } from 'onnxruntime-node';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { readModel } from '../../src/onnx/read.ts';
import { type Ended, rankfront, start } from './rankfront.ts';
import { makeWorld, measuredProfile, type World } from './world.ts';

let world: World;
const run = (...args: string[]): Promise<Ended> => rankfront(args, world.env);
const stored = (...args: string[]): Promise<Ended> => run(...args, '--store', world.store);
const lines = (text: string): { kind: string }[] =>
  text
    .trim()
    .split('\n')
    .map(line => JSON.parse(line));

interface Front {
  readonly dense: { readonly latencyMs: number; readonly accuracy: number };
  readonly points: readonly {
    readonly trial: number;
    readonly latencyMs: number;
    readonly accuracy: number;
    readonly macs: number;
    readonly confirmed: boolean;
    readonly configuration: Readonly<Record<string, { readonly method: string; readonly rank: number | null }>>;
  }[];
}

beforeAll(async () => {
  world = makeWorld();
  const searched = await run(...world.search('--trials', '12', '--seed', '3'));
  expect(searched.stderr).toBe('');
  expect(searched.status).toBe(0);
  const events = lines(searched.stdout);
  expect(events.filter(({ kind }) => kind === 'trial-finished')).toHaveLength(12);
  expect(events.map(({ kind }) => kind)).toEqual(
    expect.arrayContaining(['study-started', 'dense', 'confirm-started', 'confirmed', 'study-finished']),
  );
  expect(events.at(-1)).toMatchObject({ kind: 'front', study: 'small' });
}, 120_000);

afterAll(() => world.remove());

const frontOf = async (...args: string[]): Promise<Front> =>
  JSON.parse((await stored('front', '--json', ...args)).stdout);

describe('after a search', () => {
  test('the same command again only says that it is done', async () => {
    const again = await run(...world.search('--trials', '12', '--seed', '3'));
    expect(again.status).toBe(0);
    const kinds = lines(again.stdout).flatMap(({ kind }) => (kind === 'stage' ? [] : [kind]));
    expect(kinds).toEqual(['warning', 'study-started', 'study-finished', 'front']);
  });

  test('front: sorted by latency, the dense model on it, every format of the same points', async () => {
    const front = await frontOf();
    const latencies = front.points.map(({ latencyMs }) => latencyMs);
    expect(latencies).toEqual([...latencies].sort((a, b) => a - b));
    expect(front.points.some(({ trial }) => trial === 0)).toBe(true);
    const csv = (await stored('front', '--format', 'csv')).stdout.trim().split('\r\n');
    expect(csv).toHaveLength(front.points.length + 1);
    const table = (await stored('front')).stdout;
    for (const { trial } of front.points)
      expect(table).toMatch(new RegExp(`^ *${trial === 0 ? 'dense|^ *0' : trial}\\b`, 'm'));
    expect((await stored('front', '--format', 'svg')).stdout).toMatch(/^<svg[\s\S]*<\/svg>\s*$/);
  });

  test('front reports confirmed figures, --search those of the search', async () => {
    const front = await frontOf();
    expect(front.points.every(point => point.confirmed)).toBe(true);
    expect(await frontOf('--confirmed')).toEqual(front);
    expect((await frontOf('--search')).points.some(point => point.confirmed)).toBe(false);
    expect((await stored('front', '--search', '--confirmed')).status).toBe(2);
  });

  test('show, studies: the trial and the study with their figures', async () => {
    const shown = await stored('show', '3');
    expect(shown.status).toBe(0);
    expect(shown.stdout).toContain('Trial 3 of study "small"');
    expect(shown.stdout).toContain('conv1');
    expect(JSON.parse((await stored('show', '3', '--json')).stdout)).toMatchObject({ trial: 3, state: 'complete' });
    expect((await stored('studies')).stdout).toMatch(/small\s+complete\s+13/);
  });

  test('pick: 0 with a point, 1 when no point keeps to the limits, 2 for a knee with a limit', async () => {
    const fastest = await stored('pick', '--max-drop', '100pp', '--json');
    expect(fastest.status).toBe(0);
    const front = await frontOf();
    const { point, figures } = JSON.parse(fastest.stdout);
    expect([point.trial, figures]).toEqual([front.points[0]?.trial, 'confirmed']);
    expect((await stored('pick', '--max-drop', '100pp')).stdout).toContain('Its figures are confirmed, on ');
    // The headline and the pick are one judgement, whatever its phase.
    const within = JSON.parse((await stored('pick', '--max-drop', '1pp', '--json')).stdout);
    for (const told of [front, await frontOf('--confirmed')] as unknown as { gain: { kind: string; trial: number } }[])
      expect(within.point.trial).toBe(told.gain.kind === 'gained' ? told.gain.trial : 0);
    expect((await stored('pick', '--min-speedup', '1000')).status).toBe(1);
    const plain = await stored('pick', '--json');
    expect(plain.status).toBe(0);
    const { gain } = front as unknown as { gain: { recommended: number } };
    expect(JSON.parse(plain.stdout).point.trial).toBe(gain.recommended);
    const both = await stored('pick', '--max-drop', '100pp', '--min-speedup', '1.01', '--json');
    expect(JSON.parse(both.stdout)).toMatchObject({ rule: { kind: 'limits', drop: 1, speedup: 1.01 } });
    expect(JSON.parse(both.stdout).point.trial).toBe(point.trial);
    expect((await stored('pick', '--max-drop', '100pp', '--min-speedup', '1000')).status).toBe(1);
    expect((await stored('pick', '--knee', '--min-speedup', '1.1')).status).toBe(2);
  });

  test('export: what is written runs in onnxruntime, has the ranks that were asked for and says where it is from', async () => {
    const front = await frontOf();
    const point = front.points.find(({ trial }) => trial !== 0);
    const out = join(world.folder, 'picked.onnx');
    const exported = await stored('export', '--trial', String(point?.trial), '--out', out);
    expect(exported.status).toBe(0);
    const model = readModel(readFileSync(out), { name: out });
    expect(JSON.parse(model.metadata.get('rankfront.configuration') ?? '')).toMatchObject(
      Object.fromEntries(Object.entries(point?.configuration ?? {}).filter(([, { method }]) => method !== 'dense')),
    );
    expect(model.metadata.get('rankfront.study')).toBe('small');
    for (const [site, { method, rank }] of Object.entries(point?.configuration ?? {})) {
      const first = model.graph.nodes.find(({ name }) => name.startsWith(`${site}/`));
      if (method === 'dense') expect(first).toBeUndefined();
      else expect(model.graph.initializers.get(first?.inputs[1] ?? '')?.dims[0]).toBe(rank);
    }
    const session = await InferenceSession.create(out, { intraOpNumThreads: 1 });
    const result = await session.run({
      input: new Tensor('float32', new Float32Array(2 * 3 * 32 * 32).fill(0.5), [2, 3, 32, 32]),
    });
    expect(result.logits?.dims).toEqual([2, 10]);
    await session.release();
  });

  test('verify: holds, and stops holding when a stored number is changed', async () => {
    const held = await stored('verify', '--json');
    expect(held.status).toBe(0);
    expect(JSON.parse(held.stdout)).toMatchObject({ passed: true });
    const { DatabaseSync } = await import('node:sqlite');
    const copy = join(world.folder, 'changed.sqlite');
    writeFileSync(copy, readFileSync(world.store));
    const database = new DatabaseSync(copy);
    database.exec(
      "update trials set model_sha256 = replace(model_sha256, substr(model_sha256, 1, 1), 'x') where number = 2",
    );
    database.close();
    const broken = await run('verify', '--store', copy, '--trial', '2');
    expect(broken.status).toBe(1);
    expect(broken.stdout).toMatch(/FAIL trial 2: model differs/);
  });

  test('a store that may not be written is read all the same, and a search in it is refused', async () => {
    const copy = join(world.folder, 'frozen.sqlite');
    writeFileSync(copy, readFileSync(world.store));
    chmodSync(copy, 0o444);
    expect((await run('front', '--store', copy)).status).toBe(0);
    if (process.getuid?.() === 0) return; // root may write anywhere
    const refused = await run(
      ...world.search('--trials', '20', '--seed', '3').map(arg => (arg === world.store ? copy : arg)),
    );
    expect(refused.status).toBe(2);
  });

  test('the name of a study is not for another seed or space', async () => {
    const other = await run(...world.search('--trials', '12', '--seed', '4'));
    expect(other.status).toBe(2);
    expect(other.stderr).toContain('seed');
  });

  test('two searches of one study at once share its trials', async () => {
    const more = world.search('--trials', '40', '--seed', '3');
    const [a, b] = await Promise.all([run(...more), run(...more)]);
    expect([a.status, b.status]).toEqual([0, 0]);
    const told = [a, b]
      .flatMap(({ stdout }) => lines(stdout))
      .flatMap(event => ('trial' in event && event.kind === 'trial-finished' ? [event.trial] : []));
    expect(new Set(told).size).toBe(told.length);
    expect((await stored('studies')).stdout).toMatch(/small\s+complete\s+4[12]/);
  });
});

describe('other commands', () => {
  test('space: what it writes can be searched', async () => {
    const out = join(world.folder, 'space.yaml');
    const proposed = await run('space', '--model', world.model, '--hardware', world.hardware, '--out', out);
    expect(proposed.status).toBe(0);
    expect(proposed.stdout).toMatch(/^\d+ layers with weights: \d+ (is|are) searched, \d+ (is|are) left out\.$/m);
    expect(proposed.stdout).toMatch(/^ *layers +of MACs +of time$/m);
    expect(proposed.stdout).toMatch(/^ +\d+ +\d+\.\d % +\d+\.\d % +searched: /m);
    const told = JSON.parse(
      (await run('space', '--model', world.model, '--hardware', world.hardware, '--json')).stdout,
    );
    const groups = [...told.layers.searched, ...told.layers.leftOut] as {
      share: number;
      time: number;
      names: string[];
    }[];
    expect(groups.flatMap(({ names }) => names).sort()).toEqual(
      [
        ...told.sites.map(({ name }: { name: string }) => name),
        ...told.rejected.map(({ node }: { node: string }) => node),
      ].sort(),
    );
    expect(groups.reduce((sum, { share }) => sum + share, 0)).toBeLessThanOrEqual(1 + 1e-9);
    expect(groups.every(({ time }) => time >= 0 && time <= 1)).toBe(true);
    const searched = await run(...world.search('--study', 'other', '--space', out, '--trials', '2'));
    expect(searched.status).toBe(0);
    rmSync(out);
  });

  test('profile and doctor tell of this machine', async () => {
    const hardware = join(world.folder, 'measured.yaml');
    writeFileSync(hardware, measuredProfile);
    const profile = await run('profile', '--model', world.model, '--hardware', hardware, '--json');
    expect(profile.status).toBe(0);
    const { sites, totalMs } = JSON.parse(profile.stdout) as { totalMs: number; sites: { site: string; ms: number }[] };
    expect(sites.map(({ site }) => site)).toEqual(expect.arrayContaining(['conv1', 'conv2', 'conv3']));
    expect(sites.every(({ ms }) => ms > 0 && ms < totalMs)).toBe(true);
    const doctor = await run('doctor', '--json');
    expect(doctor.status).toBe(0);
    expect(JSON.parse(doctor.stdout).providers.cpu.available).toBe(true);
  });

  test('a measured search: latencies with samples, by a real runtime', async () => {
    const hardware = join(world.folder, 'measured.yaml');
    writeFileSync(hardware, measuredProfile);
    const args = world
      .search('--study', 'measured', '--trials', '2')
      .map(arg => (arg === world.hardware ? hardware : arg));
    const { child, ended } = start(args, world.env);
    const { status, stdout } = await ended;
    expect(child.exitCode).toBe(0);
    expect(status).toBe(0);
    const finished = lines(stdout).filter(({ kind }) => kind === 'trial-finished') as unknown as {
      ratio: number;
      interval: [number, number];
    }[];
    expect(finished).toHaveLength(2);
    for (const { ratio, interval } of finished) {
      expect(interval[0]).toBeLessThan(interval[1]);
      expect(ratio).toBeGreaterThan(0.1);
    }
    expect(statSync(world.store).size).toBeGreaterThan(0);
  });

  test('the first Ctrl-C ends after the trial that runs, with status 130', async () => {
    const { child, ended } = start(world.search('--study', 'interrupted', '--trials', '100000'), world.env);
    let sent = false;
    child.stdout?.on('data', (chunk: Buffer) => {
      if (!sent && chunk.toString().includes('"trial":2,')) sent = child.kill('SIGINT');
    });
    const { status, stdout } = await ended;
    expect(status).toBe(130);
    expect(lines(stdout).find(({ kind }) => kind === 'study-finished')).toMatchObject({ endedBy: 'interrupted' });
  });
});
