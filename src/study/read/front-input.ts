/** A study that was read, as the front report wants it. */
import { UserError } from '../../errors/user-error.ts';
import { metricOf } from '../../metric/metric.ts';
import type { Objective } from '../../objectives/objective.ts';
import { furtherOf } from '../../objectives/objectives.ts';
import type { FrontInput, Measurement, TrialInput } from '../../report/front/front.ts';
import type { ObservationSummary, StoredObservation, TimedPhase } from '../../store/observation.ts';
import type { TrialFigures } from '../../store/store.ts';
import type { Study } from '../../store/study.ts';
import { deviceOf } from '../measure/device-of.ts';
import { disagreementText } from '../recount/disagreement.ts';
import { doubtful, doubtsOf } from '../recount/doubts.ts';
import { denseMeasurement, measurement, storedMeasurement } from './measurement.ts';
import { type PhaseObservations, refinedBy, seenBy } from './phase-observations.ts';
import type { WithoutFronts as Read } from './study-reading.ts';

/** Everything is compared with the dense model. */
interface Dense {
  readonly macs: number;
  readonly params: number;
  readonly search: PhaseObservations;
  readonly confirm: PhaseObservations | null;
}

/**
 * Trials whose stored numbers do not add up are left out, and named in `doubts`. A trial that is not recounted is there by its stored
 * figures, without its configuration.
 *
 * @throws UserError while the dense model has not been measured, and where it does not add up
 */
export function frontInputOf(reading: Read, confirmed: boolean): FrontInput {
  const { study, disagreements, limits } = reading;
  const further = furtherOf(study.objectives);
  const dense = denseOf(reading);
  const left = doubtful(disagreements);
  const believed = reading.figures.filter(({ number }) => !left.has(number));
  const latencies = (phase: TimedPhase) => latenciesOf(reading, believed, phase);
  const inputOf = trialInputs(reading, dense, further);
  return {
    study: study.name,
    device: deviceOf(study),
    objectives: study.objectives,
    dense: {
      macs: dense.macs,
      params: dense.params,
      search: denseMeasurement(dense.search, further, latencies('search')),
      confirm: dense.confirm && denseMeasurement(dense.confirm, further, latencies('confirm')),
    },
    trials: believed
      .filter(({ number }) => number > 0 && reading.feasible.has(number))
      .flatMap(trial => inputOf(trial) ?? []),
    limits,
    tried: reading.tried,
    confirmed,
    doubts: disagreements.map(disagreementText),
  };
}

function trialInputs(
  { study, recounted, observations }: Read,
  dense: Dense,
  further: readonly Objective[],
): (trial: TrialFigures) => TrialInput | null {
  const observationsIn = seenBy(study.objectives);
  const refinedIn = refinedBy(study.objectives);
  const graded = !metricOf(study.objectives).counts;
  const measured = (samples: readonly StoredObservation[], phase: TimedPhase): Measurement | null => {
    const [seen, to] = [observationsIn(samples, phase), dense[phase]];
    return seen && to && measurement(seen, to, further);
  };
  return ({ number, macs, params }) => {
    const found = recounted.get(number);
    const listed = found ? null : observationsIn(observations.get(number) ?? [], 'search');
    const search = found ? measured(found.samples, 'search') : listed && storedMeasurement(listed, further, graded);
    const confirm = found ? measured(found.samples, 'confirm') : null;
    const seen = found && dense.confirm ? refinedIn(found.samples) : null;
    const refined = seen && dense.confirm && measurement(seen, dense.confirm, further);
    const configuration = found?.trial.assignment ?? {};
    return search && { trial: number, configuration, macs, params, search, confirm, refined };
  };
}

/** Of a recounted trial those that were recounted: what was listed before may lack what another process has stored since. */
const latenciesOf = ({ observations, recounted }: Read, trials: readonly TrialFigures[], phase: TimedPhase) =>
  trials.flatMap(({ number }) => {
    const seen: readonly ObservationSummary[] = recounted.get(number)?.samples ?? observations.get(number) ?? [];
    return seen.flatMap(each => (each.kind === 'latency' && each.phase === phase ? [each] : []));
  });

const notMeasured = ({ name }: Study): UserError =>
  new UserError(`"${name}" has no measurement yet.`, 'Run its search; the same command again goes on.');

/** What of the dense model does not add up, where nothing can be told of any trial. */
const doubtOfDense = ({ disagreements }: Read) => doubtsOf(disagreements, 0).find(({ phase }) => phase !== null);

/** Whether trials can be compared with the dense model. */
export const isComparable = (reading: Read): boolean =>
  measuredDense(reading) !== null && doubtOfDense(reading) === undefined;

function measuredDense({ study, figures, recounted }: Read): Dense | null {
  const [first] = figures;
  const samples = recounted.get(0)?.samples ?? [];
  const observationsIn = seenBy(study.objectives);
  const search = observationsIn(samples, 'search');
  if (first?.number !== 0 || !search) return null;
  return { macs: first.macs, params: first.params, search, confirm: observationsIn(samples, 'confirm') };
}

function denseOf(reading: Read): Dense {
  const { study } = reading;
  if (reading.figures[0]?.number !== 0) throw notMeasured(study);
  const doubt = doubtOfDense(reading);
  if (doubt)
    throw new UserError(
      `The dense model of study "${study.name}" does not add up, and everything is compared with it: ${disagreementText(doubt)}.`,
      'Go back to an unchanged copy of the store; "rankfront verify" lists everything that was changed.',
    );
  const dense = measuredDense(reading);
  if (!dense) throw notMeasured(study);
  return dense;
}
