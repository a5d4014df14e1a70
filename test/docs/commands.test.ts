/** `docs/commands.md` lists every command, and what pages tell people to type is something that the program knows. */
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { commandsPage } from '../../scripts/commands-page.ts';
import type { Command } from '../../src/cli/command.ts';
import { allCommands } from '../cli/all-commands.ts';

const root = join(import.meta.dirname, '..', '..');
const read = (file: string): string => readFileSync(join(root, file), 'utf8');
const commands = await allCommands();
const nameOf = ({ usage }: Command): string => usage.split(' ')[0] ?? '';

test('every command with every option, up to date: npm run generate', async () => {
  const page = read('docs/commands.md');
  expect(page).toBe(await commandsPage());
  for (const { usage, options } of commands) {
    expect(page).toContain(`\n## \`${usage}\`\n`);
    for (const option of Object.keys(options)) expect(page).toMatch(new RegExp(`\`--(no-)?${option}\``));
  }
});

/** The options of every `rankfront ...` that a page shows as code, by command; a line that ends in a backslash goes on. */
const typed = (
  text: string,
): { readonly command: string; readonly options: readonly string[]; readonly line: string }[] =>
  [...text.replaceAll(/\\\n\s*/g, ' ').matchAll(/(?:`|^ *|\$ |npx )rankfront ([a-z][a-z-]*)([^`\n#]*)/gm)].map(
    ([line = '', command = '', rest = '']) => ({
      command,
      line,
      options: [...rest.matchAll(/(?<=\s)--([a-z][a-z-]*)/g)].map(([, option = '']) => option),
    }),
  );

const pages = ['README.md', ...globSync('docs/**/*.md', { cwd: root }).filter(file => !file.includes('decisions'))];

test.each(pages)('%s: commands and options are real ones', page => {
  const faults = typed(read(page)).flatMap(({ command, options, line }) => {
    const known = commands.find(each => nameOf(each) === command);
    if (!known) return [`there is no command ${command}: ${line}`];
    const names = [...Object.keys(known.options).flatMap(name => [name, `no-${name}`]), 'config', 'help'];
    return options.filter(option => !names.includes(option)).map(option => `no option --${option}: ${line}`);
  });
  expect(faults).toEqual([]);
});

test('what is looked for is found', () => {
  expect(typed('`rankfront search --trails 3`\nnpx rankfront pick \\\n  --max-drop 1pp # --no\n')).toEqual([
    { command: 'search', options: ['trails'], line: '`rankfront search --trails 3' },
    { command: 'pick', options: ['max-drop'], line: 'npx rankfront pick  --max-drop 1pp ' },
  ]);
});

test('README is short, and its index of pages names every page', () => {
  expect(read('README.md').split('\n').length).toBeLessThan(90);
  const index = read('docs/README.md');
  for (const page of globSync(['*.md', 'devices/*.md'], { cwd: join(root, 'docs') }))
    if (page !== 'README.md') expect(index, page).toContain(`(${page.replaceAll('\\', '/')})`);
});
