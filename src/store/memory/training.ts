/** Trainings of trials in memory: the twin of the tables. */
import {
  identityText,
  type TrainingEpoch,
  type TrainingPhase,
  type TrainingRun,
  type TrainingStore,
} from '../training.ts';

export interface MemoryTrainings {
  runs: TrainingRun[];
  /** By run id. */
  epochs: Map<number, readonly TrainingEpoch[]>;
  phases: Map<number, readonly TrainingPhase[]>;
}

export const memoryTrainings = (): MemoryTrainings => ({ runs: [], epochs: new Map(), phases: new Map() });

/**
 * @param trialOf the trial of an id
 * @param wrote told of every write, with the trial that it is about
 */
export function memoryTraining(
  content: MemoryTrainings,
  now: () => number,
  trialOf: (id: number) => { readonly studyId: number; readonly number: number },
  wrote: (trialId: number) => void,
): TrainingStore {
  const change = (runId: number, changes: Partial<TrainingRun>): TrainingRun => {
    const found = content.runs.find(({ id }) => id === runId);
    if (!found) throw new Error(`the store has no training with id ${runId}`);
    const changed = { ...found, ...changes };
    content.runs = content.runs.map(run => (run.id === runId ? changed : run));
    wrote(found.trialId);
    return changed;
  };
  return {
    begin: async given => {
      const run = structuredClone(given);
      const known = content.runs.find(
        ({ trialId, identity }) => trialId === run.trialId && identityText(identity) === identityText(run.identity),
      );
      if (known) return change(known.id, { state: 'running', endedAtMs: null, detail: '' });
      const begun: TrainingRun = {
        ...run,
        id: content.runs.length + 1,
        state: 'running',
        startedAtMs: now(),
        endedAtMs: null,
        top1: null,
        writtenSha256: null,
        detail: '',
      };
      content.runs.push(begun);
      wrote(run.trialId);
      return begun;
    },
    epoch: async (runId, epoch) => {
      change(runId, {});
      const others = (content.epochs.get(runId) ?? []).filter(each => each.epoch !== epoch.epoch);
      content.epochs.set(
        runId,
        [...others, structuredClone(epoch)].sort((a, b) => a.epoch - b.epoch),
      );
    },
    phase: async (runId, phase) => {
      change(runId, {});
      const others = (content.phases.get(runId) ?? []).filter(each => each.firstEpoch !== phase.firstEpoch);
      content.phases.set(
        runId,
        [...others, structuredClone(phase)].sort((a, b) => a.firstEpoch - b.firstEpoch),
      );
    },
    end: async (runId, end) => {
      change(runId, { ...structuredClone(end), endedAtMs: now() });
    },
    list: async trialId => content.runs.filter(run => run.trialId === trialId),
    ofStudy: async studyId =>
      content.runs.flatMap(run => {
        const { studyId: of, number } = trialOf(run.trialId);
        return of === studyId ? [{ trial: number, run }] : [];
      }),
    metrics: async runId => ({ epochs: content.epochs.get(runId) ?? [], phases: content.phases.get(runId) ?? [] }),
  };
}
