/** The loop of a worker: hear a bell, take the trial, do what its roles allow, store it. */
import { setTimeout as delay } from 'node:timers/promises';
import { sha256Of } from '../host/model-file.ts';
import { currentOwner, processNamespace } from '../host/process-identity.ts';
import type { Held, Partial, Role, Station } from '../store/fleet.ts';
import { renewalsPerLease } from '../store/lease.ts';
import type { FrontOf } from '../store/store.ts';
import type { TrialResult } from '../store/trial.ts';
import { type Health, healthOf } from './health.ts';
import type { Fleet } from './open.ts';
import type { Seat } from './seat.ts';

/** What came of a trial. */
export type Outcome =
  | {
      readonly kind: 'finished';
      readonly result: TrialResult;
      readonly frontOf: FrontOf;
      readonly denseMs: number | null;
    }
  | { readonly kind: 'handed-over'; readonly partial: Partial; readonly next: Station; readonly denseMs: number | null }
  /** `loss`: why, where the trial may be the cause; null where it is not. */
  | { readonly kind: 'given-back'; readonly loss: string | null }
  /**
   * This worker cannot go on; the trial is given back, with a loss where it may be the cause. `again`: whether starting it again may help, as after a
   * disk that was full; a device that is not itself any more stays out.
   */
  | { readonly kind: 'out'; readonly why: string; readonly loss?: string; readonly again: boolean };

/** What a worker works with: whatever it knows of studies is there. */
export interface Bench {
  /** Where to listen, the most urgent first; asked again and again. */
  queues(): Promise<readonly string[]>;
  work(held: Held, stop: AbortSignal): Promise<Outcome>;
}

export interface WorkerOptions {
  readonly fleet: Fleet;
  readonly seat: Seat;
  readonly bench: Bench;
  readonly note: (message: string) => void;
  /** Aborted to end after the trial that runs. */
  readonly finish: AbortSignal;
  /** Aborted to end at once: the trial is given back. */
  readonly stop: AbortSignal;
  /** How long one trial may take; two hours by default. */
  readonly limitMs?: number | undefined;
  /** How often to look for bells that it did not hear; 500 by default. */
  readonly pollMs?: number | undefined;
  /** How often to look after trials that nobody has; a third of the lease by default. */
  readonly reapMs?: number | undefined;
  /** Ends it once there was nothing to do for so long; never by default. */
  readonly idleEndMs?: number | undefined;
  /** Told of every trial that it stored. */
  readonly stored?: ((held: Held, outcome: Outcome) => void) | undefined;
}

const usualLimitMs = 2 * 3600 * 1000;

/** How it ended: whether it was told to, or took itself out, and why. */
export type WorkerEnd =
  | { readonly kind: 'told' }
  | {
      readonly kind: 'out';
      readonly why: string;
      /** Whether starting it again may help. */
      readonly again: boolean;
    };

/** Other processes cannot see whether this one lives: its trials are lost when their lease is over, and not before. */
function owner(): ReturnType<typeof currentOwner> {
  const here = currentOwner();
  const namespace = sha256Of(new TextEncoder().encode(processNamespace())).slice(0, 12);
  return { ...here, bootId: `worker:${here.bootId}:${namespace}` };
}

export async function runWorker(options: WorkerOptions): Promise<WorkerEnd> {
  const {
    fleet,
    seat,
    finish,
    stop,
    pollMs = 500,
    reapMs = fleet.leaseMs / renewalsPerLease,
    idleEndMs = Number.POSITIVE_INFINITY,
  } = options;
  const by = { owner: owner(), worker: seat.words.name, roles: seat.words.roles, version: seat.words.version };
  const over = AbortSignal.any([finish, stop, seat.lost]);
  const healthIn = healthByStudy(fleet, seat);
  // Nobody waits for it, and the next word follows.
  const tell = (news: Parameters<Seat['tell']>[0]): void => void seat.tell(news).catch(() => {});
  let reapedAt = Number.NEGATIVE_INFINITY;
  let busyAt = performance.now();
  while (!over.aborted) {
    if (performance.now() - reapedAt > reapMs) {
      reapedAt = performance.now();
      await fleet.work.reap();
    }
    const held = await nextTrial(options, by);
    if (!held) {
      if (performance.now() - busyAt > idleEndMs) return { kind: 'told' };
      tell({ state: 'idle', doing: '' });
      await delay(pollMs * (0.75 + Math.random() / 2), undefined, { signal: over }).catch(() => {});
      continue;
    }
    tell({ state: 'busy', doing: `trial ${held.trial.number}: ${held.station.role}` });
    const outcome = await worked(options, held);
    const why = await store(options, held, outcome, await healthIn(held.trial.studyId));
    busyAt = performance.now();
    if (why !== null) {
      await seat.tell({ state: 'out', doing: why });
      return { kind: 'out', why, again: outcome.kind === 'out' && outcome.again };
    }
  }
  if (seat.lost.aborted)
    return { kind: 'out', why: 'its device was given to another worker, since nothing was heard of it', again: true };
  return { kind: 'told' };
}

