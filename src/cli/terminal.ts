/** The console of a real terminal, pipe or file. */
import { fstatSync, writeSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { oneLine, printable } from '../errors/printable.ts';
import { reasonOf } from '../files/reason.ts';
import { withoutPasswords } from '../store/without-passwords.ts';
import type { Console } from './command.ts';
import { listenToSignals } from './signals.ts';

/** How long the end may take after a second Ctrl-C. */
const graceMs = 3000;

/** `close` gives the signals back, ends the progress line, and says whether all that went to standard output arrived. */
export function terminalConsole(commandLine: readonly string[]): {
  readonly console: Console;
  readonly close: () => Promise<boolean>;
} {
  const finish = new AbortController();
  const stop = new AbortController();
  const stopNow = (): void => {
    stop.abort();
    // Whatever does not listen (a long SVD) is left behind: what is stored is stored.
    setTimeout(() => process.exit(130), graceMs).unref();
  };
  const onSignal = (): void => (finish.signal.aborted ? stopNow() : finish.abort());
  const onHangUp = (): void => {
    finish.abort();
    stopNow();
  };
  let lost = false;
  const onLost = (error: unknown): void => {
    // A reader that goes away (`| head`) is no error of ours.
    if (lost || (error as NodeJS.ErrnoException).code === 'EPIPE') return;
    lost = true;
    console.note(
      `rankfront: Cannot write to standard output: ${reasonOf(error)}. Make room there and run the same command again; what is stored stays.`,
    );
    finish.abort();
  };
  const deafen = listenToSignals(signal => (signal === 'SIGINT' ? onSignal() : onHangUp()));
  process.stdout.on('error', onLost);
  // Where nobody can be told anything, the work goes on.
  process.stderr.on('error', () => {});
  const answer = isFile(process.stdout.fd) ? toFile(process.stdout.fd) : (text: string) => process.stdout.write(text);

  const terminal = process.stderr.isTTY === true;
  const colour = process.stdout.isTTY === true && !process.env.NO_COLOR;
  /** Lines at the bottom that are overwritten next. */
  let shown = 0;
  const clear = (): void => {
    if (shown > 0) process.stderr.write(`\r${shown > 1 ? `\x1b[${shown - 1}A` : ''}\x1b[J`);
    shown = 0;
  };
  const size = (): { readonly columns: number; readonly rows: number } => ({
    columns: process.stderr.columns || 100,
    rows: process.stderr.rows || 24,
  });
  // Whatever is said, and by whom: a password goes nowhere. What is stored and reported is the command line from here.
  const console: Console = {
    commandLine: commandLine.map(withoutPasswords),
    out: text => {
      clear();
      if (lost) return;
      try {
        answer(`${ownColours(withoutPasswords(text), colour)}\n`);
      } catch (error) {
        onLost(error);
      }
    },
    note: text => {
      clear();
      process.stderr.write(`${oneLine(withoutPasswords(text))}\n`);
    },
    progress: terminal
      ? (line, below = []) => {
          clear();
          const { columns } = size();
          const lines = [line, ...below].map(each => oneLine(withoutPasswords(each)).slice(0, columns - 1));
          process.stderr.write(lines.join('\n'));
          shown = lines.length;
        }
      : null,
    ...(terminal ? { size } : {}),
    colour,
    columns: process.stdout.isTTY === true ? process.stdout.columns || 80 : null,
    lines: () => createInterface({ input: process.stdin, signal: finish.signal }),
    finish: finish.signal,
    stop: stop.signal,
  };
  const close = async (): Promise<boolean> => {
    clear();
    // What help and version wrote may still be on its way.
    await new Promise<void>(resolve => process.stdout.write('', () => resolve()));
    deafen();
    return !lost;
  };
  return { console, close };
}

/** A file or a device such as /dev/full, for which a full disk can be told at once. */
function isFile(descriptor: number): boolean {
  try {
    const stats = fstatSync(descriptor);
    return stats.isFile() || (stats.isCharacterDevice() && !process.stdout.isTTY);
  } catch {
    return false;
  }
}

/** Node would take the first part of a text that did not fit for the whole of it. */
const toFile =
  (descriptor: number) =>
  (text: string): void => {
    const bytes = new TextEncoder().encode(text);
    for (let at = 0; at < bytes.length; ) at += writeSync(descriptor, bytes, at);
  };
/** What the table of a front is painted with: bold, dim and back (`paint` in `report/front/table.ts`). Nothing else may steer the terminal. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: the character that is meant
const paint = /(\x1b\[[012]m)/;

const ownColours = (text: string, colour: boolean): string =>
  colour
    ? text
        .split(paint)
        .map((part, i) => (i % 2 === 1 ? part : printable(part)))
        .join('')
    : printable(text);
