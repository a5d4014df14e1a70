/** What the dense model takes on this device when the machine is quiet, from what the study has seen. */
import { cpus } from 'node:os';
import { median } from '../../stats/robust.ts';
import type { ObservationSummary } from '../../store/observation.ts';
import type { Store } from '../../store/store.ts';
import type { Study } from '../../store/study.ts';
import type { Trial } from '../../store/trial.ts';

type Latency = Extract<ObservationSummary, { kind: 'latency' }>;

/** So many of the latest measurements set it: a machine that has become slower for good is believed after half of them. */
const latest = 15;

/**
 * Milliseconds, the median over the latest measurements of this processor with nothing in their way but perhaps a slow dense model;
 * null before the first.
 */
export function quietReferenceMs(trials: readonly Trial[], cpuModel = cpus()[0]?.model.trim()): number | null {
  const seen = trials
    .flatMap(trial => ('observations' in trial ? trial.observations : []))
    .filter((each): each is Latency => each.kind === 'latency' && each.environment.cpuModel === cpuModel)
    .filter(({ quality, conditions }) =>
      conditions ? conditions.causes.every(({ kind }) => kind === 'slow-reference') : quality === 'good',
    )
    .sort((a, b) => b.storedAtMs - a.storedAtMs)
    .slice(0, latest);
  return seen.length === 0 ? null : median(seen.map(({ referenceMs }) => referenceMs));
}

/** Of a study as it is stored now. */
export const quietReferenceOf = async ({ trials }: Pick<Store, 'trials'>, study: Study): Promise<number | null> =>
  quietReferenceMs(await trials.list(study.id, { states: ['complete'] }));
