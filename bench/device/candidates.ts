/** The candidates of a stored study, built again: their bytes, and those before they were corrected. */
import { openStore } from '../../src/store/open.ts';
import { reopenStatistics } from '../../src/study/build/calibration.ts';
import { candidateBuilder } from '../../src/study/build/candidate.ts';
import { spaceFactors } from '../../src/study/build/factors.ts';
import { reopenPlan } from '../../src/study/build/reopen.ts';

export interface BuiltTrial {
  readonly number: number;
  readonly bytes: Uint8Array;
  readonly sha256: string;
  /** Null where it was not corrected. */
  readonly uncorrected: Uint8Array | null;
}

/** The trials that were measured to their end, in the order of their numbers. */
export async function builtTrials(storePath: string, studyName: string): Promise<readonly BuiltTrial[]> {
  const store = await openStore(storePath);
  try {
    const study = await store.studies.get(studyName);
    if (!study) throw new Error(`there is no study "${studyName}" in ${storePath}`);
    const warn = (message: string): void => console.log(message);
    const plan = await reopenPlan(study, storePath, undefined);
    const statistics = await reopenStatistics(plan, study, { data: undefined, calibration: undefined }, { warn });
    const factors = await spaceFactors(plan.loaded.model, plan.space, statistics, { warn });
    const { model } = plan.loaded;
    const builder = candidateBuilder({ model, sites: plan.sites, factors, scratch: '', corrector: null });
    const built: BuiltTrial[] = [];
    for (const trial of await store.trials.list(study.id, { states: ['complete'] })) {
      const correction = await store.trials.correction(trial.id);
      const { bytes, sha256 } = builder.bytes(trial.assignment, correction);
      if (trial.state === 'complete' && trial.modelSha256 !== sha256)
        console.log(`trial ${trial.number} is built in other bytes than it was searched in`);
      const uncorrected = correction ? builder.uncorrected(trial.assignment) : null;
      built.push({ number: trial.number, bytes, sha256, uncorrected });
    }
    return built.sort((a, b) => a.number - b.number);
  } finally {
    await store.close();
  }
}
