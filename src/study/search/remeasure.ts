/** Latencies that were disturbed, taken again once the machine is quiet: members of the front first. */
import type { LatencyBudget } from '../../device/device.ts';
import type { Emit } from '../../events/event.ts';
import { frontFor } from '../../objectives/front.ts';
import { keepsTo } from '../../objectives/limits.ts';
import { readingsOf, withReadings } from '../../objectives/objectives.ts';
import type { Store } from '../../store/store.ts';
import type { Study } from '../../store/study.ts';
import type { CompleteTrial } from '../../store/trial.ts';
import type { Constraint } from '../../tuner/strategy.ts';
import { isDisturbedIn } from '../measure/latency-quality.ts';
import { type Instruments, take } from '../measure/observe.ts';
import type { QuietPatience } from '../measure/patience.ts';
import { quietReferenceOf } from '../measure/quiet-reference.ts';

export interface RemeasureParts {
  readonly store: Pick<Store, 'queue' | 'trials'>;
  readonly study: Study;
  readonly instruments: Pick<Instruments, 'build' | 'device' | 'reference'>;
  readonly latency: LatencyBudget;
  readonly patience: QuietPatience;
  readonly constraints: readonly Constraint[];
  readonly emit: Emit;
}

/** The dense model first, since all else is measured against it, then the front by number, then the rest. */
export async function disturbedTrials(
  { store, study }: Pick<RemeasureParts, 'store' | 'study'>,
  which: 'front' | 'all',
): Promise<readonly CompleteTrial[]> {
  const front = (await store.trials.front(study.id)).map(({ number }) => number);
  const rankOf = ({ number }: CompleteTrial): number => (number === 0 ? 0 : front.includes(number) ? 1 : 2);
  const complete = (await store.trials.list(study.id, { states: ['complete'] })) as readonly CompleteTrial[];
  return complete
    .filter(trial => isDisturbedIn('search', trial) && (which === 'all' || rankOf(trial) < 2))
    .sort((a, b) => rankOf(a) - rankOf(b) || a.number - b.number);
}

/**
 * Measures until all are good or `goOn` says no; ends at the first that is disturbed once more, since the next would be too.
 * Which trials are on the front changes with every value: it is looked up again each time. Returns how many were put right.
 */
export async function remeasureDisturbed(
  parts: RemeasureParts,
  which: 'front' | 'all',
  goOn: () => boolean,
): Promise<number> {
  let done = 0;
  while (goOn()) {
    const [trial] = await disturbedTrials(parts, which);
    if (!trial || !(await remeasureOne(parts, trial))) return done;
    done++;
  }
  return done;
}

/** Whether it is good now. */
async function remeasureOne(parts: RemeasureParts, trial: CompleteTrial): Promise<boolean> {
  const { store, study, instruments, patience, constraints, emit } = parts;
  const latencyBudget = {
    ...parts.latency,
    seed: parts.latency.seed + trial.number + 104_729 * (trial.revisions.length + 1),
    waitMs: patience.waitMs(),
    quietReferenceMs: await quietReferenceOf(store, study),
  };
  const budget = { latency: latencyBudget, isDense: trial.number === 0 };
  const correction = await store.trials.correction(trial.id);
  const { observations } = await take(instruments, trial.assignment, ['latency'], budget, correction);
  const latency = observations.find(each => each.kind === 'latency');
  if (!latency) return false;
  patience.tell(latency.quality);
  if (latency.quality === 'disturbed') return false;
  const { values, standardErrors } = withReadings(study.objectives, trial, readingsOf([latency]));
  const feasible = trial.number === 0 || keepsTo(constraints, values);
  const again = { observation: latency, values, standardErrors, feasible };
  await store.queue.remeasure(trial.id, again, frontFor(study.objectives));
  emit({
    kind: 'remeasured',
    trial: trial.number,
    ratio: latency.value,
    interval: latency.interval,
    before: trial.observations.find(each => each.kind === 'latency' && each.phase === 'search')?.value ?? Number.NaN,
  });
  return true;
}
