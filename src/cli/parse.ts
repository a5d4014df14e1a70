/** From a command line to the run of a command, by yargs: help, options, and what is wrong with them. */
import type { Options } from 'yargs';
import yargs from 'yargs/yargs';
import { isNamed } from '../files/kind.ts';
import { rankfrontVersion } from '../host/version.ts';
import type { Command, Console, ExitStatus } from './command.ts';
import { commandTable } from './commands.ts';
import { givenValues } from './given-values.ts';
import { lastGiven } from './last-given.ts';
import type { Applied } from './settings/apply.ts';
import { storeFromEnvironment } from './store-from-environment.ts';
import { unknownCommand, usageError } from './usage-error.ts';

/** A line of help is never narrower, whatever the terminal says of itself, and never wider than is pleasant to read. */
const helpColumns = { least: 80, most: 120 };

/**
 * @param called what the first word names, if it names one: the others are known by their summaries alone
 * @throws UserError for what cannot be understood
 */
export async function parse(
  args: readonly string[],
  called: Command | undefined,
  console: Console,
): Promise<ExitStatus> {
  const [word = '-'] = args;
  if (!called && !word.startsWith('-')) throw unknownCommand(word, commandTable);
  let status: ExitStatus = 0;
  const command =
    called && takesSettings(called) ? { ...called, options: { ...called.options, ...configOption } } : called;
  const options = command?.options ?? {};
  const settings = command && (await settingsOf(command, args.slice(1)));
  const given = storeFromEnvironment(args, options, process.env);
  let parser = yargs(lastGiven(givenValues(given, options), options))
    .locale('en')
    .scriptName('rankfront')
    .usage('$0 <command> [options]\n\nFinds the ranks at which a network really runs faster on your device.')
    .strict()
    .version(rankfrontVersion())
    .wrap(helpWidth(process.stdout.columns))
    .demandCommand(1, 'Which command?')
    .parserConfiguration({ 'duplicate-arguments-array': false })
    .exitProcess(false)
    .fail((message, error) => {
      throw error ?? usageError(message, command, args);
    });
  for (const { usage, summary } of commandTable) {
    if (usage !== command?.usage) parser = parser.command(usage, summary);
  }
  if (command) {
    parser = parser.command(
      command.usage,
      command.summary,
      builder => {
        let built = builder.options(command.options);
        for (const [name, options] of Object.entries(command.positionals)) {
          built = built.positional(name, options as never);
          // Of a list in the usage, yargs would keep only the last.
          if (options.array) built = built.parserConfiguration({ 'duplicate-arguments-array': true });
        }
        if (settings) built = built.config(settings.values);
        for (const [example, what] of command.examples) built = built.example(example, what);
        return built;
      },
      async parsed => {
        // Whoever reads a log sees where the rest came from.
        if (settings?.file && command.settings) console.note(`Settings from ${settings.file}.`);
        status = await command.run(ofNamed(parsed, settings) as never, console);
      },
    );
  }
  await parser.parseAsync();
  return status;
}

/** Who names studies as words means those, and not also the one of the file. */
function ofNamed(
  parsed: Readonly<Record<string, unknown>>,
  settings: Applied | null | undefined,
): Readonly<Record<string, unknown>> {
  const named = Array.isArray(parsed.studies) && parsed.studies.length > 0;
  return named && settings && 'study' in settings.values ? { ...parsed, study: undefined } : parsed;
}

const takesSettings = ({ options, settings }: Command): boolean => 'store' in options || settings !== undefined;

const configOption = {
  config: {
    type: 'string',
    describe: 'The settings file; none reads none [default: rankfront.yaml here, if there is one]',
  },
} as const satisfies Record<string, Options>;

/** What reads the file is loaded where there is one. */
async function settingsOf(command: Command, args: readonly string[]): Promise<Applied | null> {
  if (!takesSettings(command)) return null;
  const asked = args.some(arg => arg === '--config' || arg.startsWith('--config='));
  if (!asked && !isNamed('rankfront.yaml')) return null;
  const { applySettings } = await import('./settings/apply.ts');
  return applySettings(command, args);
}

const helpWidth = (columns: number | undefined): number =>
  Math.min(helpColumns.most, Math.max(helpColumns.least, columns || 100));