/** Each study has a dense model of its own; what that takes as usual is kept, so that a worker that is started again knows it. */
function healthByStudy({ checks }: Fleet, { words }: Seat): (studyId: number) => Promise<Health> {
  const known = new Map<number, Health>();
  return async studyId => {
    const there = known.get(studyId);
    if (there) return there;
    const check = (await checks.list(studyId)).find(
      ({ lane, deviceClass }) => lane === words.lane && deviceClass === words.deviceClass,
    );
    const health = healthOf(check?.denseMs ?? null);
    known.set(studyId, health);
    return health;
  };
}

async function nextTrial(
  { fleet, bench, note }: WorkerOptions,
  by: Omit<Parameters<Fleet['work']['take']>[1], 'job'> & { readonly roles: readonly Role[] },
): Promise<Held | null> {
  for (const queue of await bench.queues()) {
    for (let heard = await fleet.bells.next(queue); heard; heard = await fleet.bells.next(queue)) {
      const held = await fleet.work.take(heard.trialId, { ...by, job: heard.job });
      if (held) return held;
      // Somebody else has it, or it is finished: the bell was for nothing.
      await fleet.bells.forget(heard).catch(() => note('A bell could not be put away; it is rung again.'));
    }
  }
  return null;
}

/** Renews the lease meanwhile. What was lost goes on to its end: nothing else may be measured beside it. */
async function worked(
  { fleet, bench, stop, limitMs = usualLimitMs, seat }: WorkerOptions,
  held: Held,
): Promise<Outcome> {
  const limit = AbortSignal.timeout(limitMs);
  const timer = setInterval(() => {
    void fleet.work.renew(held).catch(() => {});
  }, fleet.leaseMs / renewalsPerLease);
  try {
    const outcome = await bench.work(held, AbortSignal.any([stop, limit, seat.lost]));
    const loss = `trial ${held.trial.number} took more than ${Math.round(limitMs / 1000)} s`;
    return limit.aborted ? { kind: 'out', why: loss, loss, again: true } : outcome;
  } finally {
    clearInterval(timer);
  }
}

/** Returns why the worker is to take itself out, or null. */
async function store(
  { fleet, seat, note, stored }: WorkerOptions,
  held: Held,
  outcome: Outcome,
  health: Health,
): Promise<string | null> {
  const { work } = fleet;
  const { number } = held.trial;
  const { finished, failed } = seat.news();
  switch (outcome.kind) {
    case 'out':
      await work.giveBack(held, outcome.loss ?? null);
      return outcome.why;
    case 'given-back':
      await work.giveBack(held, outcome.loss);
      if (outcome.loss !== null) note(`Trial ${number} was given back: ${outcome.loss}.`);
      await seat.tell({ failed: failed + (outcome.loss === null ? 0 : 1) });
      return outcome.loss === null ? null : health.tell({ failed: outcome.loss, denseMs: null });
    case 'handed-over': {
      const why = health.tell({ failed: null, denseMs: outcome.denseMs });
      if (why !== null) await work.giveBack(held, null);
      else if (!(await work.handOver(held, outcome.partial, outcome.next))) late(number, note);
      else stored?.(held, outcome);
      await seat.tell({ finished: finished + 1 });
      return why;
    }
    case 'finished': {
      const { result, denseMs } = outcome;
      const why = health.tell({ failed: result.state === 'failed' ? result.detail : null, denseMs });
      // What a broken device said is not kept: another one is asked.
      if (why !== null) await work.giveBack(held, null);
      else if ((await work.finish(held, result, outcome.frontOf)) === 'late') late(number, note);
      else stored?.(held, outcome);
      await seat.tell(result.state === 'failed' ? { failed: failed + 1 } : { finished: finished + 1 });
      return why;
    }
    default:
      return outcome satisfies never;
  }
}

const late = (number: number, note: (message: string) => void): void =>
  note(`Trial ${number} was no longer held here, so that what was measured is left to whoever has it now.`);
