/** The command line: a table of contents, and the only place that prints an error and sets the exit status. */
import yargs from 'yargs/yargs';
import { UserError } from '../errors/user-error.ts';
import { rankfrontVersion } from '../host/version.ts';
import { agent } from './agent.ts';
import { audit } from './audit.ts';
import type { Command, Console, ExitStatus } from './command.ts';
import { confirm } from './confirm.ts';
import { copy } from './copy-store.ts';
import { doctor } from './doctor.ts';
import { evaluate } from './evaluate.ts';
import { explain } from './explain.ts';
import { exportModel } from './export.ts';
import { front } from './front.ts';
import { givenValues } from './given-values.ts';
import { lastGiven } from './last-given.ts';
import { pick } from './pick.ts';
import { profile } from './profile.ts';
import { replay } from './replay.ts';
import { retrain } from './retrain.ts';
import { roi } from './roi.ts';
import { search } from './search.ts';
import { show } from './show.ts';
import { space } from './space.ts';
import { storeFromEnvironment } from './store-from-environment.ts';
import { studies } from './studies.ts';
import { terminalConsole } from './terminal.ts';
import { train } from './train.ts';
import { commandName, sentence, unknownCommand, usageError } from './usage-error.ts';
import { verify } from './verify.ts';

export const commands: readonly Command[] = [
  space,
  search,
  studies,
  show,
  front,
  confirm,
  pick,
  roi,
  exportModel,
  retrain,
  train,
  profile,
  evaluate,
  verify,
  audit,
  replay,
  explain,
  copy,
  agent,
  doctor,
];

/** Runs one command line and returns its exit status; never throws. */
export async function main(args: readonly string[]): Promise<ExitStatus> {
  const { console, close } = terminalConsole(args);
  let status: ExitStatus = 0;
  try {
    status = await run(args, console);
  } catch (error) {
    status = 2;
    for (const line of `rankfront: ${messageOf(error)}`.split('\n')) console.note(line);
  }
  // An answer that found no room is no answer.
  return (await close()) ? status : 2;
}

async function run(args: readonly string[], console: Console): Promise<ExitStatus> {
  let status: ExitStatus = 0;
  const [word = '-'] = args;
  const named = commands.find(command => commandName(command) === word);
  if (!named && !word.startsWith('-')) throw unknownCommand(word, commands);
  const options = named?.options ?? {};
  let parser = yargs(lastGiven(givenValues(storeFromEnvironment(args, options, process.env), options), options))
    .locale('en')
    .scriptName('rankfront')
    .usage('$0 <command> [options]\n\nFinds the ranks at which a network really runs faster on your device.')
    .strict()
    .version(rankfrontVersion())
    .wrap(Math.min(100, process.stdout.columns || 100))
    .demandCommand(1, 'Which command?')
    .parserConfiguration({ 'duplicate-arguments-array': false })
    .exitProcess(false)
    .fail((message, error) => {
      throw error ?? usageError(message, named, args);
    });
  for (const command of commands) {
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
        for (const [example, what] of command.examples) built = built.example(example, what);
        return built;
      },
      async parsed => {
        status = await command.run(parsed as never, console);
      },
    );
  }
  await parser.parseAsync();
  return status;
}

/** A UserError speaks for itself; anything else is a defect of ours and says so, with its trace only on request. */
function messageOf(error: unknown): string {
  if (error instanceof UserError) return error.message;
  const text = error instanceof Error ? error.message : String(error);
  if (process.env.RANKFRONT_DEBUG && error instanceof Error) return error.stack ?? text;
  return `${sentence(text)} This was not foreseen: please report it with what RANKFRONT_DEBUG=1 prints. Nothing stored is lost.`;
}
