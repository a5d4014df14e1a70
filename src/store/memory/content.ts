/** What a store in memory keeps, and the few ways in which its parts look at it and change it. */
import { judgedAgain } from '../judge.ts';
import type { Observation, ObservationSummary, Phase, StoredObservation } from '../observation.ts';
import { inListingOrder, partsOf } from '../observation-parts.ts';
import { packed, unpacked } from '../packing.ts';
import type { StoredRefinement } from '../refinement.ts';
import type { FrontOf, JsonRecord } from '../store.ts';
import type { Study } from '../study.ts';
import type { CompleteTrial, RunningTrial, Trial } from '../trial.ts';
import { type MemoryTrainings, memoryTrainings } from './training.ts';

export interface Lease {
  /** Of the open store that holds it. */
  readonly token: string;
  readonly untilMs: number;
}

export interface MemoryContent {
  studies: Study[];
  trials: Trial[];
  /** By trial id. */
  observations: Map<number, StoredObservation[]>;
  /** Of the trials that run, by trial id. */
  leases: Map<number, Lease>;
  /** Numbers of the members, by study id. */
  fronts: Map<number, readonly number[]>;
  /** By study id. */
  revisions: Map<number, number>;
  /** The id of a setup is its place, from 1. */
  setups: { readonly studyId: number; readonly content: JsonRecord }[];
  /** By study id. */
  siteTables: Map<number, JsonRecord>;
  /** By trial id. */
  corrections: Map<number, Uint8Array>;
  /** By trial id. */
  refinements: Map<number, StoredRefinement>;
  trainings: MemoryTrainings;
  time: number;
}

export const memoryContent = (): MemoryContent => ({
  studies: [],
  trials: [],
  observations: new Map(),
  leases: new Map(),
  fronts: new Map(),
  revisions: new Map(),
  setups: [],
  siteTables: new Map(),
  corrections: new Map(),
  refinements: new Map(),
  trainings: memoryTrainings(),
  time: 0,
});

export type Records = ReturnType<typeof recordsOf>;

export function recordsOf(content: MemoryContent) {
  const ofStudy = (studyId: number): Trial[] =>
    content.trials.filter(trial => trial.studyId === studyId).sort((a, b) => a.number - b.number);
  const find = (trialId: number): Trial => {
    const trial = content.trials.find(({ id }) => id === trialId);
    if (!trial) throw new Error(`the store has no trial with id ${trialId}`);
    return trial;
  };
  const replace = (trial: Trial): void => {
    content.trials = content.trials.map(old => (old.id === trial.id ? trial : old));
  };
  const studyOf = (studyId: number): Study => {
    const study = content.studies.find(({ id }) => id === studyId);
    if (!study) throw new Error(`the store has no study with id ${studyId}`);
    return study;
  };
  const observationsOf = (trialId: number): readonly StoredObservation[] =>
    inListingOrder(content.observations.get(trialId) ?? []);
  return {
    ofStudy,
    find,
    replace,
    studyOf,
    observationsOf,
    /** With the observations as a listing gives them. */
    shown: (trial: Trial): Trial =>
      'observations' in trial ? { ...trial, observations: observationsOf(trial.id).map(withoutSamples) } : trial,
    /** In the place of those of the same kind and phase. */
    observe: (trialId: number, phase: Phase, observations: readonly Observation[], storedAtMs: number): void => {
      const added = structuredClone(observations).map(each => ({ ...asKept(each), phase, storedAtMs }));
      const kept = (content.observations.get(trialId) ?? []).filter(
        old => old.phase !== phase || !added.some(({ kind }) => kind === old.kind),
      );
      content.observations.set(trialId, [...kept, ...added]);
    },
    requeue: (trial: RunningTrial, requeues: number): void => {
      const { owner: _, ...rest } = trial;
      content.leases.delete(trial.id);
      replace({ ...rest, state: 'waiting', requeues });
    },
    finishedCount: (studyId: number): number => Math.max(0, ...ofStudy(studyId).map(latestSequence)),
    rejudge: (studyId: number, feasible: (trial: CompleteTrial) => boolean, frontOf: FrontOf): void => {
      const complete = ofStudy(studyId).filter((trial): trial is CompleteTrial => trial.state === 'complete');
      const { trials, members } = judgedAgain(complete, feasible, frontOf);
      for (const trial of trials) replace(trial);
      content.fronts.set(studyId, members);
    },
    /** Counts a write of the study. */
    wrote: (studyId: number): void => {
      content.revisions.set(studyId, (content.revisions.get(studyId) ?? 0) + 1);
    },
  };
}

/** Of its end, or of the last time that it was measured again; 0 while it is open. */
export const latestSequence = (trial: Trial): number =>
  trial.state === 'complete'
    ? (trial.revisions.at(-1)?.replacedAt ?? trial.finishedSequence)
    : 'finishedSequence' in trial
      ? trial.finishedSequence
      : 0;

/** A copy that the caller's later changes do not reach. */
export const copyOf = <T>(record: T): T => structuredClone(record);

/** Samples as packing keeps them. */
function asKept<T extends Observation>(observation: T): T {
  const lists = [...partsOf(observation).samples].map(([name, list]) => [name, unpacked(packed(list))]);
  return { ...observation, ...Object.fromEntries(lists) };
}

function withoutSamples(observation: StoredObservation): ObservationSummary {
  const { samples } = partsOf(observation);
  const rest = Object.entries(observation).filter(([name]) => !samples.has(name));
  return Object.fromEntries(rest) as unknown as ObservationSummary;
}
