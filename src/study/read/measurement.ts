/** What was observed of a trial, as fronts take it. */
import type { Objective } from '../../objectives/objective.ts';
import type { DenseMeasurement, Measurement } from '../../report/front/front.ts';
import type { FurtherFigure } from '../../report/front/further.ts';
import { areFlags, atPlaces, meanMark } from '../../stats/marks.ts';
import { pairedAccuracy } from '../../stats/paired-answers.ts';
import { median } from '../../stats/robust.ts';
import type { ObservationSummary } from '../../store/observation.ts';
import type { PhaseObservations } from './phase-observations.ts';

type Latency = Extract<ObservationSummary, { kind: 'latency' }>;

const ofLatency = ({ latency }: PhaseObservations<ObservationSummary>) => ({
  ratio: latency.value,
  interval: latency.interval,
  latencyQuality: latency.quality,
  conditions: latency.conditions,
});

/**
 * From the answers image by image; of a trial that was given up early on the images that it was scored on.
 *
 * @param further the objectives of the study beside latency and accuracy
 */
export function measurement(
  seen: PhaseObservations,
  dense: PhaseObservations,
  further: readonly Objective[],
): Measurement {
  const { accuracy } = seen;
  const all = dense.accuracy.correct;
  const same = atPlaces(all, accuracy.places);
  const { correct } = accuracy;
  const graded = !areFlags(correct);
  const { drop, standardError } = pairedAccuracy(same, correct);
  return {
    ...ofLatency(seen),
    // From the answers that the drop is from; what a part of the images says of all is an estimate of its own.
    accuracy: accuracy.places ? accuracy.value : meanMark(correct),
    drop,
    dropStandardError: standardError,
    ...(graded ? { graded, accuracyStandardError: accuracy.standardError } : {}),
    losses: graded
      ? Float64Array.from(same, (grade, i) => grade - (correct[i] ?? 0))
      : Int8Array.from(same, (right, i) => right - (correct[i] ?? 0)),
    further: furtherFigures(seen, further),
  };
}

/** The same as it was stored when it was measured, without a look at the answers; null where the change was not stored. */
export function storedMeasurement(
  seen: PhaseObservations<ObservationSummary>,
  further: readonly Objective[],
  graded: boolean,
): Measurement | null {
  const { value, drop, dropStandardError } = seen.accuracy;
  if (drop === undefined || dropStandardError === undefined) return null;
  return {
    ...ofLatency(seen),
    accuracy: value,
    drop,
    dropStandardError,
    ...(graded ? { graded, accuracyStandardError: seen.accuracy.standardError } : {}),
    further: furtherFigures(seen, further),
  };
}

/**
 * One busy minute must not set the milliseconds of a whole front: the dense latency is the median over the good measurements of the
 * phase, in which it was timed beside each candidate, and over the disturbed ones where there is no other.
 *
 * @param latencies of the phase, of all trials that are believed
 */
export function denseMeasurement(
  seen: PhaseObservations,
  further: readonly Objective[],
  latencies: readonly Latency[],
): DenseMeasurement {
  const { accuracy } = seen;
  const good = latencies.filter(({ quality }) => quality === 'good');
  return {
    latencyMs: median((good.length > 0 ? good : latencies).map(({ referenceMs }) => referenceMs)),
    latencyQuality: good.length > 0 ? 'good' : 'disturbed',
    accuracy: meanMark(accuracy.correct),
    accuracyStandardError: accuracy.standardError,
    images: accuracy.images,
    further: furtherFigures(seen, further, true),
  };
}

/** @param isDense whose ratio to itself is 1 without error */
const furtherFigures = (
  seen: PhaseObservations<ObservationSummary>,
  further: readonly Objective[],
  isDense = false,
): FurtherFigure[] =>
  further.flatMap(({ kind, denseAmount }) => {
    const found = seen[kind];
    if (!found) return [];
    const interval = isDense ? ([1, 1] as const) : found.interval;
    return [{ kind, ratio: found.value, interval, amount: found.value * denseAmount(found) }];
  });
