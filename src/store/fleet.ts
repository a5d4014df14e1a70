/**
 * Work on the trials of a store that several machines share. The row of a trial is the truth: whether it waits, runs or is finished. What is here
 * says who may take it next, and for what.
 */
import type { Owner } from '../host/process-identity.ts';
import type { Observation } from './observation.ts';
import type { FrontOf, FrontState } from './store.ts';
import type { NewTrial, RunningTrial, StageTimes, TrialResult, WaitingTrial } from './trial.ts';

/** What a trial goes through, in this order. */
export const roles = ['build', 'latency', 'accuracy'] as const;
export type Role = (typeof roles)[number];

/** Where a trial waits for whoever can do what comes next. */
export interface Station {
  readonly role: Role;
  /** Where its bell is rung. */
  readonly queue: string;
  /** Of what kind the device is that its latencies are of. */
  readonly deviceClass: string;
  /** Of the program that shares it out: only the same version works on it. */
  readonly version: string;
  /** Whether it may be given up half-way. */
  readonly pruning: boolean;
}

/** A trial in somebody's hands. A result is accepted by attempt and token, and by nothing else. */
export interface Held {
  readonly trial: RunningTrial;
  readonly station: Station;
  /** How often it was taken, this time included. */
  readonly attempt: number;
  readonly token: string;
}

/** What is known of a trial when another is to go on with it. */
export interface Partial {
  readonly modelSha256: string;
  readonly macs: number;
  readonly params: number;
  readonly correction: Uint8Array | null;
  readonly stages: StageTimes;
  /** All so far, of the search phase. */
  readonly observations: readonly Observation[];
}

export interface OpenWork extends Station {
  readonly trialId: number;
  readonly studyId: number;
  readonly study: string;
  readonly number: number;
  readonly state: 'waiting' | 'running' | 'dead';
  readonly attempt: number;
  /** How often it was lost. */
  readonly losses: number;
  /** Who took it last. */
  readonly worker: string | null;
  /** Why it is dead; empty otherwise. */
  readonly detail: string;
  readonly createdAtMs: number;
}

export interface WorkStore {
  /** Stores a trial as waiting and rings its bell, in one transaction; null when the study has one of that configuration. */
  offer(studyId: number, trial: NewTrial, station: Station): Promise<WaitingTrial | null>;
  /**
   * Shares out waiting trials that nobody shared out yet, such as those of a search by one machine, or that were shared out for another version or
   * class of device: they begin anew. Returns how many.
   */
  adopt(studyId: number, station: Station): Promise<number>;
  /** Takes a trial that waits at the station of one of these roles; null when it does not any more. */
  take(trialId: number, by: Taker): Promise<Held | null>;
  /** What was found of it so far, for whoever goes on; null where its role is the first. */
  partial(held: Held): Promise<Partial | null>;
  /** False where the trial is not held any more: nothing is stored then. The same of all that follow. */
  handOver(held: Held, partial: Partial, next: Station): Promise<boolean>;
  /** @returns the front with this trial, null where it did not end complete; `late` where it is not held any more */
  finish(held: Held, result: TrialResult, frontOf: FrontOf): Promise<FrontState | null | 'late'>;
  /**
   * @param loss why it was given back, where the trial may be the cause: too many make it dead. Null where the worker just ends.
   */
  giveBack(held: Held, loss: string | null): Promise<boolean>;
  /** Until when it is held from now on. False where it is not any more. */
  renew(held: Held): Promise<boolean>;
  /** Puts back what nobody renewed, by the clock of the server, and rings again for what waits unheard. */
  reap(): Promise<Reaped>;
  /** Of all studies, by study and number. */
  list(): Promise<readonly OpenWork[]>;
  /** Dead trials wait again, with no loss counted. Returns how many there were among `trialIds`, or in all. */
  revive(trialIds?: readonly number[]): Promise<number>;
}

export interface Taker {
  readonly owner: Owner;
  /** As `rankfront workers` names it. */
  readonly worker: string;
  readonly roles: readonly Role[];
  readonly version: string;
  /** The bell that was heard; it is done with in the same transaction. */
  readonly job?: string | undefined;
}

export interface Reaped {
  readonly putBack: number;
  readonly died: number;
  readonly rungAgain: number;
}

export interface WorkerWords {
  readonly name: string;
  /** The device that only one worker may use at a time; null for a worker that times nothing. */
  readonly lane: string | null;
  /** For people. */
  readonly device: string;
  readonly deviceClass: string;
  readonly roles: readonly Role[];
  readonly version: string;
  /** The only study that it works on, as a search does; null where it works on all. */
  readonly study: string | null;
}

export type WorkerState = 'idle' | 'busy' | 'out';

export interface WorkerRow extends WorkerWords {
  readonly token: string;
  readonly state: WorkerState;
  /** What it does, or why it took itself out. */
  readonly doing: string;
  /** Whether it was heard of lately, by the clock of the server. */
  readonly alive: boolean;
  readonly startedAtMs: number;
  readonly seenAtMs: number;
  readonly finished: number;
  readonly failed: number;
}

export interface WorkerNews {
  readonly state: WorkerState;
  readonly doing: string;
  readonly finished: number;
  readonly failed: number;
}

export interface WorkerStore {
  /** Null once it is in; or who has its lane at the moment. */
  enter(token: string, words: WorkerWords): Promise<WorkerRow | null>;
  /** Tells how it is. False where its lane was given to another meanwhile: it must not measure any more. */
  tell(token: string, news: WorkerNews): Promise<boolean>;
  leave(token: string): Promise<void>;
  list(): Promise<readonly WorkerRow[]>;
}

/** How a device of a class did in a study, against the first of its class. */
export interface DeviceCheck {
  readonly lane: string;
  readonly deviceClass: string;
  readonly worker: string;
  readonly denseMs: number;
  readonly probes: readonly { readonly ratio: number; readonly standardError: number }[];
  readonly agrees: boolean;
  /** In what it differs; empty where it agrees. */
  readonly detail: string;
}

export interface CheckStore {
  /** In the order in which they were made. */
  list(studyId: number): Promise<readonly DeviceCheck[]>;
  /** Judged in the transaction that stores it, against those before. A device is checked once. Returns what is stored. */
  keep(
    studyId: number,
    check: Omit<DeviceCheck, 'agrees' | 'detail'>,
    judge: (before: readonly DeviceCheck[]) => Pick<DeviceCheck, 'agrees' | 'detail'>,
  ): Promise<DeviceCheck>;
}

/** Files by the SHA-256 (hexadecimal) of their bytes. */
export interface BlobStore {
  has(sha256: string): Promise<boolean>;
  put(bytes: Uint8Array): Promise<string>;
  /** Null where there is none, or it is not whole. */
  get(sha256: string): Promise<Uint8Array | null>;
}
