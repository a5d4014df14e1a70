/** One client, from its first word to its last: requests one at a time, each with one answer, and words in between while it waits. */

import { assemble } from '../device/remote/assemble.ts';
import type { Frame, Link } from '../device/remote/frames.ts';
import { type Manifest, piecesOf } from '../device/remote/manifest.ts';
import {
  beatMs,
  type Hello,
  idleMs,
  type Reply,
  type Request,
  requestSchema,
  silentMs,
} from '../device/remote/messages.ts';
import { UserError } from '../errors/user-error.ts';
import type { BlobStore } from './blob-store.ts';
import { allBlobs, type Measurements } from './measurements.ts';
import type { Turns } from './turns.ts';

export interface Served {
  readonly hello: Hello;
  readonly measurements: Measurements;
  readonly turns: Turns;
  readonly store: BlobStore;
}

/** Returns when the client is gone or said something that is no request. */
export async function converse(link: Link, served: Served): Promise<void> {
  const gone = new AbortController();
  void link.closed.then(() => gone.abort());
  const pins: (() => void)[] = [];
  const held: (() => void)[] = [];
  const listening = inbox(link);
  const talk: Talk = { ...served, link, gone: gone.signal, pins, held, heardAtMs: listening.heardAtMs };
  try {
    for (;;) {
      const request = await listening.next();
      if (!request) return;
      const answer = await answerTo(talk, request.request, request.body).catch(whatCannotBe);
      if (answer && !(await link.send(answer))) return;
    }
  } finally {
    for (const unpin of [...pins, ...held]) unpin();
    link.close();
  }
}

interface Talk extends Served {
  readonly link: Link;
  readonly gone: AbortSignal;
  /** What the client is bringing the pieces of. */
  readonly pins: (() => void)[];
  /** What a measurement needs that was asked for and could not begin yet. */
  readonly held: (() => void)[];
  readonly heardAtMs: () => number;
}

interface Asked {
  readonly request: Exclude<Request, { do: 'alive' }>;
  readonly body: Uint8Array;
}

/** Listens all the time, so that a sign of life is heard while a measurement runs. */
function inbox(link: Link) {
  let heard = performance.now();
  const queue: Asked[] = [];
  let wake: () => void = () => {};
  let over = false;
  // A host that lost its power says nothing, and neither does the system for a long time.
  const watch = setInterval(() => performance.now() - heard > idleMs && link.close(), idleMs / 10);
  const listen = async (): Promise<void> => {
    for (;;) {
      const frame = await link.receive();
      const request = frame && requestIn(frame);
      // More than one request at a time is no client of ours.
      if (!frame || !request || queue.length > 1) break;
      heard = performance.now();
      if (request.do === 'alive') continue;
      queue.push({ request, body: frame.body });
      wake();
    }
    over = true;
    clearInterval(watch);
    link.close();
    wake();
  };
  void listen();
  return {
    heardAtMs: () => heard,
    next: async (): Promise<Asked | null> => {
      while (queue.length === 0 && !over) {
        await new Promise<void>(resolve => {
          wake = resolve;
        });
      }
      return over ? null : (queue.shift() ?? null);
    },
  };
}

function requestIn({ header }: Frame): Request | null {
  const parsed = requestSchema.safeParse(header);
  return parsed.success ? parsed.data : null;
}

/** Null where the client is gone. */
async function answerTo(talk: Talk, request: Asked['request'], body: Uint8Array): Promise<Reply | null> {
  switch (request.do) {
    case 'hello':
      return talk.hello;
    case 'measure':
      return told(talk, request);
    case 'assemble':
      return inTurn(talk, async () => built(talk, request.manifest));
    case 'put':
      return inTurn(talk, async () => kept(talk.store, request.pieces, body));
    default:
      return request satisfies never;
  }
}

/** How it stands, each second, until there is a result. */
async function told(talk: Talk, { id, work }: Extract<Request, { do: 'measure' }>): Promise<Reply | null> {
  const { measurements, link, store } = talk;
  const asked = measurements.ask(id, work);
  if ('missing' in asked) {
    // What is there stays until the rest has come.
    talk.held.push(store.pin(allBlobs(work)));
    return { kind: 'missing', sha256s: asked.missing };
  }
  for (const unpin of talk.held.splice(0)) unpin();
  const detach = asked.attach(message => void link.send({ kind: 'note', message } satisfies Reply));
  try {
    return await whileTelling(talk, asked.outcome, asked.state);
  } finally {
    detach();
  }
}

/** Pieces are written and hashed when nothing is timed. */
async function inTurn(talk: Talk, work: () => Promise<Reply>): Promise<Reply | null> {
  let place = { place: 1, of: 1 };
  const done = talk.turns.take(talk.gone, work, (at, of) => {
    place = { place: at, of };
  });
  return whileTelling(talk, done, () => ({ kind: 'state', state: 'waiting', ...place }));
}

async function whileTelling<T>(talk: Talk, work: Promise<T>, state: () => Reply): Promise<T | null> {
  const { link, gone, heardAtMs } = talk;
  const beganMs = performance.now();
  const beat = setInterval(() => {
    // It answers each of our words, so that a cable that was pulled is noticed.
    if (performance.now() - Math.max(beganMs, heardAtMs()) > silentMs) link.close();
    else void link.send(state());
  }, beatMs);
  const left = new Promise<null>(resolve => {
    if (gone.aborted) resolve(null);
    gone.addEventListener('abort', () => resolve(null), { once: true });
  });
  try {
    void link.send(state());
    return await Promise.race([work, left]);
  } finally {
    clearInterval(beat);
  }
}

function built({ store, pins }: Talk, manifest: Manifest): Reply {
  if (store.path(manifest.sha256)) return { kind: 'done' };
  const names = [...piecesOf(manifest)];
  // What is there stays until the rest has come.
  pins.push(store.pin(names));
  const answer = assemble(manifest, store.has, store.read);
  if (answer.state === 'missing') return { kind: 'missing', sha256s: answer.pieces };
  if (answer.state === 'complete') {
    store.put(manifest.sha256, answer.bytes);
    for (const unpin of pins.splice(0)) unpin();
    return { kind: 'done' };
  }
  // A disk may damage what lies on it; then the damaged pieces come again.
  const damaged = names.filter(store.check);
  return damaged.length > 0
    ? { kind: 'missing', sha256s: damaged }
    : { kind: 'unable', problem: `The pieces of a model do not fit: ${answer.reason}.`, wayOut: updateBoth };
}

const updateBoth = 'Install the same version of rankfront on both machines.';

function kept(
  store: BlobStore,
  pieces: readonly { readonly sha256: string; readonly bytes: number }[],
  body: Uint8Array,
): Reply {
  let at = 0;
  for (const { sha256, bytes } of pieces) {
    if (at + bytes > body.length || !store.put(sha256, body.subarray(at, at + bytes))) return wrongPiece;
    at += bytes;
  }
  return at === body.length ? { kind: 'done' } : wrongPiece;
}

const wrongPiece: Reply = {
  kind: 'unable',
  problem: 'A piece of a model came with a hash that is not its own.',
  wayOut: updateBoth,
};

function whatCannotBe(error: unknown): Reply {
  if (error instanceof UserError) return { kind: 'unable', problem: error.problem, wayOut: error.wayOut };
  const problem = error instanceof Error ? error.message : String(error);
  return { kind: 'unable', problem: `The agent could not do what was asked: ${problem}.`, wayOut: updateBoth };
}
