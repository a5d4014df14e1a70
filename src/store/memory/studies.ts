/** Studies in memory. */
import { demandSame } from '../identity.ts';
import type { StudyStore } from '../store.ts';
import type { Study, StudySummary } from '../study.ts';
import { type Trial, trialStates } from '../trial.ts';
import { copyOf, type MemoryContent, type Records } from './content.ts';

export const memoryStudies = (
  content: MemoryContent,
  { ofStudy, studyOf, wrote }: Records,
  now: () => number,
): StudyStore => ({
  create: async study => {
    const existing = content.studies.find(({ name }) => name === study.name);
    if (existing) {
      demandSame(existing, study);
      return existing;
    }
    const state = 'searching' as const;
    const created = copyOf({ ...study, id: content.studies.length + 1, state, createdAtMs: now() });
    content.studies.push(created);
    content.revisions.set(created.id, 0);
    return created;
  },
  get: async name => content.studies.find(study => study.name === name) ?? null,
  list: async () => content.studies.map(study => summary(study, ofStudy(study.id), content.fronts.get(study.id) ?? [])),
  setState: async (studyId, state) => {
    const study = studyOf(studyId);
    content.studies = content.studies.map(old => (old === study ? copyOf({ ...study, state }) : old));
    wrote(studyId);
  },
  revision: async studyId => content.revisions.get(studyOf(studyId).id) ?? 0,
});

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
