/** Every reader, by the last part of its address: `/api/studies`. One line each. */
import { compare } from './compare.ts';
import { front } from './front.ts';
import { history } from './history.ts';
import { layers } from './layers.ts';
import { money } from './money.ts';
import { parallel } from './parallel.ts';
import type { Reader } from './reader.ts';
import { studies } from './studies.ts';
import { training } from './training.ts';
import { trial } from './trial.ts';
import { trials } from './trials.ts';
import { tuner } from './tuner.ts';

export const readers = {
  studies,
  front,
  layers,
  parallel,
  history,
  tuner,
  training,
  compare,
  money,
  trials,
  trial,
} as const satisfies Record<string, Reader<unknown>>;

export type ReaderName = keyof typeof readers;

/** What each answers with, as JSON gives it back. */
export type Records = { readonly [N in ReaderName]: Awaited<ReturnType<(typeof readers)[N]>> };
