/** Studies in memory with made-up trials, some of whose stored figures were changed behind the back of their samples. */
import { undisturbed } from '../../../src/device/conditions.ts';
import type { PairedLatency } from '../../../src/device/device.ts';
import { exactLatency } from '../../../src/device/scripted.ts';
import { scoreOf } from '../../../src/evaluate/score.ts';
import { sha256Of } from '../../../src/host/model-file.ts';
import { frontFor } from '../../../src/objectives/front.ts';
import { memoryStore } from '../../../src/store/memory-store.ts';
import type { Observation } from '../../../src/store/observation.ts';
import type { Store } from '../../../src/store/store.ts';
import type { Study } from '../../../src/store/study.ts';
import type { Trial } from '../../../src/store/trial.ts';
import { accuracyObservation, latencyObservation } from '../../../src/study/measure/observe.ts';
import { environment, newTrial } from '../../store/samples.ts';
import { toyStudy } from '../twins.ts';

/** What was changed after it was measured; `better` and `worse` keep the values of the trial in step with the observation. */
export type Change = 'faster' | 'slower' | 'more-accurate' | 'less-accurate' | 'passed-off-as-good' | 'values-alone';

export interface MadeUp {
  /** Of the dense model's time. */
  readonly ratio: number;
  /** Which images it has right; the dense model has all. */
  readonly correct: readonly boolean[];
  readonly disturbed: boolean;
  /** Which images of the confirm phase it has right; null where it is not confirmed. */
  readonly confirmed: readonly boolean[] | null;
  readonly change: Change | null;
}

const dense = (images: number): MadeUp => ({
  ratio: 1,
  correct: new Array<boolean>(images).fill(true),
  disturbed: false,
  confirmed: new Array<boolean>(2 * images).fill(true),
  change: null,
});

const textOf = (text: string) => ({ text, sha256: sha256Of(new TextEncoder().encode(text)) });

/** The dense model, which is right everywhere and confirmed, and these. */
export async function studyOf(trials: readonly MadeUp[]): Promise<{ readonly store: Store; readonly study: Study }> {
  const images = trials[0]?.correct.length ?? 1;
  const store = memoryStore();
  const made = { ...toyStudy, proxy: { images, seed: 1 }, space: textOf('space'), hardware: textOf('hardware') };
  const study = await store.studies.create(made);
  const all = [dense(images), ...trials];
  for (const [number, trial] of all.entries()) await finish(store, study, number, trial);
  return { store, study };
}

/** Also one more in a study that is there already. */
export async function finish(store: Store, { id, objectives }: Study, number: number, made: MadeUp): Promise<void> {
  const trial = await store.queue.begin(id, newTrial(number));
  if (!trial) throw new Error('expected a new trial');
  const measured = [latencyOf(made, number), accuracyOf(made.correct, number > 0)];
  const [latency, accuracy] = measured.map(each => changed(each, made.change)) as [Observation, Observation];
  const values = [latency.value, 1 - accuracy.value];
  await store.queue.finish(
    trial.id,
    {
      state: 'complete',
      modelSha256: number.toString(16).padStart(64, '0'),
      macs: 100 - number,
      params: 10,
      values: made.change === 'values-alone' ? [latency.value / 2, 0] : values,
      standardErrors: [latency.standardError, accuracy.standardError],
      feasible: true,
      stages: { buildMs: 1, latencyMs: 1, accuracyMs: 1 },
      observations: [latency, accuracy],
    },
    frontFor(objectives),
  );
  if (made.confirmed) {
    const again = { ...latencyOf({ ...made, disturbed: false }, number) };
    await store.queue.confirm(trial.id, [again, accuracyOf(made.confirmed, number > 0)]);
  }
}

/** The answers of the confirm phase taken again, `right` of them right in each half. */
export async function confirmAgain(store: Store, { id, number }: Trial, right: number): Promise<void> {
  const [seen] = await store.trials.samples(id);
  const images = seen?.kind === 'accuracy' ? seen.images : 8;
  const half = Array.from({ length: images }, (_, i) => number === 0 || i < right);
  const latency = latencyOf({ ...dense(images), ratio: number === 0 ? 1 : 0.5 + right / 100 }, number);
  await store.queue.confirm(id, [latency, accuracyOf([...half, ...half], number > 0)]);
}

/** Its latency of the search measured again. */
export async function remeasured(store: Store, { objectives }: Study, trial: Trial, ratio: number): Promise<void> {
  if (trial.state !== 'complete') throw new Error('expected a complete trial');
  const observation = latencyOf({ ...dense(1), ratio }, trial.number);
  await store.queue.remeasure(
    trial.id,
    {
      observation,
      values: [observation.value, ...trial.values.slice(1)],
      standardErrors: [observation.standardError, ...trial.standardErrors.slice(1)],
      feasible: true,
    },
    frontFor(objectives),
  );
}

function latencyOf({ ratio, disturbed }: MadeUp, number: number) {
  const measured: PairedLatency = {
    ...exactLatency(10 * ratio, 10),
    quality: disturbed ? 'disturbed' : 'good',
    conditions: { ...undisturbed(1), causes: disturbed ? [{ kind: 'stolen', share: 0.5 }] : [] },
  };
  return latencyObservation(measured, number === 0);
}

function accuracyOf(correct: readonly boolean[], compared: boolean) {
  const predictions = Uint16Array.from(correct, right => (right ? 1 : 0));
  const score = scoreOf(
    { predictions, further: [], labelRanks: null, classes: 2, wallMs: 1 },
    { classes: new Int32Array(correct.length).fill(1), further: [] },
  );
  const all = compared ? new Uint8Array(correct.length).fill(1) : null;
  return accuracyObservation({ ...score, environment, load: 0.5 }, all);
}

function changed(observation: Observation, change: Change | null): Observation {
  if (observation.kind === 'latency') {
    if (change === 'faster') return { ...observation, value: observation.value * 0.6 };
    if (change === 'slower') return { ...observation, value: observation.value * 1.7 };
    if (change === 'passed-off-as-good') return { ...observation, quality: 'good' };
  }
  if (observation.kind === 'accuracy') {
    const { value, drop = 0 } = observation;
    if (change === 'more-accurate') return { ...observation, value: Math.min(1, value + 0.2), drop: drop - 0.2 };
    if (change === 'less-accurate') return { ...observation, value: value - 0.2, drop: drop + 0.2 };
  }
  return observation;
}
