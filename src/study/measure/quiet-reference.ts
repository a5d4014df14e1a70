/** What the dense model takes when the machine is quiet, from what the study has seen. */
import type { QuietTimes } from '../../device/device.ts';
import { median } from '../../stats/robust.ts';
import type { ObservationSummary } from '../../store/observation.ts';
import type { Store } from '../../store/store.ts';
import type { Study } from '../../store/study.ts';
import type { Trial } from '../../store/trial.ts';

type Latency = Extract<ObservationSummary, { kind: 'latency' }>;

/** So many of the latest measurements set it: a machine that has become slower for good is believed after half of them. */
const latest = 15;

/** How long the dense model took somewhere with nothing in the way. */
interface QuietTime {
  readonly cpuModel: string;
  readonly storedAtMs: number;
  readonly referenceMs: number;
}

const isLatency = (each: ObservationSummary): each is Latency => each.kind === 'latency';

/** Those with nothing in their way but perhaps a slow dense model. */
const quietIn = (observations: readonly ObservationSummary[]): QuietTime[] =>
  observations
    .filter(isLatency)
    .filter(({ quality, conditions }) =>
      conditions ? conditions.causes.every(({ kind }) => kind === 'slow-reference') : quality === 'good',
    )
    .map(({ environment, storedAtMs, referenceMs, conditions }) => ({
      cpuModel: environment.cpuModel,
      storedAtMs,
      referenceMs: conditions?.referenceMedianMs ?? referenceMs,
    }));

/**
 * By the processor that measured, which may be elsewhere: the median over its latest measurements with nothing in their way but perhaps a
 * slow dense model. A processor without such a measurement is not there.
 */
export const quietTimes = (trials: readonly Trial[]): QuietTimes =>
  mediansOf(trials.map(trial => ('observations' in trial ? quietIn(trial.observations) : [])));

/** @param byTrial in the order of their numbers */
function mediansOf(byTrial: Iterable<readonly QuietTime[]>): QuietTimes {
  const byProcessor = new Map<string, QuietTime[]>();
  for (const times of byTrial) {
    for (const time of times) {
      const newest = byProcessor.get(time.cpuModel) ?? [];
      byProcessor.set(time.cpuModel, newest);
      const place = newest.findIndex(each => each.storedAtMs < time.storedAtMs);
      if (place < 0) newest.push(time);
      else newest.splice(place, 0, time);
      newest.length = Math.min(newest.length, latest);
    }
  }
  return Object.fromEntries(
    [...byProcessor].map(([cpuModel, of]) => [cpuModel, median(of.map(({ referenceMs }) => referenceMs))]),
  );
}

/** Looks at a study again and again: what it has seen is kept, so that a look reads what is new. */
export interface QuietWatch {
  times(): Promise<QuietTimes>;
  /** Reads a trial again that was confirmed meanwhile; what is finished or measured again is seen without being told. */
  confirmed(number: number): Promise<void>;
}

export function quietWatch({ trials }: Pick<Store, 'trials'>, study: Study): QuietWatch {
  let seen: Map<number, readonly QuietTime[]> | null = null;
  let cursor = 0;
  const first = async (): Promise<Map<number, readonly QuietTime[]>> => {
    // In this order: what is finished between the two is read once more.
    for (const { finishedSequence } of await trials.figures(study.id)) cursor = Math.max(cursor, finishedSequence);
    return new Map(
      [...(await trials.observations(study.id))].map(([number, observations]) => [number, quietIn(observations)]),
    );
  };
  const look = async (): Promise<Map<number, readonly QuietTime[]>> => {
    seen ??= await first();
    for (const trial of await trials.list(study.id, { states: ['complete'], finishedAfter: cursor })) {
      if (trial.state !== 'complete') continue;
      seen.set(trial.number, quietIn(trial.observations));
      cursor = Math.max(cursor, trial.finishedSequence, trial.revisions.at(-1)?.replacedAt ?? 0);
    }
    return seen;
  };
  return {
    times: async () => mediansOf((await look()).values()),
    confirmed: async number => {
      const trial = await trials.get(study.id, number);
      if (trial?.state === 'complete') seen?.set(number, quietIn(trial.observations));
    },
  };
}

/** Of a study as it is stored now. */
export const quietReferenceOf = (store: Pick<Store, 'trials'>, study: Study): Promise<QuietTimes> =>
  quietWatch(store, study).times();
