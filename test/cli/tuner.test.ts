/** The Bayesian search as a user runs it: the table of single sites, limits, early stopping, and what is proposed again. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openStore } from '../../src/store/open.ts';
import { type Ended, rankfront, start } from './rankfront.ts';
import { makeWorld, type World } from './world.ts';

let world: World;
const search = (...more: string[]): string[] =>
  world.search('--strategy', 'bayesian', '--seed', '3', '--proxy-images', '100', ...more);
const run = (...args: string[]): Promise<Ended> => rankfront(args, world.env);
const events = (text: string): Record<string, unknown>[] =>
  text
    .trim()
    .split('\n')
    .map(line => JSON.parse(line));
const kindsOf = (text: string): unknown[] => events(text).map(({ kind }) => kind);

beforeAll(async () => {
  world = makeWorld();
  // Killed while it measures, then resumed within limits.
  const { child, ended } = start(search('--trials', '10'), world.env);
  child.stdout?.on('data', (chunk: Buffer) => chunk.toString().includes('"trial":5') && child.kill('SIGKILL'));
  expect(kindsOf((await ended).stdout.split('\n').slice(0, -1).join('\n'))).toContain('site-table');
  const resumed = await run(...search('--trials', '12', '--max-drop', '3pp', '--min-speedup', '1.05'));
  expect(resumed.status).toBe(0);
  const told = events(resumed.stdout);
  expect(told.find(({ kind }) => kind === 'limits')).toEqual({
    kind: 'limits',
    maxDrop: 0.03,
    minSpeedup: 1.05,
    resumed: false,
    atMs: expect.any(Number),
  });
  expect(told.map(({ kind }) => kind)).not.toContain('site-table');
}, 300_000);

afterAll(() => world.remove());

test('limits hold on where none is given, and nothing beyond them is on the front', { timeout: 120_000 }, async () => {
  const again = await run(...search('--trials', '13'));
  expect(events(again.stdout).find(({ kind }) => kind === 'limits')).toMatchObject({ maxDrop: 0.03, resumed: true });
  const store = await openStore(world.store, { readOnly: true });
  const study = (await store.studies.get('small'))!;
  const dense = await store.trials.get(study.id, 0);
  const error = dense?.state === 'complete' ? dense.values[1]! : Number.NaN;
  const all = await store.trials.list(study.id);
  const front = await store.trials.front(study.id);
  for (const trial of all) {
    if (trial.state !== 'complete') continue;
    const [ratio, lost] = trial.values;
    expect(trial.feasible).toBe(ratio! <= 1 / 1.05 && lost! <= error + 0.03 + 1e-12);
  }
  expect(front.every(({ feasible }) => feasible)).toBe(true);
  for (const trial of all) {
    if (trial.state !== 'pruned') continue;
    const [accuracy] = (await store.trials.samples(trial.id)).filter(({ kind }) => kind === 'accuracy');
    expect(accuracy?.kind === 'accuracy' && accuracy.places?.length).toBe(
      accuracy?.kind === 'accuracy' && accuracy.images,
    );
  }
  await store.close();
});

test('every proposal of the killed and resumed study is made again', { timeout: 120_000 }, async () => {
  const { status, stdout } = await run('replay', '--store', world.store);
  expect(stdout).toMatch(/^Study "small": 1[23] proposals made again, every one the same\.\n$/);
  expect(status).toBe(0);
});

test('explain: what is believed, and the next trial with its reason', { timeout: 120_000 }, async () => {
  const told = await run('explain', '--store', world.store);
  expect(told.stderr).toBe('');
  expect(told.stdout).toContain('in 95 %');
  expect(told.stdout).toMatch(/^limits|limits: at most 3.00 pp lost, at least 1.05x as fast/m);
  expect(told.stdout).toMatch(/^Why: /m);
  const view = JSON.parse((await run('explain', '--store', world.store, '--json')).stdout);
  expect(view.hypervolume).toHaveLength(view.trials + 1);
  expect(view.importance.map(({ site }: { site: string }) => site)).toHaveLength(3);
  expect(view.calibration).toHaveLength(2);
});

test('show tells what was seen of every trial, also of those given up early or beyond the limits', {
  timeout: 120_000,
}, async () => {
  const store = await openStore(world.store, { readOnly: true });
  const all = await store.trials.list((await store.studies.get('small'))!.id);
  await store.close();
  const pruned = all.find(({ state }) => state === 'pruned');
  const beyond = all.find(trial => trial.number > 0 && trial.state === 'complete' && !trial.feasible);
  expect(pruned ?? beyond).toBeDefined();
  for (const trial of [pruned, beyond]) {
    if (!trial) continue;
    const { stdout } = await run('show', String(trial.number), '--store', world.store, '--json');
    const view = JSON.parse(stdout);
    const [accuracy] =
      trial.state === 'pruned' || trial.state === 'complete'
        ? trial.observations.filter(({ kind }) => kind === 'accuracy')
        : [];
    expect(view.search.images).toBe(accuracy?.kind === 'accuracy' && accuracy.images);
    expect(view.search.figures.accuracy).toBe(accuracy?.value);
    expect(Number.isFinite(view.search.figures.drop)).toBe(true);
    if (trial === pruned) expect(view.prunedFor).toMatch(/^given up after \d+ images/);
  }
});

test('studies tells the limits, and --max-drop none lifts them', { timeout: 120_000 }, async () => {
  expect((await run('studies', '--store', world.store)).stdout).toContain(
    'Limits of "small": at most 3.00 pp lost, at least 1.05x as fast.',
  );
  const lifted = await run(...search('--trials', '15', '--max-drop', 'none'));
  expect(events(lifted.stdout).find(({ kind }) => kind === 'limits')).toEqual({
    kind: 'limits',
    resumed: false,
    atMs: expect.any(Number),
  });
  const store = await openStore(world.store, { readOnly: true });
  const all = await store.trials.list((await store.studies.get('small'))!.id, { states: ['complete'] });
  await store.close();
  expect(all.every(trial => trial.state === 'complete' && trial.feasible)).toBe(true);
  expect((await run('studies', '--store', world.store)).stdout).not.toContain('Limits of');
  // No trial is left to propose: what was said last holds all the same, also where it was said before.
  const limited = (): Promise<string> => run('front', '--store', world.store).then(({ stdout }) => stdout);
  for (const drop of ['3pp', 'none', '3pp', 'none']) {
    await run(...search('--trials', '15', '--max-drop', drop));
    expect((await limited()).includes('limits')).toBe(drop !== 'none');
  }
  const again = await run(...search('--trials', '16'));
  expect(events(again.stdout).some(({ kind }) => kind === 'limits')).toBe(false);
  expect((await run('replay', '--store', world.store)).status).toBe(0);
});
