/** From what a tool printed and wrote to times, by the rule of a profile. */
import { lstatSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { presets } from './presets/presets.ts';
import type { OutputRule } from './settings.ts';
import {
  type Called,
  inMs,
  isRecord,
  lastMatch,
  numberOf,
  parseJson,
  samples,
  summary,
  type Timings,
  type Unit,
  unread,
} from './timings.ts';

export interface Printed extends Called {
  readonly stdout: string;
  readonly stderr: string;
  /** The folder `{out}`, empty when the tool began; null where the command does not say it. */
  readonly out: string | null;
}

/** A report of a tool has kilobytes; what is larger than this is something else. */
const mostBytes = 64 * 2 ** 20;

/** Times that are no numbers, or none above 0, are not read. */
export function readOutput(rule: OutputRule, printed: Printed): Timings {
  const read = typeof rule === 'string' ? byPreset(presets[rule], printed) : byRule(rule, printed);
  if (read.kind === 'unread') return read;
  const figures = read.kind === 'samples' ? read.samplesMs : [read.ms];
  if (figures.length === 0) return unread('there is no time in it');
  const bad = figures.find(ms => !(Number.isFinite(ms) && ms > 0));
  return bad === undefined ? read : unread(`expected times above 0, found ${bad}`);
}

function byPreset({ file, parse }: (typeof presets)[keyof typeof presets], printed: Printed): Timings {
  if (!file || printed.out === null) return parse(textOf(printed), printed);
  const found = fileIn(printed.out, name => name.endsWith(file.ending));
  return 'why' in found ? unread(found.why.replace('%', `*${file.ending}`)) : file.parse(found.text, printed);
}

function byRule(rule: Exclude<OutputRule, string>, printed: Printed): Timings {
  const { file, unit, statistic } = rule;
  const found =
    file === undefined || printed.out === null
      ? null
      : fileIn(printed.out, name => name === file.replaceAll('\\', '/'));
  if (found && 'why' in found) return unread(found.why.replace('%', file ?? ''));
  if ('regex' in rule) return byRegex(rule.regex, found?.text ?? textOf(printed), unit, statistic);
  const read = parseJson(found?.text ?? jsonIn(printed.stdout));
  if ('why' in read) return unread(found ? read.why : 'what it prints is not JSON, nor is any line of it');
  const value = at(read.value, typeof rule.json === 'string' ? rule.json.split('.') : rule.json);
  if (value === undefined) return unread(`there is nothing at ${JSON.stringify(rule.json)}`);
  if (Array.isArray(value)) return samples(value.map(each => inMs(numberOf(each), unit)));
  const ms = inMs(numberOf(value), unit);
  return statistic === 'samples' ? samples([ms]) : summary(statistic, ms);
}

function byRegex(pattern: string, text: string, unit: Unit, statistic: 'samples' | 'median' | 'mean'): Timings {
  if (statistic === 'samples')
    return samples([...text.matchAll(new RegExp(pattern, 'gm'))].map(([, number]) => inMs(numberOf(number), unit)));
  const found = lastMatch(text, new RegExp(pattern));
  return found
    ? summary(statistic, inMs(numberOf(found[1]), unit))
    : unread(`nothing matches ${JSON.stringify(pattern)}`);
}

const textOf = ({ stdout, stderr }: Printed): string => `${stdout}\n${stderr}`;

/** All of it, or the last line that is an object or a list: tools greet before they report, and libraries say goodbye at exit. */
function jsonIn(stdout: string): string {
  const text = stdout.trim();
  if ('value' in parseJson(text)) return text;
  const lines = text.split(/\r?\n/).filter(line => /^\s*[[{]/.test(line));
  return lines.findLast(line => 'value' in parseJson(line)) ?? '';
}

/** `*` gives every item of a list. */
function at(value: unknown, [key, ...rest]: readonly string[]): unknown {
  if (key === undefined) return value;
  if (key === '*') return Array.isArray(value) ? value.map(each => at(each, rest)) : undefined;
  if (Array.isArray(value)) return at(value[Number(key)], rest);
  return isRecord(value) && Object.hasOwn(value, key) ? at(value[key], rest) : undefined;
}

/** The one file of that name in a folder that was empty before the tool ran; `%` in the reason stands for its name. */
function fileIn(folder: string, isIt: (name: string) => boolean): { readonly text: string } | { readonly why: string } {
  const found = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter(
    name => isIt(name.replaceAll('\\', '/')) && lstatSync(join(folder, name)).isFile(),
  );
  const [only] = found;
  if (only === undefined) return { why: 'it wrote no file % into {out}' };
  if (found.length > 1) return { why: `it wrote ${found.length} files % into {out}, and one was expected` };
  const path = join(folder, only);
  if (lstatSync(path).size > mostBytes) return { why: 'its file % is larger than 64 MiB' };
  return { text: readFileSync(path, 'utf8') };
}
