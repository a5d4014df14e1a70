/** Runs networks over images for searches elsewhere, with the session of the agent's own profile, in a child process. */
import { totalmem } from 'node:os';
import type { ScoreWork } from '../device/remote/score-work.ts';
import { type Attempt, complete, failed } from '../errors/failure.ts';
import { gradeJson, networkJson, outputBytes, outputsJson, scoreJson } from '../evaluate/answer-json.ts';
import { type Asker, askChild, type ChildRequest } from '../evaluate/ask-child.ts';
import type { GradeAnswer, ImageOutputs } from '../evaluate/grade-messages.ts';
import type { ScoreAnswer, StoppingRule } from '../evaluate/messages.ts';
import { whereabouts } from '../host/environment.ts';
import type { NetworkInterface } from '../runtime/model-interface.ts';
import { type SessionSettings, sessionPart } from '../runtime/session.ts';
import type { BlobStore } from './blob-store.ts';
import { batchSourceOf } from './sent-images.ts';

export interface FarScorer {
  /** `signal` gives it up: the child process ends at once, and the next one starts afresh. */
  answer(work: ScoreWork, signal: AbortSignal): Promise<Attempt<unknown>>;
  close(): Promise<void>;
}

/** What fits into one message; whoever asks for outputs asks for few images at a time. */
const mostOutputBytes = 8 * 2 ** 20;

/** A board with less memory than this has none to hold images in while networks are timed. */
const roomyBytes = 4 * 2 ** 30;

/** @param keeps whether the child stays, with the images that it has made ready for the next candidate */
export function farScorer(
  settings: SessionSettings,
  store: BlobStore,
  keeps: boolean = totalmem() >= roomyBytes,
): FarScorer {
  const session = sessionPart(settings);
  let child: Asker<ChildRequest> | null = null;
  const close = async (): Promise<void> => {
    const closing = child;
    child = null;
    await closing?.close();
  };
  const asked = async (work: ScoreWork): Promise<Attempt<unknown>> => {
    child ??= askChild();
    const { ask } = child;
    const { timeoutMs } = work;
    const model = store.path(work.model) ?? '';
    const beganMs = performance.now();
    switch (work.kind) {
      case 'describe': {
        const said = await ask<NetworkInterface>({ kind: 'describe', model, session, heads: work.heads }, timeoutMs);
        return said.state === 'failed' ? said : complete(networkJson(said.value));
      }
      case 'score': {
        const { heads, batch, labels, stopping } = work;
        const images = batchSourceOf(work.images, store);
        const request = { kind: 'score', model, session, heads, images, batch } as const;
        const marked = labels && Int32Array.from(labels);
        const said = await ask<ScoreAnswer>({ ...request, labels: marked, stopping: ruleOf(stopping) }, timeoutMs);
        return said.state === 'failed' ? said : complete(scoreJson(said.value, whereabouts()));
      }
      case 'grade': {
        const { batch, outputs } = work;
        const dense = store.path(work.dense) ?? '';
        const images = batchSourceOf(work.images, store);
        const said = await ask<GradeAnswer>(
          { kind: 'grade', model, dense, session, images, batch, outputs, own: null },
          timeoutMs,
        );
        return said.state === 'failed' ? said : complete(gradeJson(said.value, whereabouts()));
      }
      case 'outputs': {
        const { batch, outputs } = work;
        const images = batchSourceOf(work.images, store);
        const said = await ask<readonly ImageOutputs[]>(
          { kind: 'outputs', model, session, images, batch, outputs },
          timeoutMs,
        );
        if (said.state === 'failed') return said;
        if (outputBytes(said.value) > mostOutputBytes) return failed('runtime-rejected', tooLarge);
        return complete(outputsJson(said.value, performance.now() - beganMs, whereabouts()));
      }
      default:
        return work satisfies never;
    }
  };
  return {
    answer: async (work, signal) => {
      const giveUp = (): void => void close();
      signal.addEventListener('abort', giveUp, { once: true });
      try {
        return await asked(work);
      } finally {
        signal.removeEventListener('abort', giveUp);
        if (!keeps) await close();
      }
    },
    close,
  };
}

const ruleOf = (said: Extract<ScoreWork, { kind: 'score' }>['stopping']): StoppingRule | null =>
  said && {
    ...said,
    dense: Uint8Array.from(said.dense),
    chances: said.chances.map(({ weight, below }) => ({ weight, below: below ?? Number.POSITIVE_INFINITY })),
  };

const tooLarge = `its outputs for a few images are more than ${mostOutputBytes / 2 ** 20} MiB, which is too much to send them back from the device`;
