/** Brings a model to the agent: what it lacks of the pieces, in messages of bounded size. */
import { UserError } from '../../errors/user-error.ts';
import { splitModel } from './split.ts';
import type { Said, Talk } from './talk.ts';

const messageBytes = 2 ** 20;
/** Each round brings all that is said to be missing; more than a few mean that it does not stay there. */
export const rounds = 4;

/** Null when the link is lost. Throws a UserError where the agent cannot take it. */
export async function bringModel(
  talk: Talk,
  bytes: Uint8Array,
  uncorrected: Uint8Array | null,
  heard: (said: Said) => void,
): Promise<'done' | null> {
  const { manifest, pieces } = splitModel(bytes, uncorrected);
  for (let round = 0; round < rounds; round++) {
    const reply = await talk.ask({ do: 'assemble', manifest }, undefined, heard);
    if (!reply) return null;
    if (reply.kind === 'done') return 'done';
    if (reply.kind === 'unable') throw new UserError(reply.problem, reply.wayOut);
    if (reply.kind !== 'missing') break;
    if (!(await bringPieces(talk, reply.sha256s, sha256 => pieces.get(sha256), heard))) return null;
  }
  throw doesNotStay();
}

/** Null when the link is lost. @param pieceOf is asked for each when its turn comes */
export async function bringPieces(
  talk: Talk,
  names: readonly string[],
  pieceOf: (sha256: string) => Uint8Array | undefined,
  heard: (said: Said) => void,
): Promise<'done' | null> {
  for (const batch of batchesOf(names, pieceOf)) {
    const list = batch.map(({ sha256, piece }) => ({ sha256, bytes: piece.length }));
    const body = Buffer.concat(batch.map(({ piece }) => piece));
    const stored = await talk.ask({ do: 'put', pieces: list }, body, heard);
    if (!stored) return null;
    if (stored.kind === 'unable') throw new UserError(stored.problem, stored.wayOut);
  }
  return 'done';
}

export const doesNotStay = (): UserError =>
  new UserError(
    'Cannot bring what is measured to the device: what was sent does not stay there.',
    'Start the agent with a larger --cache-size, or on another disk with --cache.',
  );

interface Named {
  readonly sha256: string;
  readonly piece: Uint8Array;
}

function* batchesOf(
  names: readonly string[],
  pieceOf: (sha256: string) => Uint8Array | undefined,
): Generator<readonly Named[]> {
  let batch: Named[] = [];
  let size = 0;
  for (const sha256 of names) {
    const piece = pieceOf(sha256);
    if (!piece) continue;
    if (batch.length > 0 && size + piece.length > messageBytes) {
      yield batch;
      [batch, size] = [[], 0];
    }
    batch.push({ sha256, piece });
    size += piece.length;
  }
  if (batch.length > 0) yield batch;
}
