/** What was evaluated before, by configuration, in a file that an interrupted benchmark goes on with. */
import { appendFileSync, existsSync, mkdirSync, readFileSync } from 'node:fs';
import { dirname } from 'node:path';
import type { Configuration } from '../../src/tuner/strategy.ts';

/** One answer: the values of a configuration, or null where it failed. */
export interface Known {
  readonly values: readonly number[] | null;
  readonly standardErrors: readonly number[];
}

export interface Memo {
  get(configuration: Configuration): Known | undefined;
  set(configuration: Configuration, known: Known): void;
  readonly size: number;
}

/** One JSON line per configuration; a last line that a crash cut short is passed over. */
export function openMemo(path: string): Memo {
  const known = new Map<string, Known>();
  for (const { key, ...rest } of readLines<Known & { readonly key: string }>(path)) known.set(key, rest);
  return {
    get: configuration => known.get(configuration.join(' ')),
    set: (configuration, answer) => {
      const key = configuration.join(' ');
      known.set(key, answer);
      appendLine(path, { key, ...answer });
    },
    get size() {
      return known.size;
    },
  };
}

export function readLines<T>(path: string): T[] {
  if (!existsSync(path)) return [];
  return readFileSync(path, 'utf8')
    .split('\n')
    .flatMap(line => {
      try {
        return line === '' ? [] : [JSON.parse(line) as T];
      } catch {
        return [];
      }
    });
}

export function appendLine(path: string, value: object): void {
  mkdirSync(dirname(path), { recursive: true });
  appendFileSync(path, `${JSON.stringify(value)}\n`);
}
