/** Whether the figures of one trial follow from what was stored when it was measured. */
import type { Phase, StoredObservation } from '../../store/observation.ts';
import type { Trial } from '../../store/trial.ts';
import { objectiveValues } from '../measure/objectives.ts';
import { close, comparedLists, type Difference, type Disagreement } from './disagreement.ts';
import { recountAccuracy } from './recount-accuracy.ts';
import { recountLatency } from './recount-latency.ts';

export interface TrialQuestion {
  readonly studySeed: number;
  /** Images of the proxy subset. */
  readonly proxyImages: number;
  /** What is stored of the dense model. */
  readonly dense: readonly StoredObservation[];
  readonly bounds: boolean;
}

export interface RecountedTrial {
  readonly trial: Trial;
  readonly samples: readonly StoredObservation[];
  /** Those stored, or where they are not what was measured, what was; empty where nothing was. */
  readonly values: readonly number[];
  readonly disagreements: readonly Disagreement[];
}

const kinds = ['latency', 'accuracy'] as const;
const hasSearch = (samples: readonly StoredObservation[], wanted: string): boolean =>
  samples.some(({ kind, phase }) => kind === wanted && phase === 'search');

export const phases = ['search', 'confirm'] as const satisfies Phase[];

export function recountTrial(
  trial: Trial,
  samples: readonly StoredObservation[],
  { studySeed, proxyImages, dense, bounds }: TrialQuestion,
): RecountedTrial {
  const disagreements: Disagreement[] = [];
  const tell = (phase: Phase | null, differences: readonly Difference[]): void => {
    for (const each of differences) disagreements.push({ trial: trial.number, phase, ...each });
  };
  const found = { ratio: null as number | null, accuracy: null as number | null, errors: [] as (number | null)[] };
  for (const observation of samples) {
    const { phase } = observation;
    if (observation.kind === 'latency') {
      const seed = studySeed + trial.number;
      const recounted = recountLatency(observation, { seed, isDense: trial.number === 0, bounds });
      tell(phase, recounted.differences);
      if (phase === 'search') [found.ratio, found.errors[0]] = [recounted.ratio, recounted.standardError];
    } else if (observation.kind === 'accuracy') {
      const denseAnswers = dense.find(each => each.kind === 'accuracy' && each.phase === phase);
      const recounted = recountAccuracy(observation, denseAnswers?.kind === 'accuracy' ? denseAnswers : null);
      tell(phase, recounted.differences);
      if (phase === 'search' && !observation.places && observation.images !== proxyImages)
        tell(phase, [{ figure: 'images', stored: observation.images, recounted: proxyImages }]);
      if (phase === 'search') [found.accuracy, found.errors[1]] = [recounted.accuracy, recounted.standardError];
    }
  }
  const { values, differences } = valuesOf(trial, found.ratio, found.accuracy, found.errors);
  tell('search', differences);
  const missing = trial.state === 'complete' && kinds.filter(kind => !hasSearch(samples, kind));
  if (missing && missing.length > 0)
    tell('search', [{ figure: 'observations', stored: `without ${missing.join(' and ')}`, recounted: 'both' }]);
  return { trial, samples, values, disagreements };
}

/** What is minimised follows from the observations of the search. */
function valuesOf(
  trial: Trial,
  ratio: number | null,
  accuracy: number | null,
  errors: readonly (number | null | undefined)[],
): { readonly values: readonly number[]; readonly differences: readonly Difference[] } {
  if (trial.state !== 'complete' && trial.state !== 'pruned') return { values: [], differences: [] };
  const { values, standardErrors } = trial;
  if (trial.state === 'pruned' && values.length === 0) return { values, differences: [] };
  if (ratio === null || accuracy === null) return { values, differences: [] };
  const recounted = objectiveValues(ratio, accuracy);
  const same = values.length === 2 && recounted.every((value, i) => close(value, values[i] ?? Number.NaN));
  const scale = (value: number): number => 1e-6 * Math.max(Math.abs(value), ratio);
  return {
    values: same ? values : recounted,
    differences: [
      ...(same ? [] : comparedLists('objective values', values, recounted)),
      ...comparedLists(
        'standard errors of the objectives',
        standardErrors,
        [errors[0] ?? Number.NaN, errors[1] ?? Number.NaN],
        scale,
      ),
    ],
  };
}
