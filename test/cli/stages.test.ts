/** The minutes before the first trial, in the JSON lines of a search and in its log. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { StudyEvent } from '../../src/events/event.ts';
import { type Ended, rankfront } from './rankfront.ts';
import { cifarRecords, makeWorld, type World } from './world.ts';

let world: World;
let calibration: string;
let searched: Ended;
let beganMs: number;
let events: StudyEvent[];

beforeAll(async () => {
  world = makeWorld();
  const folder = join(world.folder, 'other');
  calibration = `cifar10:${folder}`;
  mkdirSync(folder);
  writeFileSync(join(folder, 'test_batch.bin'), cifarRecords(70, 9));
  beganMs = Date.now();
  const more = ['--trials', '2', '--strategy', 'bayesian', '--calibration', calibration];
  searched = await rankfront(world.search(...more), world.env);
  const records = searched.stdout.trim().split('\n').map(line => JSON.parse(line)); // biome-ignore format: one line
  events = records.filter(({ kind }) => kind !== 'front') as StudyEvent[];
}, 240_000);

afterAll(() => world.remove());

const stagesOf = (told: readonly StudyEvent[]): Map<string, { done: number; total: number }[]> => {
  const found = new Map<string, { done: number; total: number }[]>();
  for (const event of told)
    if (event.kind === 'stage') found.set(event.stage, [...(found.get(event.stage) ?? []), event]);
  return found;
};

describe('a search with --json', () => {
  test('tells every stage before the first trial, in order', () => {
    expect(searched).toMatchObject({ status: 0, stderr: '' });
    expect([...stagesOf(events).keys()]).toEqual([
      'calibration-images',
      'statistics',
      'sensitivities',
      'factors',
      'corrections',
      'losses',
      'images',
      'sweep',
    ]);
    const first = events.findIndex(event => event.kind === 'trial-started' && event.trial === 1);
    expect(events.findLastIndex(({ kind }) => kind === 'stage')).toBeLessThan(first);
  });

  test('every stage grows and ends with all of it done', () => {
    for (const [stage, steps] of stagesOf(events)) {
      const done = steps.map(each => each.done);
      expect(done, stage).toEqual([...new Set(done)].sort((a, b) => a - b));
      expect(new Set(steps.map(({ total }) => total)).size, stage).toBe(1);
      expect(steps.at(-1)!.done, stage).toBe(steps.at(-1)!.total);
    }
    const totals = Object.fromEntries([...stagesOf(events)].map(([stage, steps]) => [stage, steps[0]!.total]));
    expect(totals).toMatchObject({ 'calibration-images': 70, statistics: 70, corrections: 70, images: 120 });
    expect(totals.losses).toBe(totals.factors);
  });

  test('gives every event its time: within the run, and never going back', () => {
    const times = events.map(({ atMs }) => atMs);
    expect(times.every(Number.isInteger)).toBe(true);
    expect(times).toEqual([...times].sort((a, b) => a - b));
    expect(times[0]).toBeGreaterThanOrEqual(beganMs);
    expect(times.at(-1)).toBeLessThanOrEqual(Date.now());
  });
});

test('in a pipe, a log tells the end of each stage in one line, and nothing of what is kept from before', {
  timeout: 120_000,
}, async () => {
  const command = world.search('--trials', '3', '--strategy', 'bayesian', '--calibration', calibration, '--no-json');
  const { status, stderr } = await rankfront(
    command.filter(each => each !== '--no-json'),
    world.env,
  );
  expect(status).toBe(0);
  const log = stderr.trim().split('\n');
  for (const line of log) expect(line).toMatch(/^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d {2}\S/);
  const told = (pattern: RegExp): number => log.filter(line => pattern.test(line)).length;
  expect(told(/ {2}Made \d+ factorisations ready in \d/)).toBe(1);
  expect(told(/ {2}Computed the losses of \d+ factorisations in \d/)).toBe(1);
  expect(told(/factors \d+\/\d+/)).toBe(0);
  // Pixels, statistics and the table of single sites are there.
  expect(told(/Prepared|statistics|single sites|one by one/)).toBe(0);
});
