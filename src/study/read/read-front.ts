/** A stored study as the front report wants it. */

import { UserError } from '../../errors/user-error.ts';
import type { Kind } from '../../objectives/objective.ts';
import { furtherOf } from '../../objectives/objectives.ts';
import type { DenseMeasurement, FrontInput, FrontReport, Measurement, TrialInput } from '../../report/front/front.ts';
import { frontReport } from '../../report/front/front-report.ts';
import type { FurtherFigure } from '../../report/front/further.ts';
import { confirmCommand } from '../../report/front/known.ts';
import { pairedAccuracy } from '../../stats/paired-answers.ts';
import { shareOfOnes } from '../../stats/proportion.ts';
import { median } from '../../stats/robust.ts';
import type { Phase, StoredObservation } from '../../store/observation.ts';
import type { Store } from '../../store/store.ts';
import type { Study } from '../../store/study.ts';
import type { CompleteTrial } from '../../store/trial.ts';
import { deviceOf } from '../measure/device-of.ts';
import { latestLimits } from '../propose/proposer.ts';
import { disagreementText } from '../recount/disagreement.ts';
import { doubtful, doubtsOf } from '../recount/doubts.ts';
import { type Recount, recountStudy } from '../recount/recount-study.ts';

type ByKind = { readonly [kind in Kind]: Extract<StoredObservation, { kind: kind }> };

/** The observations of a trial in a phase by kind, of all objectives of its study. */
export type PhaseObservations = Pick<ByKind, 'latency' | 'accuracy'> & Partial<Omit<ByKind, 'latency' | 'accuracy'>>;

/**
 * Null unless everything was seen that a phase sees. What is exact, such as a size, is not confirmed: that of the search holds.
 *
 * @param objectives as the study names them
 */
export function observationsIn(
  observations: readonly StoredObservation[],
  phase: Phase,
  objectives: readonly string[] = [],
): PhaseObservations | null {
  const found: { [kind in Kind]?: StoredObservation | undefined } = {};
  for (const each of observations) if (each.phase === phase) found[each.kind] = each;
  for (const { kind, confirms } of furtherOf(objectives)) {
    if (confirms === null) found[kind] ??= observations.find(each => each.kind === kind);
    if (!found[kind]) return null;
  }
  const { latency, accuracy } = found;
  return latency && accuracy ? (found as PhaseObservations) : null;
}

/**
 * @param figures `best`: confirmed ones where there are any; `confirmed` demands that there are
 * @throws UserError while the dense model has not been measured
 */
export async function readFront(
  store: Store,
  study: Study,
  figures: 'best' | 'confirmed' | 'search',
): Promise<FrontReport> {
  const input = await readFrontInput(store, study, figures !== 'search');
  if (figures === 'confirmed' && !input.dense.confirm) {
    throw new UserError(
      `The front of "${study.name}" is not confirmed yet.`,
      `Confirm it with "${confirmCommand(study.name)}", or leave out --confirmed.`,
    );
  }
  return frontReport(input);
}

/**
 * Trials whose stored numbers do not add up are left out, and named in `doubts`.
 *
 * @param recounted what is recounted of the study already
 */
export async function readFrontInput(
  store: Store,
  study: Study,
  confirmed: boolean,
  recounted?: Recount,
): Promise<FrontInput> {
  const recount = recounted ?? (await recountStudy(store, study, { bounds: false }));
  const left = doubtful(recount.disagreements);
  const trials = recount.trials.flatMap(({ trial, samples }) =>
    trial.state === 'complete' && !left.has(trial.number) ? [{ trial, samples }] : [],
  );
  const dense = denseOf(recount, study);
  const denseSearch = observationsIn(dense.samples, 'search', study.objectives);
  if (!denseSearch) throw notMeasured(study);
  const denseConfirm = observationsIn(dense.samples, 'confirm', study.objectives);
  const inputs: TrialInput[] = [];
  for (const { trial, samples } of trials) {
    if (trial.number === 0 || !recount.feasible.has(trial.number)) continue;
    const search = observationsIn(samples, 'search', study.objectives);
    const confirm = observationsIn(samples, 'confirm', study.objectives);
    if (!search) continue;
    inputs.push({
      trial: trial.number,
      configuration: trial.assignment,
      macs: trial.macs,
      params: trial.params,
      search: measurement(search, denseSearch, study.objectives),
      confirm: confirm && denseConfirm ? measurement(confirm, denseConfirm, study.objectives) : null,
    });
  }
  const complete = trials.map(({ trial }) => trial);
  return {
    study: study.name,
    device: deviceOf(study),
    objectives: study.objectives,
    dense: {
      macs: dense.trial.macs,
      params: dense.trial.params,
      search: denseMeasurement(denseSearch, study.objectives, complete, 'search'),
      confirm: denseConfirm && denseMeasurement(denseConfirm, study.objectives, complete, 'confirm'),
    },
    trials: inputs,
    limits: await latestLimits(store, study),
    confirmed,
    doubts: recount.disagreements.map(disagreementText),
  };
}

