/** The command line: a table of contents, and the only place that prints an error and sets the exit status. */
import { enableCompileCache } from 'node:module';
import { join } from 'node:path';
import { UserError } from '../errors/user-error.ts';
import { isFolder } from '../files/kind.ts';
import { cacheFolder } from '../host/cache-folder.ts';
import { rankfrontVersion } from '../host/version.ts';
import type { Console, ExitStatus } from './command.ts';
import { loadCommand } from './commands.ts';
import { terminalConsole } from './terminal.ts';
import { sentence } from './usage-error.ts';

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
  const [first, second] = args;
  // As in `rankfront --help search`.
  const word = first === '--help' ? second : first;
  if (args.length === 1 && first === '--version') {
    console.out(rankfrontVersion());
    return 0;
  }
  keepCompiled();
  if (first === '--complete') {
    const { candidates } = await import('./complete.ts');
    for (const each of await candidates(args.slice(1))) console.out(each);
    return 0;
  }
  const command = word === undefined ? undefined : await loadCommand(word);
  const { parse } = await import('./parse.ts');
  return parse(args, command, console);
}

/**
 * What is loaded from here on is compiled once for all later starts, a quarter of the time of most. The folder is the user's own: node
 * would take one that all users write to. It is not made here: in some places node would try for ever. Sources, which run in tests
 * alone, are compiled anew.
 */
function keepCompiled(): void {
  if (import.meta.url.endsWith('.js') && isFolder(cacheFolder())) enableCompileCache(join(cacheFolder(), 'compiled'));
}

/** A UserError speaks for itself; anything else is a defect of ours and says so, with its trace only on request. */
function messageOf(error: unknown): string {
  if (error instanceof UserError) return error.message;
  const text = error instanceof Error ? error.message : String(error);
  if (process.env.RANKFRONT_DEBUG && error instanceof Error) return error.stack ?? text;
  return `${sentence(text)} This was not foreseen: please report it with what RANKFRONT_DEBUG=1 prints. Nothing stored is lost.`;
}
