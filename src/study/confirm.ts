/**
 * The front measured again, on images that the search never saw and with a long latency run: the best of many noisy values
 * flatters itself. Both numbers are kept.
 */
import type { LatencyBudget } from '../device/device.ts';
import { pairedAccuracy } from '../evaluate/paired.ts';
import type { StudyEvent } from '../report/event.ts';
import type { Store } from '../store/store.ts';
import type { Study } from '../store/study.ts';
import type { CompleteTrial, TrialResult } from '../store/trial.ts';
import { errorOf } from './objectives.ts';
import { type Instruments, observe } from './observe.ts';
import { seenIn } from './read-front.ts';

export interface ConfirmParts {
  readonly store: Store;
  readonly study: Study;
  readonly instruments: Instruments;
  readonly latency: LatencyBudget;
  readonly timeoutMs: number;
  readonly emit: (event: StudyEvent) => void;
  /** Whether another member may be measured now, as far as time goes. */
  readonly timeLeft: () => boolean;
  readonly finish: AbortSignal;
  readonly stop: AbortSignal;
}

/** A long run: half the interval and four times the time that the search spends on one latency. */
export const confirmBudget = (budget: LatencyBudget): LatencyBudget => ({
  ...budget,
  halfWidth: budget.halfWidth / 2,
  maxMs: budget.maxMs * 4,
  minPairs: budget.minPairs * 2,
});

/**
 * Confirms the dense model, then every member of the front that is not confirmed, the most accurate first: those are the ones that
 * somebody may pick. Returns whether all are confirmed.
 */
export async function confirmFront(parts: ConfirmParts): Promise<boolean> {
  const { store, study, emit } = parts;
  const dense = await store.trials.get(study.id, 0);
  const front = await store.trials.front(study.id);
  const members = [...(dense?.state === 'complete' ? [dense] : []), ...front.filter(({ number }) => number !== 0)];
  const open = members.filter(trial => !isConfirmed(trial)).sort((a, b) => rankOf(a) - rankOf(b));
  if (open.length === 0) return members.length > 0;
  emit({ kind: 'confirm-started', trials: open.map(({ number }) => number) });
  let done = 0;
  for (const trial of open) {
    if (parts.finish.aborted || parts.stop.aborted) return false;
    if (!parts.timeLeft()) {
      const message = `The time is over with ${done} of ${open.length} members confirmed. Run the same command again to go on.`;
      emit({ kind: 'warning', trial: null, message });
      return false;
    }
    const budget = {
      latency: { ...parts.latency, seed: parts.latency.seed + trial.number },
      score: { images: 'confirm', timeoutMs: parts.timeoutMs } as const,
    };
    const correction = await store.trials.correction(trial.id);
    const result = await observe(parts.instruments, trial.assignment, budget, correction);
    if (parts.stop.aborted) return false;
    done++;
    if (result.state !== 'complete') {
      const detail = result.state === 'failed' ? result.detail : 'pruned';
      emit({
        kind: 'warning',
        trial: trial.number,
        message: `Trial ${trial.number} could not be confirmed: ${detail}.`,
      });
      continue;
    }
    await store.queue.confirm(trial.id, result.observations);
    emit(await confirmedEvent(parts, trial, result, { done, total: open.length }));
  }
  return (await store.trials.front(study.id)).every(isConfirmed);
}

/** The dense model, then by error. */
const rankOf = ({ number, values }: CompleteTrial): number => (number === 0 ? -1 : errorOf(values));

const isConfirmed = (trial: CompleteTrial): boolean =>
  trial.observations.filter(({ phase }) => phase === 'confirm').length >= 2;

async function confirmedEvent(
  { store, study }: ConfirmParts,
  trial: CompleteTrial,
  result: Extract<TrialResult, { state: 'complete' }>,
  count: { readonly done: number; readonly total: number },
): Promise<StudyEvent> {
  const latency = result.observations.find(({ kind }) => kind === 'latency');
  const accuracy = result.observations.find(each => each.kind === 'accuracy');
  const dense = await store.trials.get(study.id, 0);
  const seen = dense && seenIn(await store.trials.samples(dense.id), 'confirm');
  const drop = seen && accuracy ? pairedAccuracy(seen.accuracy.correct, accuracy.correct).drop : 0;
  return {
    kind: 'confirmed',
    trial: trial.number,
    ratio: latency?.value ?? Number.NaN,
    interval: latency?.interval ?? [Number.NaN, Number.NaN],
    accuracy: accuracy?.value ?? Number.NaN,
    drop,
    ...count,
  };
}
