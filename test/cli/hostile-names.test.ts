/** Names that would steer a terminal, from models, stores and the command line. */
import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { readModel } from '../../src/onnx/read.ts';
import { writeModel } from '../../src/onnx/write.ts';
import { type Ended, rankfront } from './rankfront.ts';
import { makeWorld, type World } from './world.ts';

const evil = 'x\x1b[2J\x9b31m\u202egnp\u200b\nStudy "y": 3 sites\r\ufeff';
const shown = 'x\\u001b[2J\\u009b31m\\u202egnp\\u200b\\nStudy "y": 3 sites\\u000d\\ufeff';
// What may be seen: letters, marks, numbers, signs, plain blanks; and line breaks.
const harmless = /^[\p{L}\p{M}\p{N}\p{P}\p{S}\p{Zs}\n]*$/u;

let world: World;
const run = (...args: string[]): Promise<Ended> => rankfront(args, world.env);

beforeAll(async () => {
  world = makeWorld();
  const model = readModel(readFileSync(world.model), { name: world.model, external: () => null });
  const [first, ...rest] = model.graph.nodes;
  const nodes = [{ ...first!, name: evil }, ...rest];
  writeFileSync(world.model, writeModel({ ...model, graph: { ...model.graph, nodes } }));
  const { status, stderr } = await run(...world.search('--trials', '6', '--calibration', 'none'));
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
  const rename = `
    import { DatabaseSync } from 'node:sqlite';
    const db = new DatabaseSync(process.argv[1]);
    db.prepare('UPDATE studies SET name = ?').run(JSON.parse(process.argv[2]));
    db.close();`;
  const flags = ['--disable-warning=ExperimentalWarning', '--input-type=module', '-e', rename];
  execFileSync(process.execPath, [...flags, '--', world.store, JSON.stringify(evil)]);
}, 60_000);
afterAll(() => world.remove());

describe('a study and a site of somebody else, by an evil name', () => {
  const commands: readonly (readonly [string, (world: World) => string[]])[] = [
    ['studies', ({ store }) => ['studies', '--store', store]],
    ['front', ({ store }) => ['front', '--study', evil, '--store', store]],
    ['show', ({ store }) => ['show', '3', '--study', evil, '--store', store]],
    ['pick', ({ store }) => ['pick', '--study', evil, '--store', store, '--max-drop', '99pp']],
    ['explain', ({ store }) => ['explain', '--study', evil, '--store', store]],
    ['replay', ({ store }) => ['replay', '--study', evil, '--store', store]],
    ['another study', ({ store }) => ['front', '--study', `${evil}!`, '--store', store]],
    ['space', ({ model, hardware }) => ['space', '--model', model, '--hardware', hardware]],
    ['profile', ({ model, hardware }) => ['profile', '--model', model, '--hardware', hardware]],
    ['a file', () => ['space', '--model', `/nowhere/${evil}`, '--hardware', 'none']],
    ['an option', () => ['studies', `--${evil}`]],
    ['a command', () => [evil]],
  ];
  test.each(commands)('%s', async (_, args) => {
    const { stdout, stderr } = await run(...args(world));
    expect(stdout + stderr).toMatch(harmless);
    expect(stdout + stderr).not.toMatch(/not foreseen/);
    // A name cannot make a line of its own.
    expect(stdout + stderr).not.toMatch(/^Study "y"/m);
  });

  test('it is shown with its escapes, and JSON has it as it is', async () => {
    const table = await run('studies', '--store', world.store);
    expect(table.stdout).toContain(shown.slice(0, 8));
    const json = await run('studies', '--json', '--store', world.store);
    expect(json.stdout).toMatch(harmless);
    expect(JSON.parse(json.stdout)).toMatchObject([{ study: evil }]);
    const explained = await run('explain', '--study', evil, '--store', world.store);
    expect(explained.stdout).toContain(`Study "${shown}"`);
  });
});

test.each([
  ['blank', '  ', /the name is blank/],
  ['empty', '', /the name is blank/],
  ['with a blank at the end', 'a ', /begins or ends with a blank/],
  ['too long', 'a'.repeat(121), /expected at most 120 characters, found 121/],
  ['with an escape', 'a\x1b[31m', /"a\\u001b\[31m": the name holds characters that cannot be seen/],
  ['with a line break', 'a\nb', /cannot be seen/],
  ['with a zero width space', 'a\u200bb', /cannot be seen/],
])('a new study is not called so: %s', async (_, name, why) => {
  const { status, stderr } = await run(...world.search('--trials', '1', '--study', name));
  expect(status).toBe(2);
  expect(stderr).toMatch(why);
  expect(stderr.trim().split('\n')).toHaveLength(1);
});

test('the study that has such a name goes on all the same', async () => {
  const again = await run(...world.search('--trials', '7', '--study', evil));
  expect(again.status).toBe(0);
  expect(again.stdout).toMatch(harmless);
});
