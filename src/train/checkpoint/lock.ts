/** One training at a time writes a file: two would write over each other's checkpoints and networks. */
import { createHash } from 'node:crypto';
import { resolve } from 'node:path';
import { UserError } from '../../errors/user-error.ts';
import { followed } from '../../files/place.ts';
import { acquireDeviceLock, type DeviceLock } from '../../host/device-lock.ts';

export interface WrittenFiles {
  /** Path of the trained network. */
  readonly out: string;
  /** Path of the checkpoint. */
  readonly checkpoint: string;
}

/**
 * Holds both files while `work` runs. The lock of a process that is gone is taken over.
 * @throws UserError when another training of this machine holds one of them
 */
export async function withFilesHeld<T>({ out, checkpoint }: WrittenFiles, work: () => Promise<T>): Promise<T> {
  const held: DeviceLock[] = [];
  try {
    held.push(await hold('--out', out));
    // That the two must differ is for others to say.
    if (placeOf(checkpoint) !== placeOf(out)) held.push(await hold('--checkpoint', checkpoint));
    return await work();
  } finally {
    for (const lock of held) lock.release();
  }
}

async function hold(flag: string, path: string): Promise<DeviceLock> {
  const name = createHash('sha256').update(placeOf(path)).digest('hex').slice(0, 24);
  const waiting = new AbortController();
  let holder = 0;
  const lock = await acquireDeviceLock(`training-${name}`, {
    signal: waiting.signal,
    onWait: (_, pid) => {
      holder = pid;
      waiting.abort();
    },
  });
  if (lock) return lock;
  const who = holder === process.pid ? 'another training of this process' : `the training of process ${holder}`;
  throw new UserError(
    `Cannot train into "${path}": ${who} writes that file now.`,
    `Wait until it is done, or give another ${flag}.`,
  );
}

/** Links followed, so that two names of a file that is not there yet are the same. */
function placeOf(path: string): string {
  try {
    return followed(path);
  } catch {
    return resolve(path);
  }
}
