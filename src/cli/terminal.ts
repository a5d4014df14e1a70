/** The console of a real terminal or pipe. */
import { createInterface } from 'node:readline';
import { oneLine, printable } from '../errors/printable.ts';
import type { Console } from './command.ts';
import { listenToSignals } from './signals.ts';

/** How long the end may take after a second Ctrl-C. */
const graceMs = 3000;

/** `close` gives the signals back and ends the progress line. */
export function terminalConsole(commandLine: readonly string[]): {
  readonly console: Console;
  readonly close: () => void;
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
  const deafen = listenToSignals(signal => (signal === 'SIGINT' ? onSignal() : onHangUp()));
  // A reader that goes away (`| head`) is no error of ours.
  process.stdout.on('error', (error: NodeJS.ErrnoException) => error.code === 'EPIPE' || process.exit(2));

  const terminal = process.stderr.isTTY === true;
  const colour = process.stdout.isTTY === true && !process.env.NO_COLOR;
  let shown = false;
  const clear = (): void => {
    if (shown) process.stderr.write('\r\x1b[2K');
    shown = false;
  };
  const console: Console = {
    commandLine,
    out: text => {
      clear();
      process.stdout.write(`${ownColours(text, colour)}\n`);
    },
    note: text => {
      clear();
      process.stderr.write(`${oneLine(text)}\n`);
    },
    progress: terminal
      ? line => {
          clear();
          const columns = process.stderr.columns || 100;
          process.stderr.write(oneLine(line).slice(0, columns - 1));
          shown = true;
        }
      : null,
    colour,
    lines: () => createInterface({ input: process.stdin, signal: finish.signal }),
    finish: finish.signal,
    stop: stop.signal,
  };
  const close = (): void => {
    clear();
    deafen();
  };
  return { console, close };
}

/** What the table of a front is painted with: bold, dim and back (`paint` in `report/table.ts`). Nothing else may steer the terminal. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: the character that is meant
const paint = /(\x1b\[[012]m)/;

const ownColours = (text: string, colour: boolean): string =>
  colour
    ? text
        .split(paint)
        .map((part, i) => (i % 2 === 1 ? part : printable(part)))
        .join('')
    : printable(text);
