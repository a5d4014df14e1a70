/** The figures of `rankfront roi`: an option for every key, and a file with all of them. */
import { dirname, resolve } from 'node:path';
import type { Options } from 'yargs';
import { UserError } from '../errors/user-error.ts';
import { readText } from '../files/read.ts';
import type { Given } from '../money/figures.ts';
import { parseHours } from '../money/hours.ts';
import { flagOf, type OptionKey, optionShape, type RoiInputs, roiSchema } from '../money/inputs.ts';
import { expectation, shown } from '../units/issue-text.ts';
import { parseYaml } from '../units/parse-yaml.ts';

const keys = Object.keys(optionShape) as readonly OptionKey[];
const texts: readonly OptionKey[] = ['currency', 'hoursFile', 'maxDrop'];
const nameOf = (key: OptionKey): string => flagOf(key).slice(2);

/** `--calls-per-day` and all others, with the words of the schema. */
export const figureOptions: Readonly<Record<string, Options>> = Object.fromEntries(
  keys.map(key => [
    nameOf(key),
    { type: texts.includes(key) ? 'string' : 'number', describe: optionShape[key].description ?? '' },
  ]),
);

/**
 * Options go before the file.
 *
 * @throws UserError for a value that cannot be, with its option or its place in the file
 */
export function givenFigures(
  args: Readonly<Record<string, unknown>>,
  file: string | undefined,
): Omit<Given, 'studies'> {
  const options = Object.fromEntries(
    keys.flatMap(key => (args[nameOf(key)] === undefined ? [] : [[key, checked(key, args[nameOf(key)])]])),
  );
  const fromFile = file === undefined ? roiSchema.parse({}) : parseYaml(readText(file, 'the inputs'), file, roiSchema);
  const inputs: RoiInputs = { ...fromFile, ...options };
  if (inputs.hoursFile === undefined) return { inputs, hours: null };
  // A path in a file is meant from where that file is.
  const from = options.hoursFile === undefined && file !== undefined ? dirname(file) : '.';
  const path = resolve(from, inputs.hoursFile);
  return { inputs, hours: parseHours(readText(path, 'the hours'), inputs.hoursFile) };
}

function checked(key: OptionKey, value: unknown): unknown {
  const result = optionShape[key].safeParse(value);
  if (result.success) return result.data;
  const [issue] = result.error.issues;
  throw new UserError(
    `${flagOf(key)}: expected ${issue ? expectation(issue) : 'another value'}, found ${shown(value)}.`,
    'Change the value; "rankfront roi --help" says what it means.',
  );
}
