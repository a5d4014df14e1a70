/** The text of `docs/commands.md`: every command with its options, from the same words as the help. */
import type { Options } from 'yargs';
import { commandName, commandTable, loadCommand } from '../src/cli/commands.ts';

export async function commandsPage(): Promise<string> {
  const sections = await Promise.all(commandTable.map(words => sectionOf(commandName(words))));
  return [
    '# Commands',
    '',
    'This page is made from the help texts (`npm run generate`). Each command says the same with `--help`. The exit',
    'status is 0 for done, 1 if the answer is no, 2 for wrong use, 130 after an interruption. Commands that take',
    '`--store` and `--study` also take them from [rankfront.yaml](files.md#settings-rankfrontyaml), or from the',
    'file that `--config` names.',
    '',
    '| command | what it does |',
    '|---|---|',
    ...commandTable.map(({ usage, summary }) => `| [\`${cell(usage)}\`](#${anchorOf(usage)}) | ${cell(summary)} |`),
    ...sections.flat(),
    '',
  ].join('\n');
}

async function sectionOf(name: string): Promise<string[]> {
  const command = await loadCommand(name);
  if (!command) throw new Error(`there is no command ${name}`);
  const { usage, summary, options, positionals, examples } = command;
  return [
    '',
    `## \`${usage}\``,
    '',
    ...folded(`${summary}.`),
    '',
    '| option | what it means |',
    '|---|---|',
    ...Object.entries(positionals).map(([each, told]) => rowOf(`<${each}>`, told)),
    ...Object.entries(options).map(([each, told]) => rowOf(told.default === true ? `--no-${each}` : `--${each}`, told)),
    '',
    '| example | what it does |',
    '|---|---|',
    ...examples.map(([line, what]) => `| \`${cell(line)}\` | ${cell(what)} |`),
  ];
}

function rowOf(name: string, { describe = '', choices, default: usual, demandOption }: Options): string {
  const notes = [
    ...(choices ? [choices.join(', ')] : []),
    ...(usual === undefined || typeof usual === 'boolean' ? [] : [`default: ${usual}`]),
    ...(demandOption ? ['required'] : []),
  ];
  return `| \`${name}\` | ${cell(describe)}${notes.length > 0 ? ` (${cell(notes.join('; '))})` : ''} |`;
}

const cell = (text: string): string => text.replaceAll('|', '\\|').replaceAll('\n', ' ');

/** As GitHub makes them. */
const anchorOf = (heading: string): string =>
  heading
    .toLowerCase()
    .replaceAll(/[^\w -]/g, '')
    .replaceAll(' ', '-');

function folded(text: string, width = 110): string[] {
  const lines: string[] = [];
  for (const word of text.split(' ')) {
    const last = lines.at(-1);
    if (last !== undefined && last.length + 1 + word.length <= width) lines[lines.length - 1] = `${last} ${word}`;
    else lines.push(word);
  }
  return lines;
}
