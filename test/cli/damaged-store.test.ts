/** A store damaged at random places: every command that reads it works, or says in one sentence that it is damaged and how to save the rest. */
import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Said } from './fixtures/reads-damaged-stores.ts';
import { rankfront } from './rankfront.ts';
import { makeWorld, type World } from './world.ts';

const fixture = new URL('./fixtures/reads-damaged-stores.ts', import.meta.url).pathname;

let world: World;
beforeAll(async () => {
  world = makeWorld();
  const more = ['--trials', '10', '--strategy', 'bayesian', '--max-drop', '30pp'];
  const { status } = await rankfront(world.search(...more), world.env);
  expect(status).toBe(0);
}, 60_000);
afterAll(() => world.remove());

test('at one, six and sixty bytes each', { timeout: 180_000 }, () => {
  expect(existsSync(`${world.store}-wal`)).toBe(false);
  const text = execFileSync(
    process.execPath,
    ['--disable-warning=ExperimentalWarning', fixture, world.store, '1', '120'],
    { encoding: 'utf8', maxBuffer: 2 ** 28 },
  );
  const said = JSON.parse(text) as Said[];
  const told = said.filter(each => each.status === 2);
  // A byte of its name makes another study of it, and what is not under the old name is no sign of damage.
  const renamed = /holds no study "small", but: /;
  const wrong = told.filter(each => !/is damaged \(.*\.recover/.test(each.text) && !renamed.test(each.text));
  expect(wrong).toEqual([]);
  expect(said.filter(each => /not foreseen|or newer/.test(each.text))).toEqual([]);
  // One sentence for the error; a note that a study does not add up may stand before it.
  const lines = told.map(each => each.text.trim().split('\n'));
  expect(lines.filter(each => each.filter(line => line.startsWith('rankfront: ')).length !== 1)).toEqual([]);
  expect(lines.flat().filter(line => !/^(?:rankfront: |Study "small" does not add up: )/.test(line))).toEqual([]);
  // Both happen: damage that is noticed, and damage that a command need not see.
  expect(told.length).toBeGreaterThan(50);
  expect(said.length - told.length).toBeGreaterThan(50);
});
