/** What a study has come to and what its tuner makes of it, from the store alone. */
import { rungLabel } from '../../decompose/ranks.ts';
import type { ExplainView } from '../../report/explain-text.ts';
import { outOfReach } from '../../report/front/out-of-reach.ts';
import type { Store } from '../../store/store.ts';
import type { Study } from '../../store/study.ts';
import { isDisturbedIn } from '../measure/latency-quality.ts';
import { triedOf } from '../measure/tried.ts';
import { setupRecord } from '../propose/setup.ts';
import { denseFigures, latestSetup } from '../propose/stored-setup.ts';
import { type ExplainInputs, explained } from './explained.ts';

/** Null before the first proposal, and for studies from before proposals were recorded. */
export async function explainStudy(store: Pick<Store, 'trials' | 'tuning'>, study: Study): Promise<ExplainView | null> {
  const inputs = await explainInputs(store, study);
  return inputs && explained(inputs).view;
}

/** Null as for `explainStudy`. */
export async function explainInputs(
  store: Pick<Store, 'trials' | 'tuning'>,
  study: Study,
): Promise<ExplainInputs | null> {
  const setup = await latestSetup(store, study);
  if (!setup) return null;
  const trials = await store.trials.list(study.id);
  const labels = new Map<string, string>();
  for (const trial of trials) {
    Object.values(trial.assignment).forEach((rung, site) => {
      labels.set(`${site} ${trial.configuration[site]}`, rungLabel(rung));
    });
  }
  return {
    study: { name: study.name, seed: study.seed, objectives: study.objectives },
    setup: setupRecord(setup),
    outOfReach: outOfReach(setup.limits, triedOf(study.objectives, trials, await denseFigures(store, study))),
    // In the search, whose figures the tuner learns from.
    disturbed: trials.filter(trial => 'observations' in trial && isDisturbedIn('search', trial)).length,
    sites: Object.keys(trials[0]?.assignment ?? {}),
    labels: [...labels],
    front: (await store.trials.front(study.id)).map(({ number }) => number),
    trials: trials.map(trial => ('observations' in trial ? { ...trial, observations: [], assignment: {} } : trial)),
  };
}
