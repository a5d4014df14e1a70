/** A store in memory that behaves as the one on disk does, for tests: the same calls give the same records each time. */

import { currentOwner, isAlive, type Owner } from '../host/process-identity.ts';
import { checkObservations, checkRemeasured, checkResult } from './check.ts';
import { demandSame } from './identity.ts';
import { judgedAgain } from './judge.ts';
import { type MemoryTrainings, memoryTraining, memoryTrainings } from './memory-training.ts';
import type { Observation, ObservationSummary, Phase, StoredObservation } from './observation.ts';
import type { FrontOf, FrontState, JsonRecord, Store } from './store.ts';
import type { Study, StudySummary } from './study.ts';
import { type CompleteTrial, type RunningTrial, type Trial, trialStates } from './trial.ts';

export interface MemoryStoreOptions {
  /** Milliseconds since 1970; by default a clock that goes on by one at each look. */
  readonly now?: () => number;
  /** Who runs the trials of this store; this process by default. */
  readonly owner?: Owner;
  /** What to keep the records in; the same one makes a second store of the same content. */
  readonly content?: MemoryContent;
}

export interface MemoryContent {
  studies: Study[];
  trials: Trial[];
  /** By trial id. */
  observations: Map<number, StoredObservation[]>;
  /** Numbers of the members, by study id. */
  fronts: Map<number, readonly number[]>;
  /** The id of a setup is its place, from 1. */
  setups: { readonly studyId: number; readonly content: JsonRecord }[];
  /** By study id. */
  siteTables: Map<number, JsonRecord>;
  /** By trial id. */
  corrections: Map<number, Uint8Array>;
  trainings: MemoryTrainings;
  time: number;
}

export const memoryContent = (): MemoryContent => ({
  studies: [],
  trials: [],
  observations: new Map(),
  fronts: new Map(),
  setups: [],
  siteTables: new Map(),
  corrections: new Map(),
  trainings: memoryTrainings(),
  time: 0,
});

