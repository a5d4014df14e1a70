/** A trial of a shared study in the hands of one worker: what its roles allow is done, and the rest handed on. */
import type { LatencyBudget } from '../../device/device.ts';
import type { FailureReason } from '../../errors/failure.ts';
import { stationOf } from '../../fleet/queues.ts';
import type { Outcome } from '../../fleet/worker.ts';
import type { MeasuredBy } from '../../host/environment.ts';
import { frontFor } from '../../objectives/front.ts';
import { constraintsOf, keepsTo } from '../../objectives/limits.ts';
import type { Kind } from '../../objectives/objective.ts';
import { kindsOf } from '../../objectives/objectives.ts';
import { type Held, type Partial, type Role, roles } from '../../store/fleet.ts';
import type { Observation, StoredObservation } from '../../store/observation.ts';
import type { Store } from '../../store/store.ts';
import type { Study } from '../../store/study.ts';
import type { StageTimes } from '../../store/trial.ts';
import type { Constraint } from '../../tuner/strategy.ts';
import { type Instruments, resultOf, type Taken, take } from '../measure/observe.ts';
import type { QuietPatience } from '../measure/patience.ts';
import type { QuietWatch } from '../measure/quiet-reference.ts';
import { scoreTimeoutMs } from '../measure/run-budget.ts';
import { denseFigures, latestLimits } from '../propose/stored-setup.ts';
import { stoppingFor } from './stopping.ts';

/** What a worker works on a study with. */
export interface Workshop {
  readonly store: Pick<Store, 'trials' | 'tuning'>;
  readonly study: Study;
  readonly instruments: Pick<Instruments, 'build' | 'device' | 'reference' | 'uncorrected'> &
    globalThis.Partial<Pick<Instruments, 'scorer'>>;
  readonly latency: LatencyBudget;
  readonly patience: QuietPatience;
  readonly quiet: QuietWatch;
  readonly roles: readonly Role[];
  /** Who measures, as every observation says. */
  readonly by: MeasuredBy;
}

/** Who measures what. */
const roleOf: Readonly<Record<Kind, Role>> = {
  size: 'build',
  memory: 'latency',
  latency: 'latency',
  accuracy: 'accuracy',
};

/** @param earlier what others found of it; null where this is the beginning */
export async function perform(shop: Workshop, held: Held, earlier: Partial | null): Promise<Outcome> {
  const { study, instruments, latency, patience, quiet } = shop;
  const { trial, station } = held;
  // A device of another class has no say in a study's latencies.
  const able = station.deviceClass === shop.by.deviceClass ? shop.roles : shop.roles.filter(role => role !== 'latency');
  const mine = inARow(station.role, able);
  const kinds = kindsOf(study.objectives).filter(kind => mine.includes(roleOf[kind]));
  const constraints = trial.number === 0 ? [] : await constraintsNow(shop);
  const front = await shop.store.trials.front(study.id);
  const taken = await take(
    instruments,
    trial.assignment,
    kinds,
    {
      latency: {
        ...latency,
        waitMs: patience.waitMs(),
        quietReferenceMs: await quiet.times(),
        seed: study.seed + trial.number,
      },
      score: { images: 'proxy', timeoutMs: scoreTimeoutMs },
      dense: trial.number === 0 ? [] : await denseSamples(shop),
      earlier: earlier?.observations,
      stopping: station.pruning && trial.number > 0 ? stoppingFor(study.objectives, front, constraints) : undefined,
    },
    earlier?.correction,
  );
  if (taken.failure) return failed(shop, held, taken, earlier);
  const found = withNames(taken, earlier, shop.by);
  if (earlier && taken.candidate?.sha256 !== earlier.modelSha256)
    return { kind: 'out', why: otherBytes(trial.number), again: false };
  const fresh = found.observations.find(each => each.kind === 'latency');
  if (fresh?.kind === 'latency' && mine.includes('latency')) patience.tell(fresh.quality);
  // Beside other work, a slow dense model says nothing of the device.
  const good = mine.includes('latency') && fresh?.kind === 'latency' && fresh.quality === 'good';
  const denseMs = good ? fresh.referenceMs : null;
  const last = mine.at(-1) ?? station.role;
  const next = roles[roles.indexOf(last) + 1];
  if (next)
    return { kind: 'handed-over', partial: partialOf(found), next: stationOf(next, study.id, station), denseMs };
  const result = resultOf(found, study.objectives);
  // Limits may have been set anew while it was measured.
  const limits = trial.number === 0 ? [] : await constraintsNow(shop);
  return {
    kind: 'finished',
    result: result.state === 'complete' ? { ...result, feasible: keepsTo(limits, result.values) } : result,
    frontOf: frontFor(study.objectives),
    denseMs,
  };
}

