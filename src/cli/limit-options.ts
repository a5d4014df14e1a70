/** The options that limit what a candidate may lose and take, for every command that has some. */
import type { LimitKey, Limits } from '../objectives/limit.ts';
import { limitTable } from '../objectives/limits.ts';
import { isShare, parseBytes, parseShare } from '../units/bytes.ts';
import { parseDrop } from '../units/drop.ts';
import { positive } from './positive.ts';

type Reader = (text: string, name: string) => number | undefined;

const bytes: Reader = (text, name) => (isShare(text) ? undefined : parseBytes(text, name));
const share: Reader = (text, name) => (isShare(text) ? parseShare(text, name) : undefined);

/** How each is written: a number, or a text with a unit that is read by a function; undefined for a text that another limit reads. */
const readers: Readonly<Record<LimitKey, 'number' | Reader>> = {
  maxDrop: parseDrop,
  maxLatencyMs: 'number',
  minSpeedup: 'number',
  maxSizeBytes: bytes,
  maxSizeShare: share,
  maxMemoryBytes: bytes,
  maxMemoryShare: share,
};

type Given = Readonly<Record<string, unknown>>;

/** @throws UserError that names the option */
export const limitsFrom = (args: Given): Limits =>
  Object.fromEntries(
    limitTable.flatMap(({ key, option }) => {
      const given = args[option];
      if (given === undefined) return [];
      const read = readers[key];
      const value = read === 'number' ? positive(`--${option}`, given as number) : read(given as string, `--${option}`);
      return value === undefined ? [] : [[key, value]];
    }),
  );
