/** Whether the figures of one trial follow from what was stored when it was measured. */
import type { Kind } from '../../objectives/objective.ts';
import { axes, kindsOf, measuredFrom, objectives, type Readings } from '../../objectives/objectives.ts';
import type { Phase, StoredObservation } from '../../store/observation.ts';
import type { Trial } from '../../store/trial.ts';
import { close, comparedLists, type Difference, type Disagreement } from './disagreement.ts';
import { recountAccuracy } from './recount-accuracy.ts';
import { recountLatency } from './recount-latency.ts';
import { recountMemory } from './recount-memory.ts';
import { type RecountedFigures, recountSize } from './recount-size.ts';

export interface TrialQuestion {
  /** As the study names them. */
  readonly objectives: readonly string[];
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

const hasSearch = (samples: readonly StoredObservation[], wanted: Kind): boolean =>
  samples.some(({ kind, phase }) => kind === wanted && phase === 'search');

/** In which candidates are timed. */
export const phases = ['search', 'confirm'] as const satisfies Phase[];

export function recountTrial(
  trial: Trial,
  samples: readonly StoredObservation[],
  question: TrialQuestion,
): RecountedTrial {
  const disagreements: Disagreement[] = [];
  const tell = (phase: Phase | null, differences: readonly Difference[]): void => {
    for (const each of differences) disagreements.push({ trial: trial.number, phase, ...each });
  };
  const readings: { [kind in Kind]?: Readings[kind] } = {};
  for (const observation of samples) {
    const { kind, phase } = observation;
    const { value, standardError, differences } = recounted(observation, trial.number, question);
    tell(phase, differences);
    if (phase === 'search' && value !== null && standardError !== null)
      readings[kind] = { value: objectives[kind].minimised(value), standardError };
  }
  const { values, differences } = valuesOf(trial, readings, question.objectives);
  tell('search', differences);
  const wanted = kindsOf(question.objectives);
  const missing = trial.state === 'complete' && wanted.filter(kind => !hasSearch(samples, kind));
  if (missing && missing.length > 0) {
    const all = wanted.length > axes.length ? 'all' : 'both';
    tell('search', [{ figure: 'observations', stored: `without ${missing.join(' and ')}`, recounted: all }]);
  }
  return { trial, samples, values, disagreements };
}

/** From its samples, or from what it was counted from. */
function recounted(
  observation: StoredObservation,
  number: number,
  { studySeed, proxyImages, dense, bounds }: TrialQuestion,
): RecountedFigures {
  const isDense = number === 0;
  // A refined candidate is scored on the images of the confirm phase.
  const phase = observation.phase === 'refined' ? 'confirm' : observation.phase;
  const ofDense = <K extends Kind>(kind: K) =>
    dense.find((each): each is Extract<StoredObservation, { kind: K }> => each.kind === kind && each.phase === phase) ??
    null;
  switch (observation.kind) {
    case 'latency': {
      const { ratio, ...rest } = recountLatency(observation, { seed: studySeed + number, isDense, bounds });
      return { value: ratio, ...rest };
    }
    case 'accuracy': {
      const { accuracy, standardError, differences } = recountAccuracy(observation, ofDense('accuracy'));
      const { images, places } = observation;
      const whole = phase !== 'search' || places !== undefined || images === proxyImages;
      const wrong: Difference[] = whole ? [] : [{ figure: 'images', stored: images, recounted: proxyImages }];
      return { value: accuracy, standardError, differences: [...differences, ...wrong] };
    }
    case 'size':
      return recountSize(observation, ofDense('size'), isDense);
    case 'memory':
      return recountMemory(observation, isDense);
    default:
      return observation satisfies never;
  }
}

/** What is minimised follows from the observations of the search. */
function valuesOf(
  trial: Trial,
  readings: Readings,
  names: readonly string[],
): { readonly values: readonly number[]; readonly differences: readonly Difference[] } {
  if (trial.state !== 'complete' && trial.state !== 'pruned') return { values: [], differences: [] };
  const { values, standardErrors } = trial;
  if (trial.state === 'pruned' && values.length === 0) return { values, differences: [] };
  if (kindsOf(names).some(kind => readings[kind] === undefined)) return { values, differences: [] };
  const recounted = measuredFrom(names, readings);
  const same =
    values.length === names.length && recounted.values.every((value, i) => close(value, values[i] ?? Number.NaN));
  const scale = (value: number): number => 1e-6 * Math.max(Math.abs(value), readings.latency?.value ?? 0);
  return {
    values: same ? values : recounted.values,
    differences: [
      ...(same ? [] : comparedLists('objective values', values, recounted.values)),
      ...comparedLists('standard errors of the objectives', standardErrors, recounted.standardErrors, scale),
    ],
  };
}
