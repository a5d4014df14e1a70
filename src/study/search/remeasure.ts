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
import { type QuietWatch, quietWatch } from '../measure/quiet-reference.ts';

export interface RemeasureParts {
  readonly store: Pick<Store, 'queue' | 'trials'>;
  readonly study: Study;
  readonly instruments: Pick<Instruments, 'build' | 'device' | 'reference'>;
  readonly latency: LatencyBudget;
  readonly patience: QuietPatience;
  /** What has been seen of the study already. */
  readonly quiet?: QuietWatch | undefined;
  readonly constraints: readonly Constraint[];
  readonly emit: Emit;
}

type Place = Pick<RemeasureParts, 'store' | 'study'>;

/** By number: the dense model first, since all else is measured against it, then the front, then the rest. */
export async function disturbedTrials(place: Place, which: 'front' | 'all'): Promise<readonly number[]> {
  const onFront = (await disturbedOnFront(place)).map(({ number }) => number);
  return which === 'front' ? onFront : [...onFront, ...(await disturbedBut(place, onFront))];
}

/** Reads the front, and nothing else, however many trials there are. */
async function disturbedOnFront({ store, study }: Place): Promise<readonly CompleteTrial[]> {
  const dense = await store.trials.get(study.id, 0);
  const members = (await store.trials.front(study.id)).filter(({ number }) => number !== 0);
  return [...(dense?.state === 'complete' ? [dense] : []), ...members].filter(trial => isDisturbedIn('search', trial));
}

/** Looks through the whole study. */
async function disturbedBut({ store, study }: Place, known: readonly number[]): Promise<number[]> {
  const seen = await store.trials.observations(study.id);
  return [...seen].flatMap(([number, observations]) =>
    isDisturbedIn('search', { observations }) && !known.includes(number) ? [number] : [],
  );
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
  const rest: number[] = [];
  let done = 0;
  while (goOn()) {
    const [member] = await disturbedOnFront(parts);
    const trial = member ?? (which === 'all' ? await nextOf(parts, rest) : null);
    if (!trial || !(await remeasureOne(parts, trial))) return done;
    done++;
  }
  return done;
}

/**
 * The next that is disturbed still; null for none.
 *
 * @param rest numbers that were disturbed at the latest look through the study, which is taken again when they are used up
 */
async function nextOf(place: Place, rest: number[]): Promise<CompleteTrial | null> {
  const fresh = rest.length === 0;
  if (fresh) rest.push(...(await disturbedBut(place, [])));
  for (let number = rest.shift(); number !== undefined; number = rest.shift()) {
    const trial = await place.store.trials.get(place.study.id, number);
    if (trial?.state === 'complete' && isDisturbedIn('search', trial)) return trial;
  }
  return fresh ? null : nextOf(place, rest);
}

/** Whether it is good now. */
async function remeasureOne(parts: RemeasureParts, trial: CompleteTrial): Promise<boolean> {
  const { store, study, instruments, patience, constraints, emit } = parts;
  const latencyBudget = {
    ...parts.latency,
    seed: parts.latency.seed + trial.number + 104_729 * (trial.revisions.length + 1),
    waitMs: patience.waitMs(),
    quietReferenceMs: await (parts.quiet ?? quietWatch(store, study)).times(),
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