const notMeasured = ({ name }: Study): UserError =>
  new UserError(`"${name}" has no measurement yet.`, 'Run its search; the same command again goes on.');

/** Everything is compared with the dense model: where its numbers do not add up, nothing can be told of any trial. */
function denseOf({ trials, disagreements }: Recount, study: Study) {
  const found = trials.find(({ trial }) => trial.number === 0);
  if (found?.trial.state !== 'complete') throw notMeasured(study);
  const [doubt] = doubtsOf(disagreements, 0).filter(({ phase }) => phase !== null);
  if (!doubt) return { trial: found.trial, samples: found.samples };
  throw new UserError(
    `The dense model of study "${study.name}" does not add up, and everything is compared with it: ${disagreementText(doubt)}.`,
    'Go back to an unchanged copy of the store; "rankfront verify" lists everything that was changed.',
  );
}

/**
 * One busy minute must not set the milliseconds of a whole front: the dense latency is the median over the good measurements of the
 * phase, in which it was timed beside each candidate, and over the disturbed ones where there is no other.
 */
function denseMeasurement(
  seen: PhaseObservations,
  objectives: readonly string[],
  trials: readonly CompleteTrial[],
  phase: Phase,
): DenseMeasurement {
  const { accuracy } = seen;
  const all = trials.flatMap(({ observations }) =>
    observations.flatMap(each => (each.kind === 'latency' && each.phase === phase ? [each] : [])),
  );
  const good = all.filter(({ quality }) => quality === 'good');
  return {
    latencyMs: median((good.length > 0 ? good : all).map(({ referenceMs }) => referenceMs)),
    latencyQuality: good.length > 0 ? 'good' : 'disturbed',
    accuracy: shareOfOnes(accuracy.correct),
    images: accuracy.images,
    further: furtherFigures(seen, objectives, true),
  };
}

/** @param isDense whose ratio to itself is 1 without error */
const furtherFigures = (seen: PhaseObservations, objectives: readonly string[], isDense = false): FurtherFigure[] =>
  furtherOf(objectives).flatMap(({ kind, denseAmount }) => {
    const found = seen[kind];
    if (!found) return [];
    const interval = isDense ? ([1, 1] as const) : found.interval;
    return [{ kind, ratio: found.value, interval, amount: found.value * denseAmount(found) }];
  });

/** Of a trial that was given up early on the images that it was scored on. */
export function measurement(
  seen: PhaseObservations,
  dense: PhaseObservations,
  objectives: readonly string[],
): Measurement {
  const { latency, accuracy } = seen;
  const all = dense.accuracy.correct;
  const same = accuracy.places ? Uint8Array.from(accuracy.places, place => all[place] ?? 0) : all;
  const { drop, standardError } = pairedAccuracy(same, accuracy.correct);
  return {
    ratio: latency.value,
    interval: latency.interval,
    latencyQuality: latency.quality,
    conditions: latency.conditions,
    // From the answers that the drop is from; what a part of the images says of all is an estimate of its own.
    accuracy: accuracy.places ? accuracy.value : shareOfOnes(accuracy.correct),
    drop,
    dropStandardError: standardError,
    losses: Int8Array.from(same, (right, i) => right - (accuracy.correct[i] ?? 0)),
    further: furtherFigures(seen, objectives),
  };
}
