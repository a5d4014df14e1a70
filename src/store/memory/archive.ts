/** Trials in memory, read back. */
import type { TrialArchive } from '../store.ts';
import type { CompleteTrial, Trial } from '../trial.ts';
import { latestSequence, type MemoryContent, type Records } from './content.ts';

const isComplete = (trial: Trial): trial is CompleteTrial => trial.state === 'complete';

export const memoryArchive = (content: MemoryContent, { ofStudy, shown, observationsOf }: Records): TrialArchive => ({
  list: async (studyId, { states, finishedAfter, numbers } = {}) =>
    ofStudy(studyId)
      .filter(trial => !states || states.includes(trial.state))
      .filter(trial => !numbers || numbers.includes(trial.number))
      .filter(trial => finishedAfter === undefined || latestSequence(trial) > finishedAfter)
      .map(shown),
  get: async (studyId, number) => {
    const trial = ofStudy(studyId).find(other => other.number === number);
    return trial ? shown(trial) : null;
  },
  figures: async studyId =>
    ofStudy(studyId)
      .filter(isComplete)
      .map(({ id, number, finishedSequence, values, standardErrors, feasible, hypervolume, macs, params }) => ({
        id,
        number,
        finishedSequence,
        values,
        standardErrors,
        feasible,
        hypervolume,
        macs,
        params,
        confirmed: observationsOf(id).flatMap(({ kind, phase }) => (phase === 'confirm' ? [kind] : [])),
      })),
  observations: async studyId =>
    new Map(
      ofStudy(studyId)
        .map(shown)
        .filter(isComplete)
        .map(({ number, observations }) => [number, observations]),
    ),
  front: async studyId => {
    const members = content.fronts.get(studyId) ?? [];
    return ofStudy(studyId)
      .map(shown)
      .filter(isComplete)
      .filter(({ number }) => members.includes(number));
  },
  samples: async trialId => observationsOf(trialId),
  correction: async trialId => content.corrections.get(trialId)?.slice() ?? null,
});
