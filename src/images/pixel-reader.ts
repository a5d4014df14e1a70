/** Reads prepared images one by one: from the file that holds all of them, or each from its own. */
import { closeSync, openSync, readSync } from 'node:fs';
import type { ImageBatchSource } from './batch-source.ts';

export interface PixelReader {
  /** Throws where a file ends too early or is not there. */
  readonly read: (position: number, into: Uint8Array) => void;
  readonly close: () => void;
}

/** Opens the file at the first image. */
export function pixelReader({ path, files }: Pick<ImageBatchSource, 'path' | 'files'>): PixelReader {
  if (files) return { read: (position, into) => readOne(files[position], into), close: () => {} };
  let file: number | null = null;
  return {
    read: (position, into) => {
      file ??= openSync(path, 'r');
      readWhole(file, into, position * into.length);
    },
    close: () => {
      if (file !== null) closeSync(file);
      file = null;
    },
  };
}

function readOne(path: string | undefined, into: Uint8Array): void {
  if (path === undefined) throw new Error('there are fewer prepared images than positions');
  const file = openSync(path, 'r');
  try {
    readWhole(file, into, 0);
  } finally {
    closeSync(file);
  }
}

function readWhole(file: number, into: Uint8Array, at: number): void {
  if (readSync(file, into, 0, into.length, at) !== into.length)
    throw new Error('the file of prepared images ends too early');
}
