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

/**
 * By the processor that measured, which may be elsewhere: the median over its latest measurements with nothing in their way but perhaps a
 * slow dense model. A processor without such a measurement is not there.
 */
export function quietTimes(trials: readonly Trial[]): QuietTimes {
  const seen = trials
    .flatMap(trial => ('observations' in trial ? trial.observations : []))
    .filter((each): each is Latency => each.kind === 'latency')
    .filter(({ quality, conditions }) =>
      conditions ? conditions.causes.every(({ kind }) => kind === 'slow-reference') : quality === 'good',
    )
    .sort((a, b) => b.storedAtMs - a.storedAtMs);
  const byProcessor = Map.groupBy(seen, ({ environment }) => environment.cpuModel);
  return Object.fromEntries(
    [...byProcessor].map(([cpuModel, of]) => [
      cpuModel,
      median(of.slice(0, latest).map(({ referenceMs }) => referenceMs)),
    ]),
  );
}

/** Of a study as it is stored now. */
export const quietReferenceOf = async ({ trials }: Pick<Store, 'trials'>, study: Study): Promise<QuietTimes> =>
  quietTimes(await trials.list(study.id, { states: ['complete'] }));
