/** What may stand where the cursor is. Names of studies and profiles come without loading a command, since somebody waits. */
import { readFileSync } from 'node:fs';
import type { Options } from 'yargs';
import { shippedNames } from '../device/shipped.ts';
import { studyNames } from '../store/sqlite/study-names.ts';
import { commandName, commandTable, loadCommand } from './commands.ts';

const usualStore = 'results/rankfront.sqlite';

/**
 * @param words behind `rankfront`; the last one is being typed and may be empty
 * @returns nothing where files are what is wanted
 */
export async function candidates(words: readonly string[]): Promise<readonly string[]> {
  const current = words.at(-1) ?? '';
  const found = words.length < 2 ? [...commandTable.map(commandName), '--help', '--version'] : await within(words);
  return [...new Set(found)].filter(each => each.startsWith(current)).sort();
}

async function within(words: readonly string[]): Promise<readonly string[]> {
  const [name = ''] = words;
  const current = words.at(-1) ?? '';
  const before = words.at(-2) ?? '';
  if (before === '--study') return studiesIn(words);
  if (before === '--hardware') return shippedNames();
  const command = await loadCommand(name);
  if (!command) return [];
  const { options, positionals } = command;
  const option = before.startsWith('--') ? options[before.slice(2)] : undefined;
  if (option && option.type !== 'boolean') return choicesOf(option);
  if (current.startsWith('-')) return flagsOf(options);
  const place = words.slice(1, -1).filter(word => !word.startsWith('-')).length;
  const [positional = '', told] =
    Object.entries(positionals).at(Math.min(place, Object.keys(positionals).length - 1)) ?? [];
  if (!told || (place > 0 && !told.array)) return [];
  return positional === 'studies' ? studiesIn(words) : name === 'hardware' ? shippedNames() : choicesOf(told);
}

const choicesOf = ({ choices = [] }: Options): readonly string[] => choices.map(String);

const flagsOf = (options: Readonly<Record<string, Options>>): readonly string[] => [
  ...Object.entries(options).flatMap(([name, { type, default: usual }]) =>
    type === 'boolean' && usual === true ? [`--no-${name}`] : [`--${name}`],
  ),
  '--help',
];

/** Of the store that is typed, or that the settings of this folder name, or of the usual one. */
function studiesIn(words: readonly string[]): readonly string[] {
  const at = words.indexOf('--store');
  return studyNames((at < 0 ? undefined : words[at + 1]) ?? storeOfSettings() ?? usualStore);
}

/** A look is enough: whoever runs the command is told of what is wrong with the file. */
function storeOfSettings(): string | undefined {
  try {
    const [, store] =
      /^store:\s*["']?([^"'#\n]+?)["']?\s*(?:#.*)?$/m.exec(readFileSync('rankfront.yaml', 'utf8')) ?? [];
    return store;
  } catch {
    return undefined;
  }
}
