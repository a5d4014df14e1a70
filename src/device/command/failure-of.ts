/** The one place that words how a program failed, and says which reason of the closed list that is. */
import { basename } from 'node:path';
import { type Attempt, complete, type Failure, failed } from '../../errors/failure.ts';
import { oneLine } from '../../errors/printable.ts';
import { formatDuration } from '../../units/duration.ts';
import type { ProgramEnd } from './run-program.ts';

const longest = 240;

/** What a program said when it ended well; a failure otherwise. */
export function demandSuccess(argv: readonly string[], end: ProgramEnd, timeoutMs: number): Attempt<ProgramEnd> {
  const name = nameOf(argv);
  const { how } = end;
  switch (how.kind) {
    case 'exited':
      return how.code === 0 ? complete(end) : refused(end, `${name} ended with status ${how.code}`);
    case 'killed':
      // Nobody but the kernel, for want of memory, sends this one to a program that we did not end.
      return how.signal === 'SIGKILL'
        ? failed('out-of-memory', said(`${name} ended on ${how.signal}`, end))
        : failed('crashed', said(`${name} ended on ${how.signal}`, end));
    case 'late':
      return failed('timed-out', said(`${name} did not end within ${formatDuration(timeoutMs)}`, end));
    case 'interrupted':
      return failed('interrupted', 'the device was closed');
    case 'too-much':
      return failed('runtime-rejected', `${name} printed more than 16 MiB`);
    case 'not-started':
      return failed('runtime-rejected', `${name} could not be started: ${how.code}`);
    default:
      return how satisfies never;
  }
}

/** Of a program that ended well and said nothing that can be read. */
export const unreadable = (argv: readonly string[], why: string, end: ProgramEnd): Failure =>
  failed('runtime-rejected', said(`the output of ${nameOf(argv)} cannot be read: ${why}`, end));

function refused(end: ProgramEnd, what: string): Failure {
  const text = `${end.stderr}\n${end.stdout}`;
  const detail = said(what, end);
  if (/no space left on device|ENOSPC/i.test(text)) return failed('disk-full', detail);
  if (/bad_alloc|out of memory|cannot allocate|failed to allocate|outofmemory/i.test(text))
    return failed('out-of-memory', detail);
  return failed('runtime-rejected', detail);
}

const nameOf = ([program = '']: readonly string[]): string => basename(program);

/** One sentence with what the program said last: on standard error, or where it says nothing there, on standard output. */
function said(what: string, { stdout, stderr }: ProgramEnd): string {
  const tail = tellingLine(stderr) ?? tellingLine(stdout);
  return tail === null ? what : `${what}: ${tail}`;
}

/** The last line that names an error, else the last one. */
function tellingLine(text: string): string | null {
  const lines = text
    .split(/\r?\n|\r/)
    .map(line => line.trim())
    .filter(line => line !== '' && !/^(Traceback|File "|at |\^+$|~)/.test(line));
  const line = lines.findLast(each => /error|fatal|exception|abort|fail|what\(\)/i.test(each)) ?? lines.at(-1);
  if (line === undefined) return null;
  const shown = oneLine(line);
  return shown.length > longest ? `${shown.slice(0, longest - 3)}...` : shown;
}
