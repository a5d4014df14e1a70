/** What shells are told, and that bash takes it. */
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { commandName, commandTable } from '../../src/cli/commands.ts';
import { candidates } from '../../src/cli/complete.ts';
import { completionScripts } from '../../src/cli/completion-scripts.ts';
import { rankfront } from './rankfront.ts';
import { makeWorld, type World } from './world.ts';

let world: World;
beforeAll(async () => {
  world = makeWorld();
  expect((await rankfront(world.search('--trials', '1'), world.env)).status).toBe(0);
}, 60_000);
afterAll(() => world.remove());

test('commands, by what is typed of them', async () => {
  expect(await candidates([''])).toEqual(expect.arrayContaining(commandTable.map(commandName)));
  expect(await candidates(['sh'])).toEqual(['show']);
});

test('options, their choices, and those that are turned off', async () => {
  expect(await candidates(['search', '--pr'])).toEqual(['--proxy-images']);
  expect(await candidates(['search', '--no-pr'])).toEqual(['--no-prior', '--no-pruning']);
  expect(await candidates(['search', '--strategy', 'ns'])).toEqual(['nsga2']);
  expect(await candidates(['search', '--strategy', 'nsga2', '--see'])).toEqual(['--seed']);
});

test('names of profiles and studies', async () => {
  expect(await candidates(['search', '--hardware', 'cpu-'])).toContain('cpu-2-threads');
  expect(await candidates(['hardware', 'roofline-a'])).toContain('roofline-a100');
  expect(await candidates(['front', '--store', world.store, '--study', 's'])).toEqual(['small']);
  expect(await candidates(['roi', '--store', world.store, ''])).toEqual(expect.not.arrayContaining(['show']));
  expect(await candidates(['front', '--store', '/nowhere.sqlite', '--study', ''])).toEqual([]);
});

test('files are left to the shell', async () => {
  expect(await candidates(['search', '--model', ''])).toEqual([]);
  expect(await candidates(['nonsense', ''])).toEqual([]);
});

test('bash completes with the script', () => {
  const main = pathToFileURL(join(import.meta.dirname, '..', '..', 'src', 'cli', 'main.ts')).href;
  const program = `import { main } from ${JSON.stringify(main)}; process.exitCode = await main(process.argv.slice(1));`;
  const script = `
rankfront() { "$NODE" --input-type=module -e "$PROGRAM" -- "$@"; }
${completionScripts.bash}
COMP_WORDS=(rankfront front --store "$STORE" --study sm) COMP_CWORD=5
_rankfront rankfront
printf '%s\\n' "\${COMPREPLY[@]}"`;
  const env = { ...process.env, NODE: process.execPath, PROGRAM: program, STORE: world.store };
  expect(execFileSync('bash', ['-c', script], { env, encoding: 'utf8' })).toBe('small\n');
});
