/** `rankfront audit` on a small search: what it measures, that it measures nothing twice, and what it says of bad input. */
import { copyFileSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { AuditReport } from '../../src/report/audit/report.ts';
import { openStore } from '../../src/store/open.ts';
import { type Ended, rankfront, start } from './rankfront.ts';
import { cifarRecords, makeWorld, type World } from './world.ts';

let world: World;
const at = (name: string): string => join(world.folder, name);
const audit = (...more: string[]): Promise<Ended> => rankfront(['audit', '--store', world.store, ...more], world.env);

beforeAll(async () => {
  world = makeWorld();
  writeFileSync(at('images/data_batch_1.bin'), cifarRecords(40, 4));
  expect(await rankfront(world.search('--trials', '18', '--seed', '1'), world.env)).toMatchObject({ status: 0 });
  copyFileSync(world.store, at('searched.sqlite'));
}, 120_000);
afterAll(() => world.remove());

/** The numbers of the trials whose accuracy on the images held back is stored, and how long all that took. */
async function heldBackIn(path: string): Promise<Map<number, number>> {
  const store = await openStore(path, { readOnly: true });
  try {
    const study = await store.studies.get('small');
    const found = new Map<number, number>();
    for (const trial of await store.trials.list(study!.id, { states: ['complete'] })) {
      const stored = (await store.trials.samples(trial.id)).find(
        ({ phase, kind }) => phase === 'confirm' && kind === 'accuracy',
      );
      if (stored) found.set(trial.number, stored.storedAtMs);
    }
    return found;
  } finally {
    await store.close();
  }
}

test('a place that cannot be written to is told of before anything is measured', async () => {
  const before = await heldBackIn(world.store);
  for (const place of [at('nowhere/audit.md'), world.folder]) {
    const { status, stderr } = await audit('--out', place);
    expect(stderr).toMatch(
      /^rankfront: Cannot write the audit to ".*": (there is no such.*\. Free some space|it is a directory\. Give the name of a file in it)/,
    );
    expect(status).toBe(2);
  }
  expect(await heldBackIn(world.store)).toEqual(before);
});

test('an audit that is killed goes on with what is measured, and a second one measures nothing', async () => {
  const before = await heldBackIn(world.store);
  const { child, ended } = start(['audit', '--store', world.store], world.env);
  while ((await heldBackIn(world.store)).size < before.size + 3 && child.exitCode === null)
    await new Promise(resolve => setTimeout(resolve, 20));
  child.kill('SIGKILL');
  await ended;
  const killed = await heldBackIn(world.store);
  expect(killed.size).toBeGreaterThanOrEqual(before.size + 3);

  const first = await audit('--json');
  expect(first).toMatchObject({ status: 0, stderr: '' });
  const measured = await heldBackIn(world.store);
  for (const [number, storedAtMs] of killed) expect(measured.get(number)).toBe(storedAtMs);
  const report: AuditReport = JSON.parse(first.stdout);
  expect(report).toMatchObject({ study: 'small', completeTrials: 18, lossUnit: 'weights', retrain: null });
  expect(report.images).toEqual({ proxy: 60, heldBack: 60 });
  expect(report.rows).toHaveLength(18);
  expect([...measured.keys()]).toEqual(expect.arrayContaining(report.rows.map(({ trial }) => trial)));

  const second = await audit('--json');
  expect(second.stdout).toBe(first.stdout);
  expect(await heldBackIn(world.store)).toEqual(measured);

  // One that nobody killed says the same.
  const alone = await rankfront(['audit', '--store', at('searched.sqlite'), '--json'], world.env);
  expect(alone.stdout).toBe(first.stdout);
  // A front that was confirmed stays confirmed: latencies are as they were.
  const confirmed = await rankfront(['front', '--store', world.store, '--confirmed', '--json'], world.env);
  const untouched = await rankfront(['front', '--store', at('searched.sqlite'), '--confirmed', '--json'], world.env);
  expect(confirmed).toMatchObject({ status: 0, stdout: untouched.stdout });
}, 240_000);

test('in words, as Markdown and into a file', async () => {
  const text = await audit();
  expect(text).toMatchObject({ status: 0, stderr: '' });
  expect(text.stdout).toContain('not asked for');
  expect(text.stdout).toContain('squared relative errors of weights');
  const written = await audit('--format', 'md', '--out', at('audit.md'));
  expect(written).toMatchObject({ status: 0, stdout: '', stderr: expect.stringContaining('Wrote') });
  expect(readFileSync(at('audit.md'), 'utf8')).toContain('| trial | front |');
}, 120_000);

test('a short retrain is kept and not repeated, and none begins when its minutes are over', async () => {
  const args = ['--json', '--retrain-batch', '20'];
  const retrainedOf = ({ stdout }: Ended): (number | null)[] =>
    (JSON.parse(stdout) as AuditReport).rows.map(({ retrained }) => retrained);
  const none = await audit(...args, '--retrain-configurations', '1', '--retrain-minutes', '0.0001');
  expect(none).toMatchObject({ status: 0 });
  expect(retrainedOf(none).every(each => each === null)).toBe(true);
  const all = await audit(...args, '--retrain-epochs', '1', '--retrain-configurations', '4');
  expect(all).toMatchObject({ status: 0 });
  const report: AuditReport = JSON.parse(all.stdout);
  expect(report.retrain).toEqual({ epochs: 1 });
  expect(retrainedOf(all).filter(each => each !== null)).toHaveLength(4);
  const compared = report.agreement.find(({ of }) => of.join() === 'heldBack,retrained');
  expect(compared).toMatchObject({ configurations: 4 });
  // No time is left to begin any, and yet all are there.
  const again = await audit(...args, '--retrain-configurations', '4', '--retrain-minutes', '0.0001');
  expect(JSON.parse(again.stdout)).toEqual(report);
}, 240_000);

test('says what is wrong', async () => {
  const few = at('few.sqlite');
  const searched = await rankfront(
    world.search('--trials', '3').map(arg => (arg === world.store ? few : arg)),
    world.env,
  );
  expect(searched).toMatchObject({ status: 0 });
  const cases: readonly [args: string[], says: RegExp][] = [
    [['--store', few], /expected at least 15 complete trials, found 3.*--trials/],
    [['--study', 'smal'], /holds no study "smal", but: small.*Did you mean "small"/],
    [['--configurations', '5'], /--configurations: expected a whole number of at least 15, found 5/],
    [
      ['--retrain-epochs', '0'],
      /--retrain-epochs: expected a whole number of at least 1, found 0.*--retrain-epochs 1\./,
    ],
    [['--retrain-minutes', '-1'], /--retrain-minutes: expected a positive number, found -1/],
    [['--data', `cifar10:${at('nowhere')}`], /nowhere/],
    [['--model', at('images/test_batch.bin')], /test_batch.bin/],
    [['--store', at('none.sqlite')], /there is no such file/],
  ];
  for (const [args, says] of cases) {
    const ended = await rankfront(
      ['audit', ...(args[0] === '--store' ? [] : ['--store', world.store]), ...args],
      world.env,
    );
    expect(ended).toMatchObject({ status: 2, stdout: '' });
    expect(ended.stderr).toMatch(says);
    expect(ended.stderr).not.toContain('not foreseen');
  }
  expect(existsSync(at('none.sqlite'))).toBe(false);
}, 240_000);

test('a search that held back hardly any image cannot be audited', async () => {
  const narrow = at('narrow.sqlite');
  const search = world
    .search('--trials', '15', '--proxy-images', '108')
    .map(arg => (arg === world.store ? narrow : arg));
  expect(await rankfront(search, world.env)).toMatchObject({ status: 0 });
  const ended = await rankfront(['audit', '--store', narrow], world.env);
  expect(ended).toMatchObject({ status: 2, stdout: '' });
  expect(ended.stderr).toMatch(/it held back 12 images from its search, and at least 20 are needed.*--proxy-images/);
}, 240_000);
