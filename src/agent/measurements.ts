/**
 * Measurements by the id that their client gave them: asked for again, the same one goes on, or its result is told again. One that nobody asks after
 * any more is given up within seconds, so that a client that vanished holds no device.
 */

import type { Device, ModelFile } from '../device/device.ts';
import { blobsOf, type State, type Work } from '../device/remote/messages.ts';
import type { ScoreWork } from '../device/remote/score-work.ts';
import type { Attempt } from '../errors/failure.ts';
import { UserError } from '../errors/user-error.ts';
import type { BlobStore } from './blob-store.ts';
import type { FarScorer } from './far-scorer.ts';
import type { MeasuredDevice } from './measured-device.ts';
import type { Turns } from './turns.ts';

export type Outcome =
  | { readonly kind: 'measured'; readonly answer: Attempt<unknown> }
  | { readonly kind: 'user-error'; readonly problem: string; readonly wayOut: string };

export interface Measurement {
  readonly outcome: Promise<Outcome>;
  state(): State;
  /** What there is to tell, to whoever is attached at the time. */
  attach(note: (message: string) => void): () => void;
}

export interface Measurements {
  /** The one of that id, begun where there is none; the hashes of models that are not there otherwise. */
  ask(id: string, work: Work): Measurement | { readonly missing: readonly string[] };
  close(): void;
}

export interface MeasurementParts {
  readonly device: MeasuredDevice;
  /** Null where the driver of the device runs no images. */
  readonly scorer: FarScorer | null;
  readonly turns: Turns;
  readonly store: BlobStore;
  /** How long a measurement goes on that nobody is attached to. */
  readonly leaseMs: number;
  readonly log: (message: string) => void;
}

/** Results that nobody has fetched are kept, so many of them. */
const resultsKept = 64;

interface Kept extends Measurement {
  readonly giveUp: () => void;
  readonly isOver: () => boolean;
}

export function startMeasurements(parts: MeasurementParts): Measurements {
  const kept = new Map<string, Kept>();
  return {
    ask: (id, work) => {
      const known = kept.get(id);
      if (known) return known;
      const missing = allBlobs(work).filter(sha256 => !parts.store.has(sha256));
      if (missing.length > 0) return { missing: [...new Set(missing)] };
      const begun = begin(parts, work, () => kept.delete(id));
      kept.set(id, begun);
      const over = [...kept].filter(([, each]) => each.isOver());
      for (const [old] of over.slice(0, Math.max(0, over.length - resultsKept))) kept.delete(old);
      return begun;
    },
    close: () => {
      for (const each of kept.values()) each.giveUp();
    },
  };
}

export function allBlobs(work: Work): readonly string[] {
  const { models, images } = blobsOf(work);
  return [...models, ...images];
}

/** @param forget called when it was given up: asked for again, it begins anew */
function begin(parts: MeasurementParts, work: Work, forget: () => void): Kept {
  const { device, scorer, turns, store, leaseMs, log } = parts;
  const end = new AbortController();
  const listeners = new Set<(message: string) => void>();
  const unpin = store.pin(allBlobs(work));
  let state: () => State = () => ({ kind: 'state', state: 'waiting', place: 1, of: 1 });
  let over = false;
  let lease: NodeJS.Timeout | undefined;
  const giveUp = (): void => {
    forget();
    end.abort();
  };
  const run = async (): Promise<Outcome> => {
    const beganMs = performance.now();
    state = () => ({ kind: 'state', state: 'running', runningMs: Math.round(performance.now() - beganMs) });
    const note = (message: string): void => {
      for (const tell of listeners) tell(message);
    };
    switch (work.kind) {
      case 'describe':
      case 'score':
      case 'grade':
      case 'outputs':
        return { kind: 'measured', answer: (await scorer?.answer(work, end.signal)) ?? cannotTell };
      default:
        return device.use(end.signal, note, async open => ({
          kind: 'measured',
          answer: await measure(open, store, work),
        }));
    }
  };
  const outcome = turns
    .take(end.signal, run, (place, of) => {
      state = () => ({ kind: 'state', state: 'waiting', place, of });
    })
    .then((found): Outcome => found ?? { kind: 'measured', answer: givenUp })
    .catch((error: unknown): Outcome => {
      if (error instanceof UserError) return { kind: 'user-error', problem: error.problem, wayOut: error.wayOut };
      const detail = error instanceof Error ? error.message : String(error);
      log(`A measurement failed: ${detail}`);
      return { kind: 'measured', answer: { state: 'failed', reason: 'crashed', detail } };
    })
    .finally(() => {
      over = true;
      clearTimeout(lease);
      unpin();
    });
  return {
    outcome,
    state: () => state(),
    isOver: () => over,
    giveUp,
    attach: note => {
      clearTimeout(lease);
      listeners.add(note);
      return () => {
        listeners.delete(note);
        if (listeners.size > 0 || over) return;
        lease = setTimeout(() => {
          log('Nobody asks after a measurement any more: it is ended.');
          giveUp();
        }, leaseMs);
      };
    },
  };
}

const givenUp = { state: 'failed', reason: 'interrupted', detail: 'the measurement was given up' } as const;

function measure(device: Device, store: BlobStore, work: Exclude<Work, ScoreWork>): Promise<Attempt<unknown>> {
  const file = (sha256: string): ModelFile => ({ path: store.path(sha256) ?? '', sha256 });
  switch (work.kind) {
    case 'latency':
      return device.latency(file(work.candidate), file(work.reference), work.budget);
    case 'node-times':
      return device.nodeTimes?.(file(work.model), work.runs) ?? Promise.resolve(cannotTell);
    case 'peak-memory':
      return device.peakMemory?.(file(work.model)) ?? Promise.resolve(cannotTell);
    default:
      return work satisfies never;
  }
}

const cannotTell = { state: 'failed', reason: 'runtime-rejected', detail: 'the device cannot tell' } as const;
