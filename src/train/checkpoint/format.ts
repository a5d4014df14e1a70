/**
 * A checkpoint as bytes: everything that a training needs to go on as if it had not stopped.
 *
 *   8   the signature
 *   4   the version of this layout, unsigned, little-endian as all that follows
 *   4   h, the length of the head
 *   h   the head, JSON, padded with spaces so that the numbers lie on a multiple of 4
 *   4n  the tensors one after the other, float32
 *   32  SHA-256 of all that comes before
 */
import { createHash } from 'node:crypto';
import { z } from 'zod';
import { UserError } from '../../errors/user-error.ts';
import { checkpointSignature as signature } from '../../files/held-work.ts';
import type { Course } from '../loop/course.ts';
import type { TrainingState } from '../trainer.ts';

export interface Checkpoint {
  /** What the course of the training depends on, by the name of the option or file it comes from. */
  readonly identity: Identity;
  readonly course: Course;
  readonly state: TrainingState;
  /**
   * SHA-256 (hexadecimal) of the network of the best epoch as it was written; null where none was. Undefined in a checkpoint from
   * before this was kept.
   */
  readonly written?: string | null;
}

export type Identity = Readonly<Record<string, string>>;

const checkpointVersion = 1;

const fixedBytes = signature.length + 8;
const digestBytes = 32;

/** What is read back is what this same version wrote, which the digest proves: the shape alone is checked. */
const headSchema = z.object({
  identity: z.record(z.string(), z.string()),
  course: z.looseObject({ place: z.object({ epoch: z.int(), batch: z.int() }) }),
  counters: z.object({ steps: z.number(), lossScale: z.number(), stepsSinceScaling: z.number() }),
  tensors: z.array(z.object({ name: z.string(), dims: z.array(z.number()) })),
  written: z.string().nullable().optional(),
});

export function encodeCheckpoint({ identity, course, state, written }: Checkpoint): Uint8Array {
  const tensors = [...state.tensors].map(([name, { dims }]) => ({ name, dims }));
  const plain = JSON.stringify({ identity, course, counters: state.counters, tensors, written });
  const unpadded = new TextEncoder().encode(plain).length;
  const head = new TextEncoder().encode(plain + ' '.repeat((4 - ((fixedBytes + unpadded) % 4)) % 4));
  const count = [...state.tensors.values()].reduce((sum, { data }) => sum + data.length, 0);
  const bytes = new Uint8Array(fixedBytes + head.length + 4 * count + digestBytes);
  const view = new DataView(bytes.buffer);
  bytes.set(signature, 0);
  view.setUint32(signature.length, checkpointVersion, true);
  view.setUint32(signature.length + 4, head.length, true);
  bytes.set(head, fixedBytes);
  let at = fixedBytes + head.length;
  for (const { data } of state.tensors.values()) {
    bytes.set(new Uint8Array(data.buffer, data.byteOffset, data.byteLength), at);
    at += data.byteLength;
  }
  bytes.set(createHash('sha256').update(bytes.subarray(0, at)).digest(), at);
  return bytes;
}

/** Whether it begins as a checkpoint does, however soon it ends. */
export const beginsAsCheckpoint = (bytes: Uint8Array): boolean =>
  signature.every((byte, i) => (bytes[i] ?? byte) === byte);

/** @throws UserError for a file of another kind or version, cut short, or damaged */
export function decodeCheckpoint(bytes: Uint8Array, path: string): Checkpoint {
  const refuse = (found: string, wayOut: string): UserError =>
    new UserError(`Cannot go on from the checkpoint "${path}": ${found}.`, wayOut);
  const anew = 'Give --restart to start the training again.';
  if (!beginsAsCheckpoint(bytes))
    throw refuse('it is no checkpoint of rankfront', 'Give another file with --checkpoint.');
  if (bytes.length < fixedBytes) throw refuse('it is cut short', anew);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const version = view.getUint32(signature.length, true);
  if (version !== checkpointVersion)
    throw refuse(
      `it has version ${version} of the format, and this version of rankfront reads ${checkpointVersion}`,
      version < checkpointVersion ? anew : 'Go on with the version of rankfront that wrote it, or give --restart.',
    );
  const start = fixedBytes + view.getUint32(signature.length + 4, true);
  const body = bytes.subarray(0, Math.max(0, bytes.length - digestBytes));
  const digest = createHash('sha256').update(body).digest();
  if (start > body.length || !digest.equals(bytes.subarray(body.length)))
    throw refuse('it is cut short or damaged', anew);
  const head = headSchema.parse(JSON.parse(new TextDecoder().decode(body.subarray(fixedBytes, start))));
  const tensors: [string, { dims: readonly number[]; data: Float32Array }][] = [];
  let at = start;
  for (const { name, dims } of head.tensors) {
    const end = at + 4 * dims.reduce((product, size) => product * size, 1);
    // A copy, since the file need not lie on a multiple of 4 in memory.
    tensors.push([name, { dims, data: new Float32Array(new Uint8Array(body.subarray(at, end)).buffer) }]);
    at = end;
  }
  return {
    identity: head.identity,
    course: head.course as unknown as Course,
    state: { tensors: new Map(tensors), counters: head.counters },
    ...(head.written === undefined ? {} : { written: head.written }),
  };
}
