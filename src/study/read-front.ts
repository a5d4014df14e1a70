/** A stored study as the front report wants it. */

import { UserError } from '../errors/user-error.ts';
import { pairedAccuracy } from '../evaluate/paired.ts';
import {
  type DenseMeasurement,
  type FrontInput,
  type FrontReport,
  frontReport,
  type Measurement,
  type TrialInput,
} from '../report/front-report.ts';
import { confirmCommand } from '../report/known.ts';
import { median } from '../stats/robust.ts';
import type { Phase, StoredObservation } from '../store/observation.ts';
import type { Store } from '../store/store.ts';
import type { Study } from '../store/study.ts';
import type { CompleteTrial } from '../store/trial.ts';
import { deviceOf } from './device-of.ts';
import { latestLimits } from './proposer.ts';

type Latency = Extract<StoredObservation, { kind: 'latency' }>;
type Accuracy = Extract<StoredObservation, { kind: 'accuracy' }>;

/** Both observations of a trial in a phase; null unless it has both. */
export interface Seen {
  readonly latency: Latency;
  readonly accuracy: Accuracy;
}

export function seenIn(observations: readonly StoredObservation[], phase: Phase): Seen | null {
  const ofPhase = observations.filter(observation => observation.phase === phase);
  const latency = ofPhase.find((each): each is Latency => each.kind === 'latency');
  const accuracy = ofPhase.find((each): each is Accuracy => each.kind === 'accuracy');
  return latency && accuracy ? { latency, accuracy } : null;
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

export async function readFrontInput(store: Store, study: Study, confirmed: boolean): Promise<FrontInput> {
  const trials = (await store.trials.list(study.id, { states: ['complete'] })) as readonly CompleteTrial[];
  const denseTrial = trials.find(({ number }) => number === 0);
  const dense = denseTrial && { search: null as Seen | null, confirm: null as Seen | null };
  if (denseTrial && dense) {
    const samples = await store.trials.samples(denseTrial.id);
    dense.search = seenIn(samples, 'search');
    dense.confirm = seenIn(samples, 'confirm');
  }
  if (!denseTrial || !dense?.search) {
    throw new UserError(`"${study.name}" has no measurement yet.`, 'Run its search; the same command again goes on.');
  }
  const denseSearch = dense.search;
  const denseConfirm = dense.confirm;
  const inputs: TrialInput[] = [];
  for (const trial of trials) {
    if (trial.number === 0 || !trial.feasible) continue;
    const samples = await store.trials.samples(trial.id);
    const search = seenIn(samples, 'search');
    const confirm = seenIn(samples, 'confirm');
    if (!search) continue;
    inputs.push({
      trial: trial.number,
      configuration: trial.assignment,
      macs: trial.macs,
      params: trial.params,
      search: measurement(search, denseSearch),
      confirm: confirm && denseConfirm ? measurement(confirm, denseConfirm) : null,
    });
  }
  return {
    study: study.name,
    device: deviceOf(study),
    objectives: study.objectives,
    dense: {
      macs: denseTrial.macs,
      params: denseTrial.params,
      search: denseMeasurement(denseSearch, trials, 'search'),
      confirm: denseConfirm && denseMeasurement(denseConfirm, trials, 'confirm'),
    },
    trials: inputs,
    limits: await latestLimits(store, study),
    confirmed,
  };
}

/**
 * One busy minute must not set the milliseconds of a whole front: the dense latency is the median over the good measurements of the
 * phase, in which it was timed beside each candidate, and over the disturbed ones where there is no other.
 */
function denseMeasurement({ accuracy }: Seen, trials: readonly CompleteTrial[], phase: Phase): DenseMeasurement {
  const all = trials.flatMap(({ observations }) =>
    observations.flatMap(each => (each.kind === 'latency' && each.phase === phase ? [each] : [])),
  );
  const good = all.filter(({ quality }) => quality === 'good');
  return {
    latencyMs: median((good.length > 0 ? good : all).map(({ referenceMs }) => referenceMs)),
    latencyQuality: good.length > 0 ? 'good' : 'disturbed',
    accuracy: accuracy.value,
    images: accuracy.images,
  };
}

/** Of a trial that was given up early on the images that it was scored on. */
export function measurement({ latency, accuracy }: Seen, dense: Seen): Measurement {
  const all = dense.accuracy.correct;
  const same = accuracy.places ? Uint8Array.from(accuracy.places, place => all[place] ?? 0) : all;
  const { drop, standardError } = pairedAccuracy(same, accuracy.correct);
  return {
    ratio: latency.value,
    interval: latency.interval,
    latencyQuality: latency.quality,
    conditions: latency.conditions,
    accuracy: accuracy.value,
    drop,
    dropStandardError: standardError,
    losses: Int8Array.from(same, (right, i) => right - (accuracy.correct[i] ?? 0)),
  };
}
