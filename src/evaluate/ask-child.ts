/** Whoever runs networks over images is asked by messages: a child process of this machine, or one on a device elsewhere. */
import type { Attempt } from '../errors/failure.ts';
import { entryUrl } from '../host/entry.ts';
import { type Child, startChild } from '../runtime/child.ts';
import type { GradeRequest, JudgeRequest, MetricRequest, OutputsRequest } from './grade-messages.ts';
import type { ScoreRequest } from './messages.ts';

/** What a `ModelRunner` asks. */
export type RunnerRequest = ScoreRequest | GradeRequest | MetricRequest;
export type ChildRequest = RunnerRequest | OutputsRequest | JudgeRequest;

export interface Asker<Request = RunnerRequest> {
  /** One request at a time; fails as a child does. */
  ask<T>(request: Request, timeoutMs: number): Promise<Attempt<T>>;
  close(): Promise<void>;
}

/** What the native side leaks is bounded by a new process after this many models. */
const recycleAfter = 50;

/** @param recycle false where the child keeps something from one request to the next */
export function askChild(recycle = true): Asker<ChildRequest> {
  const entry = entryUrl('score-child', import.meta.url);
  const child: Child = startChild({ entry, ...(recycle ? { recycleAfter } : {}) });
  return { ask: (request, timeoutMs) => child.request(request, timeoutMs), close: () => child.close() };
}
