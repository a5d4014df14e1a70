/** The command line: a table of contents, and the only place that prints an error and sets the exit status. */
import yargs from 'yargs/yargs';
import { UserError } from '../errors/user-error.ts';
import { rankfrontVersion } from '../workers/version.ts';
import { audit } from './audit.ts';
import type { Command, ExitStatus } from './command.ts';
import { doctor } from './doctor.ts';
import { evaluate } from './evaluate.ts';
import { explain } from './explain.ts';
import { exportModel } from './export.ts';
import { front } from './front.ts';
import { lastGiven } from './last-given.ts';
import { pick } from './pick.ts';
import { profile } from './profile.ts';
import { replay } from './replay.ts';
import { retrain } from './retrain.ts';
import { search } from './search.ts';
import { show } from './show.ts';
import { space } from './space.ts';
import { studies } from './studies.ts';
import { terminalConsole } from './terminal.ts';
import { train } from './train.ts';
import { verify } from './verify.ts';

const commands: readonly Command[] = [
  space,
  search,
  studies,
  show,
  front,
  pick,
  exportModel,
  retrain,
  train,
  profile,
  evaluate,
  verify,
  audit,
  replay,
  explain,
  doctor,
];

/** Runs one command line and returns its exit status; never throws. */
export async function main(args: readonly string[]): Promise<ExitStatus> {
  const { console, close } = terminalConsole(args);
  let status: ExitStatus = 0;
  const named = commands.find(({ usage }) => usage.split(' ')[0] === args[0]);
  let parser = yargs(lastGiven(args, named?.options ?? {}))
    .scriptName('rankfront')
    .usage('$0 <command> [options]\n\nFinds the ranks at which a network really runs faster on your device.')
    .strict()
    .version(rankfrontVersion())
    .wrap(Math.min(110, process.stdout.columns || 100))
    .demandCommand(1, 'Which command?')
    .recommendCommands()
    .parserConfiguration({ 'duplicate-arguments-array': false })
    .exitProcess(false)
    .fail((message, error) => {
      throw (
        error ?? new UserError(sentence(message), 'Run "rankfront <command> --help" for the options and an example.')
      );
    });
  for (const command of commands) {
    parser = parser.command(
      command.usage,
      command.summary,
      builder => {
        let built = builder.options(command.options);
        for (const [name, options] of Object.entries(command.positionals))
          built = built.positional(name, options as never);
        for (const [example, what] of command.examples) built = built.example(example, what);
        return built;
      },
      async parsed => {
        status = await command.run(parsed as never, console);
      },
    );
  }
  try {
    await parser.parseAsync();
  } catch (error) {
    status = 2;
    for (const line of `rankfront: ${messageOf(error)}`.split('\n')) console.note(line);
  } finally {
    close();
  }
  return status;
}

const sentence = (message: string): string =>
  /[.?!]$/.test(message) ? message : `${message.replaceAll(/\s*\n\s*/g, ' ')}.`;

/** A UserError speaks for itself; anything else is a defect of ours and says so, with its trace only on request. */
function messageOf(error: unknown): string {
  if (error instanceof UserError) return error.message;
  const text = error instanceof Error ? error.message : String(error);
  if (process.env.RANKFRONT_DEBUG && error instanceof Error) return error.stack ?? text;
  return `${sentence(text)} This was not foreseen: please report it with what RANKFRONT_DEBUG=1 prints. Nothing stored is lost.`;
}