export function memoryStore(options: MemoryStoreOptions = {}): Store {
  const content = options.content ?? memoryContent();
  const owner = options.owner ?? currentOwner();
  const now = options.now ?? (() => content.time++);
  const mine = new Set<number>();

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
    [...(content.observations.get(trialId) ?? [])].sort(
      (a, b) => descending(a.phase, b.phase) || descending(a.kind, b.kind),
    );
  const shown = (trial: Trial): Trial =>
    'observations' in trial ? { ...trial, observations: observationsOf(trial.id).map(withoutSamples) } : trial;
  const observe = (trialId: number, phase: Phase, observations: readonly Observation[], storedAtMs: number): void => {
    const added = structuredClone(observations).map(observation => ({ ...asKept(observation), phase, storedAtMs }));
    const kept = (content.observations.get(trialId) ?? []).filter(
      old => old.phase !== phase || !added.some(({ kind }) => kind === old.kind),
    );
    content.observations.set(trialId, [...kept, ...added]);
  };
  const requeue = (trial: RunningTrial, requeues: number): void => {
    const { owner: _, ...rest } = trial;
    replace({ ...rest, state: 'waiting', requeues });
  };
  const finishedCount = (studyId: number): number => Math.max(0, ...ofStudy(studyId).map(latestSequence));
  const rejudge = (studyId: number, feasible: (trial: CompleteTrial) => boolean, frontOf: FrontOf): void => {
    const complete = ofStudy(studyId).filter((trial): trial is CompleteTrial => trial.state === 'complete');
    const { trials, members } = judgedAgain(complete, feasible, frontOf);
    for (const trial of trials) replace(trial);
    content.fronts.set(studyId, members);
  };

  return {
    studies: {
      create: async study => {
        const existing = content.studies.find(({ name }) => name === study.name);
        if (existing) {
          demandSame(existing, study);
          return existing;
        }
        const created = copyOf({
          ...study,
          id: content.studies.length + 1,
          state: 'searching' as const,
          createdAtMs: now(),
        });
        content.studies.push(created);
        return created;
      },
      get: async name => content.studies.find(study => study.name === name) ?? null,
      list: async () =>
        content.studies.map(study => summary(study, ofStudy(study.id), content.fronts.get(study.id) ?? [])),
      setState: async (studyId, state) => {
        const study = studyOf(studyId);
        content.studies = content.studies.map(old => (old === study ? copyOf({ ...study, state }) : old));
      },
    },

    queue: {
      begin: async (studyId, trial) => {
        studyOf(studyId);
        const others = ofStudy(studyId);
        const key = JSON.stringify(trial.configuration);
        if (others.some(({ configuration }) => JSON.stringify(configuration) === key)) return null;
        const time = now();
        const begun = copyOf({
          ...trial,
          id: content.trials.length + 1,
          studyId,
          number: others.length,
          requeues: 0,
          createdAtMs: time,
          startedAtMs: time,
          startedAfter: finishedCount(studyId),
          state: 'running' as const,
          owner,
        });
        content.trials.push(begun);
        mine.add(begun.id);
        return begun;
      },
      claim: async studyId => {
        const waiting = ofStudy(studyId).find(trial => trial.state === 'waiting');
        if (!waiting) return null;
        const claimed: RunningTrial = { ...waiting, state: 'running', startedAtMs: now(), owner };
        replace(claimed);
        mine.add(claimed.id);
        return claimed;
      },
      finish: async (trialId, result, frontOf) => {
        const trial = find(trialId);
        checkResult(result, studyOf(trial.studyId).objectives.length);
        mine.delete(trialId);
        if (trial.state !== 'running' && trial.state !== 'waiting') return null;
        const time = now();
        let after: FrontState | null = null;
        const finishedSequence = finishedCount(trial.studyId) + 1;
        const base = {
          ...(trial.state === 'running' ? withoutOwner(trial) : trial),
          finishedAtMs: time,
          finishedSequence,
        };
        if (result.state === 'complete') {
          const before = content.fronts.get(trial.studyId) ?? [];
          const points = ofStudy(trial.studyId)
            .filter((other): other is CompleteTrial => other.state === 'complete' && before.includes(other.number))
            .map(({ number, values }) => ({ number, values }));
          if (result.feasible) points.push({ number: trial.number, values: result.values });
          const front = frontOf(points);
          after = front;
          const allowed = new Set(points.map(({ number }) => number));
          content.fronts.set(
            trial.studyId,
            front.members.filter(number => allowed.has(number)),
          );
          const { correction, ...rest } = result;
          if (correction) content.corrections.set(trialId, correction.slice());
          replace(copyOf({ ...base, ...rest, observations: [], hypervolume: front.hypervolume, revisions: [] }));
        } else replace(copyOf({ ...base, ...result, observations: [] }));
        observe(trialId, 'search', result.observations, time);
        return after;
      },
      confirm: async (trialId, observations) => {
        checkObservations(observations);
        find(trialId);
        if (observations.length > 0) observe(trialId, 'confirm', observations, now());
      },
      remeasure: async (trialId, again, frontOf) => {
        checkRemeasured(again);
        const trial = find(trialId);
        if (trial.state !== 'complete') throw new RangeError(`a trial that is ${trial.state} cannot be measured again`);
        const { values, standardErrors } = trial;
        const revision = { replacedAt: finishedCount(trial.studyId) + 1, values, standardErrors };
        const { latency, ...rest } = again;
        replace(copyOf({ ...trial, ...rest, revisions: [...trial.revisions, revision] }));
        observe(trialId, 'search', [latency], now());
        rejudge(trial.studyId, each => each.feasible, frontOf);
      },
      requeueLost: async studyId => {
        const lost = ofStudy(studyId).filter(
          (trial): trial is RunningTrial => trial.state === 'running' && !isAlive(trial.owner),
        );
        for (const trial of lost) requeue(trial, trial.requeues + 1);
        return lost.length;
      },
    },

    trials: {
      list: async (studyId, { states, finishedAfter } = {}) =>
        ofStudy(studyId)
          .filter(trial => !states || states.includes(trial.state))
          .filter(trial => finishedAfter === undefined || latestSequence(trial) > finishedAfter)
          .map(shown),
      get: async (studyId, number) => {
        const trial = ofStudy(studyId).find(other => other.number === number);
        return trial ? shown(trial) : null;
      },
      front: async studyId => {
        const members = content.fronts.get(studyId) ?? [];
        return ofStudy(studyId)
          .map(shown)
          .filter((trial): trial is CompleteTrial => trial.state === 'complete' && members.includes(trial.number));
      },
      samples: async trialId => observationsOf(trialId),
      correction: async trialId => content.corrections.get(trialId)?.slice() ?? null,
    },

    training: memoryTraining(content.trainings, now),

    tuning: {
      keepSetup: async (studyId, setup) => {
        const text = JSON.stringify(setup);
        const same = content.setups.findIndex(
          each => each.studyId === studyId && JSON.stringify(each.content) === text,
        );
        return same < 0 ? content.setups.push({ studyId, content: JSON.parse(text) }) : same + 1;
      },
      setup: async id => content.setups[id - 1]?.content ?? null,
      latestSetup: async studyId => {
        const index = content.setups.findLastIndex(each => each.studyId === studyId);
        const found = content.setups[index];
        return found ? { id: index + 1, setup: found.content } : null;
      },
      keepSiteTable: async (studyId, table) => {
        content.siteTables.set(studyOf(studyId).id, JSON.parse(JSON.stringify(table)));
      },
      siteTable: async studyId => content.siteTables.get(studyId) ?? null,
      judge: async (studyId, feasible, frontOf) => {
        rejudge(studyId, ({ values }) => feasible(values), frontOf);
      },
    },

    close: async () => {
      for (const id of mine) {
        const trial = find(id);
        if (trial.state === 'running') requeue(trial, trial.requeues);
      }
      mine.clear();
    },
  };
}

