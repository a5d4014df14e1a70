/** Trials in memory, read back. */
import type { TrialArchive, TrialOutline } from '../store.ts';
import type { CompleteTrial, Trial } from '../trial.ts';
import { copyOf, latestSequence, type MemoryContent, type Records } from './content.ts';

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
  outlines: async (studyId, after = -1) =>
    ofStudy(studyId)
      .map(outlineOf)
      .filter(({ latest }) => latest > after)
      .map(({ outline }) => outline),
  observations: async (studyId, after = -1) =>
    new Map(
      ofStudy(studyId)
        .map(shown)
        .filter(isComplete)
        .filter(trial => latestSequence(trial) > after || trial.observations.some(({ phase }) => phase !== 'search'))
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
  refinement: async trialId => copyOf(content.refinements.get(trialId) ?? null),
});

/** What is not finished is later than everything. */
function outlineOf(trial: Trial): { readonly latest: number; readonly outline: TrialOutline } {
  const { number, state, strategy, requeues, startedAtMs } = trial;
  const finished = 'finishedSequence' in trial ? trial : null;
  const seen = state === 'complete' || state === 'pruned' ? trial : null;
  const complete = state === 'complete' ? trial : null;
  return {
    latest: finished ? latestSequence(trial) : Number.POSITIVE_INFINITY,
    outline: {
      number,
      state,
      strategy,
      requeues,
      startedAtMs,
      finishedAtMs: finished?.finishedAtMs ?? null,
      finishedSequence: finished?.finishedSequence ?? null,
      values: seen?.values ?? [],
      standardErrors: seen?.standardErrors ?? [],
      feasible: complete?.feasible ?? null,
      macs: complete?.macs ?? null,
      params: complete?.params ?? null,
      reason: state === 'failed' ? trial.reason : null,
      detail: state === 'failed' || state === 'pruned' ? trial.detail : null,
    },
  };
}
