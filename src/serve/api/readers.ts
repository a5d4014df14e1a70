/** Every reader, by the last part of its address: `/api/studies`. One line each. */
import { front } from './front.ts';
import type { Reader } from './reader.ts';
import { studies } from './studies.ts';
import { trial } from './trial.ts';
import { trials } from './trials.ts';

export const readers = {
  studies,
  front,
  trials,
  trial,
} as const satisfies Record<string, Reader<unknown>>;

export type ReaderName = keyof typeof readers;

/** What each answers with, as JSON gives it back. */
export type Records = { readonly [N in ReaderName]: Awaited<ReturnType<(typeof readers)[N]>> };
