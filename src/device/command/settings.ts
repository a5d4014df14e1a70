/** What a profile says to the driver `command`. */
import { z } from 'zod';
import { nearest } from '../../units/nearest.ts';
import { isPlaceholder, namesIn, type Placeholder, placeholderWords } from './placeholders.ts';
import { presetNames } from './presets/presets.ts';
import { unitNames } from './timings.ts';

const minuteMs = 60_000;

const argv = z
  .array(z.string())
  .min(1)
  .describe(
    `A program and its arguments, which no shell reads. Placeholders: ${Object.entries(placeholderWords)
      .map(([name, words]) => `{${name}} ${words}`)
      .join('; ')}.`,
  );

const step = (usualMs: number, what: string) =>
  z
    .strictObject({
      command: argv,
      timeoutMs: z
        .number()
        .min(1)
        .max(24 * 60 * minuteMs)
        .default(usualMs)
        .describe('After this many milliseconds it is ended with all that it started.'),
    })
    .describe(what);

const unit = z.enum(unitNames).default('ms').describe('Unit of the numbers.');
const file = z
  .string()
  .min(1)
  .refine(name => !/^[\\/]|^[A-Za-z]:|(^|[\\/])\.\.([\\/]|$)/.test(name), 'a name within the folder {out}')
  .optional()
  .describe('A file in the folder {out}; without it, what the tool prints.');
const statistic = z
  .enum(['samples', 'median', 'mean'])
  .default('median')
  .describe('What a single number is. A list of numbers is always one for each call.');

const output = z
  .union([
    z.enum(presetNames),
    z.strictObject({
      json: z
        .union([z.string().min(1), z.array(z.string()).min(1)])
        .describe(
          'Keys to the number or the list: results.latency, or a list of keys; * stands for every item of a list.',
        ),
      unit,
      statistic,
      file,
    }),
    z.strictObject({
      regex: z
        .string()
        .min(1)
        .refine(isRegex, 'a regular expression with one group, around the number')
        .describe(
          'JavaScript, line by line; its first group is the number. The last match counts, of samples every one.',
        ),
      unit,
      statistic,
      file,
    }),
  ])
  .describe('How times are read: a tool by its name, a place in JSON, or a regular expression.');

const commandObject = z.strictObject({
  kind: z.literal('command'),
  where: z
    .enum(['here', 'there'])
    .default('here')
    .describe('Whether it measures this machine, whose load is then watched, or another one.'),
  threads: z.int().min(1).max(1024).default(1).describe('Threads of the tool, and the cores that it keeps busy here.'),
  runs: z.int().min(1).max(1_000_000).default(30).describe('Calls of a model in one run of the tool.'),
  variables: z.record(z.string(), z.string()).default({}).describe('Environment variables of every command.'),
  version: argv.optional().describe('A command that prints the version of the tool; it is kept with every latency.'),
  prepare: z
    .array(
      step(10 * minuteMs, 'What makes of a model what the tool reads; kept until model, command or version change.'),
    )
    .default([]),
  push: z.array(step(5 * minuteMs, 'What brings a model to the device, before it is first timed.')).default([]),
  remove: z.array(step(minuteMs, 'What takes a candidate from the device again, after it was timed.')).default([]),
  run: step(2 * minuteMs, 'Times one model.'),
  output,
  environment: step(
    minuteMs,
    'Prints JSON about the device: cpuModel, cores, memoryBytes, platform, arch, governor, load.',
  ).optional(),
});

/** What is made per model, and what is there before any model is known. */
const early: readonly Placeholder[] = [
  'model',
  'sha256',
  'engines',
  'batch',
  'threads',
  'shape',
  'shapes.openvino',
  'shapes.trtexec',
  'shapes.atc',
];

export const commandSchema = commandObject
  .superRefine((driver, context) => {
    const demand = (path: (string | number)[], command: readonly string[], known: readonly Placeholder[]): void => {
      for (const [at, argument] of command.entries())
        for (const name of namesIn([argument])) {
          const message = problemOf(name, known);
          if (message) context.addIssue({ code: 'custom', path: [...path, at], message, input: argument });
        }
      if (command[0] === '') context.addIssue({ code: 'custom', path, message: 'a program first', input: '' });
    };
    const made: readonly Placeholder[] = driver.prepare.length > 0 ? ['prepared'] : [];
    demand(['version'], driver.version ?? ['-'], ['engines']);
    demand(['environment', 'command'], driver.environment?.command ?? ['-'], ['engines']);
    driver.prepare.forEach(({ command }, at) => {
      demand(['prepare', at, 'command'], command, [...early, 'prepared']);
    });
    for (const name of ['push', 'remove'] as const)
      driver[name].forEach(({ command }, at) => {
        demand([name, at, 'command'], command, [...early, ...made]);
      });
    demand(['run', 'command'], driver.run.command, [...early, ...made, 'reference', 'out', 'runs', 'warmup', 'seed']);
    if (driver.where === 'here' && driver.environment)
      context.addIssue({
        code: 'custom',
        path: ['environment'],
        message: 'where: there beside it, since this machine is looked at without asking',
        input: driver.environment,
      });
    const wanted = typeof driver.output === 'object' ? driver.output.file : undefined;
    if (wanted !== undefined && !namesIn(driver.run.command).includes('out'))
      context.addIssue({
        code: 'custom',
        path: ['run', 'command'],
        message: `{out} in it, the folder in which "${wanted}" is looked for`,
        input: driver.run.command,
      });
  })
  .describe(
    'Measures with a program of your own: a benchmark tool of another runtime, here or on a device that it reaches.',
  );

function problemOf(name: string, known: readonly Placeholder[]): string | null {
  if ((known as readonly string[]).includes(name)) return null;
  if (name === 'prepared') return 'a step in prepare, which makes what {prepared} stands for';
  const close = isPlaceholder(name) ? null : nearest(name, known);
  return `one of the placeholders ${known.map(each => `{${each}}`).join(', ')}${close ? ` (did you mean {${close}}?)` : ''}`;
}

function isRegex(text: string): boolean {
  try {
    return (new RegExp(`${text}|`).exec('')?.length ?? 0) > 1;
  } catch {
    return false;
  }
}

export type CommandSettings = Readonly<z.output<typeof commandSchema>>;
export type Step = CommandSettings['run'];
export type OutputRule = CommandSettings['output'];
