/** Bytes into what cannot be replaced: a device, a pipe, standard output. */
import { closeSync, constants, openSync, writeSync } from 'node:fs';

/** For a reader that comes late or is busy. Longer would look like a command that hangs, and no signal could end it. */
const patienceMs = 20_000;
const pauseMs = 20;

/** @throws what the system says, also when nothing reads the other end within `patience` milliseconds */
export function pour(to: string | number, data: Uint8Array, patience = patienceMs): void {
  // Opened to wait, a pipe without a reader would be waited for without end.
  const flags = constants.O_WRONLY | (constants.O_NONBLOCK ?? 0) | (constants.O_NOCTTY ?? 0);
  const file = typeof to === 'number' ? to : tried(() => openSync(to, flags), 'ENXIO', patience);
  try {
    for (let at = 0; at < data.length; )
      at += tried(() => writeSync(file, data, at, data.length - at), 'EAGAIN', patience);
  } finally {
    if (typeof to === 'string') closeSync(file);
  }
}

/** The result of `work`, tried again while it fails with `code`. */
function tried<T>(work: () => T, code: string, patience: number): T {
  const until = performance.now() + patience;
  for (;;) {
    try {
      return work();
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== code) throw error;
      if (performance.now() > until)
        throw Object.assign(new Error('nothing reads at the other end'), { code: 'ENXIO' });
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, pauseMs);
    }
  }
}
