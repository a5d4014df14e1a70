/** Which settings of a file a command takes, and where the file is; what is given on the command line goes before it. */
import { isNamed } from '../../files/kind.ts';
import type { Command } from '../command.ts';
import { demandFiles, readSettings } from './read.ts';
import { optionOf, type SettingKey, settingKeys, settingsName } from './schema.ts';

/** Those that find a study; every command that has such options takes them. */
const ofEvery: readonly SettingKey[] = ['store', 'study'];

/** The keys that a command takes: it says which, and has an option for each. */
export const keysOf = ({ options, settings = [] }: Pick<Command, 'options' | 'settings'>): readonly SettingKey[] =>
  settingKeys.filter(
    key => optionOf(key) in options && (settings === 'all' || [...ofEvery, ...settings].includes(key)),
  );

export interface Applied {
  /** Null where there is none to read. */
  readonly file: string | null;
  /** By the names of options. */
  readonly values: Readonly<Record<string, unknown>>;
}

/**
 * @param args what was typed behind the name of the command
 * @throws UserError for a file that cannot be read, with the line
 */
export function applySettings(command: Pick<Command, 'options' | 'settings'>, args: readonly string[]): Applied {
  const keys = keysOf(command);
  const file = keys.length === 0 ? null : (givenValue(args, 'config') ?? (isNamed(settingsName) ? settingsName : null));
  if (file === null || file === 'none') return { file: null, values: {} };
  const read = readSettings(file);
  const given = (key: SettingKey): boolean =>
    isGiven(args, optionOf(key)) || (key === 'study' && isGiven(args, 'store'));
  const taken = keys.filter(key => read.values[key] !== undefined && !given(key));
  demandFiles(read, taken);
  return {
    file,
    values: Object.fromEntries(taken.map(key => [optionOf(key), valueFor(command, key, read.values[key])])),
  };
}

/** yargs keeps the type that a value has in a file. */
const valueFor = ({ options }: Pick<Command, 'options'>, key: SettingKey, value: unknown): unknown =>
  options[optionOf(key)]?.type === 'string' ? String(value) : value;

const isGiven = (args: readonly string[], option: string): boolean =>
  args.some(arg => arg === `--${option}` || arg === `--no-${option}` || arg.startsWith(`--${option}=`));

function givenValue(args: readonly string[], option: string): string | undefined {
  const at = args.findLastIndex(arg => arg === `--${option}` || arg.startsWith(`--${option}=`));
  if (at < 0) return undefined;
  const arg = args[at] ?? '';
  return arg.includes('=') ? arg.slice(arg.indexOf('=') + 1) : args[at + 1];
}