/** Of its end, or of the last time that it was measured again; 0 while it is open. */
const latestSequence = (trial: Trial): number =>
  trial.state === 'complete'
    ? (trial.revisions.at(-1)?.replacedAt ?? trial.finishedSequence)
    : 'finishedSequence' in trial
      ? trial.finishedSequence
      : 0;

/** A copy that the caller's later changes do not reach. */
const copyOf = <T>(record: T): T => structuredClone(record);

const descending = (a: string, b: string): number => (a < b ? 1 : a > b ? -1 : 0);

function withoutOwner({ owner: _owner, state: _state, ...trial }: RunningTrial) {
  return trial;
}

/** Raw numbers as 32-bit floats keep them, answers as bits do. */
const asKept = (observation: Observation): Observation =>
  Object.fromEntries(
    Object.entries(observation).map(([name, value]) => [
      name,
      value instanceof Uint8Array
        ? value.map(flag => (flag ? 1 : 0))
        : isSamples(name, value) && Array.isArray(value)
          ? value.map(Math.fround)
          : value,
    ]),
  ) as unknown as Observation;

const withoutSamples = (observation: StoredObservation): ObservationSummary =>
  Object.fromEntries(
    Object.entries(observation).filter(([name, value]) => !isSamples(name, value)),
  ) as unknown as ObservationSummary;

/** Lists of numbers at the top of an observation are its samples, whatever its kind; an interval is a figure. */
const isSamples = (name: string, value: unknown): boolean =>
  ArrayBuffer.isView(value) || (Array.isArray(value) && name !== 'interval' && name !== 'warnings');

function summary(study: Study, trials: readonly Trial[], front: readonly number[]): StudySummary {
  const latest = trials
    .filter(trial => trial.state === 'complete')
    .sort((a, b) => b.finishedSequence - a.finishedSequence)[0];
  return {
    name: study.name,
    state: study.state,
    createdAtMs: study.createdAtMs,
    modelPath: study.model.path,
    objectives: study.objectives,
    trials: Object.fromEntries(
      trialStates.map(state => [state, trials.filter(trial => trial.state === state).length]),
    ) as StudySummary['trials'],
    frontSize: front.length,
    hypervolume: latest?.hypervolume ?? null,
  };
}