/** What one does from `first` on without handing it over. */
function inARow(first: Role, able: readonly Role[]): readonly Role[] {
  const rest = roles.slice(roles.indexOf(first));
  const end = rest.findIndex(role => !able.includes(role));
  return end < 0 ? rest : rest.slice(0, end);
}

/** Reasons that lie with the place; a trial is not to blame. */
const ofThePlace: ReadonlySet<FailureReason> = new Set(['disk-full', 'unreachable']);

/** Before a failure is the candidate's, the device shows that it still runs the dense model. */
async function failed(shop: Workshop, held: Held, taken: Taken, earlier: Partial | null): Promise<Outcome> {
  const { failure } = taken;
  if (!failure || failure.reason === 'interrupted') return { kind: 'given-back', loss: null };
  if (ofThePlace.has(failure.reason)) return { kind: 'out', why: failure.detail, again: true };
  const ofDevice = taken.candidate !== null && !taken.observations.some(({ kind }) => kind === 'latency');
  if (ofDevice) {
    const { device, reference } = shop.instruments;
    const dense = await device.latency(reference, reference, { ...shop.latency, maxMs: 1000, sessions: 1, waitMs: 0 });
    if (dense.state === 'failed')
      return { kind: 'out', why: `the dense model fails here: ${dense.detail}`, again: false };
  }
  // Without the dense model nothing can be compared: another worker is to try.
  if (held.trial.number === 0)
    return { kind: 'out', why: `the dense model could not be measured: ${failure.detail}`, again: true };
  return {
    kind: 'finished',
    result: resultOf(withNames(taken, earlier, shop.by), shop.study.objectives),
    frontOf: frontFor(shop.study.objectives),
    denseMs: null,
  };
}

/** With the times of the stages of all who worked on it; what is new says who measured it. */
function withNames(taken: Taken, earlier: Partial | null, by: MeasuredBy): Taken {
  const known = new Set<Observation>(earlier?.observations ?? []);
  const stages = Object.fromEntries(
    Object.entries(taken.stages).map(([stage, ms]) => [
      stage,
      ms ?? earlier?.stages[stage as keyof StageTimes] ?? null,
    ]),
  ) as unknown as StageTimes;
  const observations = taken.observations.map(each =>
    known.has(each) ? each : { ...each, environment: { ...each.environment, measuredBy: by } },
  );
  return { ...taken, stages: { ...earlier?.stages, ...stages }, observations };
}

function partialOf({ candidate, stages, observations }: Taken): Partial {
  if (!candidate) throw new Error('what was built has a candidate');
  const { sha256, macs, params, correction } = candidate;
  return { modelSha256: sha256, macs, params, correction, stages, observations };
}

const otherBytes = (number: number): string =>
  `trial ${number} is another file when it is built here: the statistics that its factors follow from are rounded otherwise`;

async function constraintsNow({ store, study }: Workshop): Promise<readonly Constraint[]> {
  return constraintsOf(study.objectives, await latestLimits(store, study), await denseFigures(store, study));
}

async function denseSamples({ store, study }: Workshop): Promise<readonly StoredObservation[]> {
  const dense = await store.trials.get(study.id, 0);
  if (dense?.state !== 'complete') return [];
  return (await store.trials.samples(dense.id)).filter(({ phase }) => phase === 'search');
}
