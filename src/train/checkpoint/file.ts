/** The checkpoint of a training on disk. */
import { existsSync, rmSync } from 'node:fs';
import { UserError } from '../../errors/user-error.ts';
import { followed } from '../../files/place.ts';
import { readBytes } from '../../files/read.ts';
import { writeAtomically } from '../../files/write.ts';
import { beginsAsCheckpoint, type Checkpoint, decodeCheckpoint, encodeCheckpoint, type Identity } from './format.ts';

export interface CheckpointFile {
  readonly path: string;
  /** Null when there is none. Throws a UserError when there is one that cannot be gone on from. */
  read(identity: Identity): Checkpoint | null;
  /** Throws a UserError when what is there is no checkpoint, whose place a new one could take. */
  requireReplaceable(): void;
  /** A crash or a full disk leaves the old one; the latter is a UserError. */
  write(checkpoint: Checkpoint): void;
  remove(): void;
}

/** What takes the place of a checkpoint, which is read again. */
export const checkpointPlace = { overCheckpoint: true, readAgain: true } as const;

export const checkpointFile = (path: string): CheckpointFile => ({
  path,
  read: identity => {
    if (!existsSync(path)) return null;
    const found = decodeCheckpoint(readBytes(path, 'the checkpoint'), path);
    requireSame(found.identity, identity, path);
    return found;
  },
  requireReplaceable: () => {
    if (!existsSync(path) || beginsAsCheckpoint(readBytes(path, 'the checkpoint'))) return;
    throw new UserError(
      `Cannot keep the checkpoint in "${path}": there is a file that is no checkpoint of rankfront.`,
      'Give another --checkpoint.',
    );
  },
  write: checkpoint => writeAtomically(path, encodeCheckpoint(checkpoint), 'the checkpoint', checkpointPlace),
  remove: () => rmSync(followed(path), { force: true }),
});

function requireSame(then: Identity, now: Identity, path: string): void {
  for (const name of new Set([...Object.keys(now), ...Object.keys(then)])) {
    const [before, after] = [then[name] ?? 'nothing', now[name] ?? 'nothing'];
    if (before === after) continue;
    throw new UserError(
      `Cannot go on from the checkpoint "${path}": it belongs to another training (${name} was ${shortened(before)} there and is ${shortened(after)} here).`,
      `Give what it was started with${heldOutSince(then, now) ? ' (--hold-out 0: nothing was held out then)' : ''}, another file with --checkpoint, or --restart to start again.`,
    );
  }
}

/** A checkpoint of before there was --hold-out: nobody gave it then. */
const heldOutSince = (then: Identity, now: Identity): boolean =>
  now['the test set'] !== undefined && then['the test set'] === undefined;

/** Hashes are told apart by their first digits. */
const shortened = (value: string): string => (/^[0-9a-f]{64}$/.test(value) ? `${value.slice(0, 12)}...` : value);
