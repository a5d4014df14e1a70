/**
 * The front measured again, on images that the search never saw and with a long latency run: the best of many noisy values
 * flatters itself. Both numbers are kept.
 */
import type { LatencyBudget } from '../../device/device.ts';
import type { Emit } from '../../events/event.ts';
import { isConfirmedBy, unconfirmedKinds } from '../../objectives/objectives.ts';
import { nextToConfirm } from '../../report/front/confirm-order.ts';
import type { Observation } from '../../store/observation.ts';
import type { Store } from '../../store/store.ts';
import type { Study } from '../../store/study.ts';
import type { CompleteTrial } from '../../store/trial.ts';
import { isDisturbedIn } from '../measure/latency-quality.ts';
import { type Instruments, take } from '../measure/observe.ts';
import type { QuietPatience } from '../measure/patience.ts';
import { type QuietWatch, quietWatch } from '../measure/quiet-reference.ts';
import { observationsIn } from '../read/phase-observations.ts';
import { readFront } from '../read/read-front.ts';
import { changeOf, furtherIn } from './trial-events.ts';

export interface ConfirmParts {
  readonly store: Store;
  readonly study: Study;
  readonly instruments: Instruments;
  readonly latency: LatencyBudget;
  readonly patience: QuietPatience;
  readonly timeoutMs: number;
  readonly emit: Emit;
  /** Whether another member may be measured now, as far as time goes. */
  readonly timeLeft: () => boolean;
  readonly finish: AbortSignal;
  readonly stop: AbortSignal;
  /** Only this trial, on the front or not, with the dense model that it is compared with; the whole front by default. */
  readonly only?: number | undefined;
}

/** The dense model counted. */
export interface ConfirmEnd {
  readonly confirmed: number;
  readonly left: number;
}

/** Nothing else confirms: an audit scores the same images, and a disturbed latency is kept without being known. */
export const isConfirmed = ({ objectives }: Pick<Study, 'objectives'>, { observations }: CompleteTrial): boolean =>
  isConfirmedBy(objectives, observations);

/** Confirms the dense model, then the members of the front that are not confirmed, the one that is recommended first. */
export async function confirmFront(parts: ConfirmParts): Promise<ConfirmEnd> {
  const { store, study, emit } = parts;
  const members = await membersOf(parts);
  const quiet = quietWatch(store, study);
  const open = new Set(members.filter(trial => !isConfirmed(study, trial)).map(({ number }) => number));
  const total = open.size;
  if (total === 0) return { confirmed: members.length, left: 0 };
  emit({ kind: 'confirm-started', trials: [...open] });
  let timeIsOver = false;
  for (let done = 1; open.size > 0; done++) {
    if (parts.finish.aborted || parts.stop.aborted) break;
    timeIsOver = !parts.timeLeft();
    if (timeIsOver) break;
    const number = await nextOf(parts, [...open]);
    open.delete(number);
    const trial = members.find(each => each.number === number);
    if (trial) await confirmTrial(parts, trial, quiet, { done, total });
  }
  const now = await Promise.all(members.map(({ number }) => store.trials.get(study.id, number)));
  const left = now.filter(trial => trial?.state !== 'complete' || !isConfirmed(study, trial));
  const disturbed = left.filter(trial => trial?.state === 'complete' && isDisturbedIn('confirm', trial)).length;
  const end = { confirmed: members.length - left.length, left: left.length };
  if (!parts.stop.aborted) emit({ kind: 'confirm-finished', study: study.name, ...end, disturbed, timeIsOver });
  return end;
}

/** The dense model first; then those of the search's front, and those that a disturbed one keeps off it. */
async function membersOf({ store, study, only }: ConfirmParts): Promise<CompleteTrial[]> {
  const dense = await store.trials.get(study.id, 0);
  if (dense?.state !== 'complete') return [];
  const wanted = new Set<number>(
    only === undefined
      ? [
          ...(await store.trials.front(study.id)).map(({ number }) => number),
          ...(await readFront(store, study, 'best')).best.map(({ trial }) => trial),
        ]
      : [only],
  );
  const found = await store.trials.list(study.id, { states: ['complete'], numbers: [...wanted] });
  return [dense, ...(found as readonly CompleteTrial[]).filter(({ number }) => number !== 0)];
}

/** By what is known now: each trial that is confirmed may change which one matters next. */
async function nextOf({ store, study }: ConfirmParts, open: readonly number[]): Promise<number> {
  const [first = 0] = open;
  if (open.includes(0) || open.length === 1) return open.includes(0) ? 0 : first;
  return nextToConfirm(await readFront(store, study, 'best'), open);
}

/** Tells of what goes wrong, and leaves the trial as it is. */
async function confirmTrial(
  parts: ConfirmParts,
  trial: CompleteTrial,
  quiet: QuietWatch,
  count: { readonly done: number; readonly total: number },
): Promise<void> {
  const { store, study, emit } = parts;
  const found = await measureAgain(parts, trial, quiet);
  if (parts.stop.aborted) return;
  if (typeof found === 'string') {
    const message = `Trial ${trial.number} could not be confirmed: ${found}.`;
    emit({ kind: 'warning', trial: trial.number, message });
    return;
  }
  await store.queue.confirm(trial.id, found);
  await quiet.confirmed(trial.number);
  const all = observationsIn(await store.trials.samples(trial.id), 'confirm', study.objectives);
  if (!all) return;
  const { latency, accuracy } = all;
  if (found.some(({ kind }) => kind === 'latency')) parts.patience.tell(latency.quality);
  const dense = trial.number === 0 ? null : await store.trials.get(study.id, 0);
  const seen = dense && observationsIn(await store.trials.samples(dense.id), 'confirm');
  emit({
    kind: 'confirmed',
    trial: trial.number,
    ratio: latency.value,
    interval: latency.interval,
    quality: latency.quality,
    accuracy: accuracy.value,
    ...changeOf(seen?.accuracy.correct, accuracy.correct),
    ...furtherIn(study.objectives, Object.values(all)),
    ...count,
  });
}

/** The observations, or why there are none. Scoring may take hours: what is confirmed already is not measured again. */
async function measureAgain(
  { store, study, instruments, patience, ...parts }: ConfirmParts,
  trial: CompleteTrial,
  quiet: QuietWatch,
): Promise<readonly Observation[] | string> {
  const latency = {
    ...parts.latency,
    seed: parts.latency.seed + trial.number,
    waitMs: patience.waitMs(),
    quietReferenceMs: await quiet.times(),
  };
  const score = { images: 'confirm', timeoutMs: parts.timeoutMs } as const;
  const dense = trial.number === 0 ? null : await store.trials.get(study.id, 0);
  const ofDense = dense ? await store.trials.samples(dense.id) : [];
  const isDense = trial.number === 0;
  const budget = { latency, score, isDense, dense: ofDense.filter(({ phase }) => phase === 'confirm') };
  const open = unconfirmedKinds(study.objectives, trial.observations);
  const correction = await store.trials.correction(trial.id);
  const { candidate, observations, failure } = await take(instruments, trial.assignment, open, budget, correction);
  if (failure) return failure.detail;
  return candidate?.sha256 === trial.modelSha256 ? observations : otherBytes;
}

const otherBytes = 'it is rebuilt in other bytes than those that were searched, so confirm it where it was searched';
