/** A comparison for programs: JSON, and one row per device as CSV. */
import type { Interval } from '../../events/event.ts';
import { csv } from '../csv.ts';
import { sourceOf } from '../front/effective-front.ts';
import type { ComparedDevice, Comparison, Expense } from './comparison.ts';

export interface CompareRecord {
  readonly maxDrop: number;
  readonly devices: readonly DeviceRecord[];
  readonly sites: Comparison['sites'];
  readonly sameSites: number;
  readonly notes: readonly string[];
}

interface DeviceRecord {
  readonly study: string;
  readonly device: string;
  readonly runtime: string;
  readonly batch: number;
  /** Whether latencies are computed from a model of the device, and not measured. */
  readonly computed: boolean;
  readonly gain: ComparedDevice['gain']['kind'];
  readonly figures: ReturnType<typeof sourceOf>;
  readonly dense: Expense;
  /** Null where the dense model is what to run. */
  readonly factorised:
    | (Expense & {
        readonly trial: number;
        readonly confirmed: boolean;
        readonly speedup: number;
        readonly speedupCi: Interval;
        /** Positive for a gain. */
        readonly change: number;
        readonly changeCi: Interval;
      })
    | null;
  readonly energyBy: ComparedDevice['energyBy'];
}

export const compareRecord = ({ devices, ...rest }: Comparison): CompareRecord => ({
  ...rest,
  devices: devices.map(deviceRecord),
});

export const compareJson = (comparison: Comparison): string => JSON.stringify(compareRecord(comparison), null, 2);

function deviceRecord({ study, gain, dense, point, candidate, energyBy }: ComparedDevice): DeviceRecord {
  const { drop, halfWidth } = point?.judged ?? { drop: 0, halfWidth: 0 };
  return {
    study: study.name,
    device: study.device.name,
    runtime: study.device.words,
    batch: study.device.batch,
    computed: study.report.device?.computed ?? false,
    gain: gain.kind,
    figures: sourceOf(point ? [point] : []),
    dense,
    factorised:
      point && candidate
        ? {
            trial: point.trial,
            confirmed: point.confirmed,
            speedup: point.speedup,
            speedupCi: point.speedupCi,
            change: drop === 0 ? 0 : -drop,
            changeCi: [-(drop + halfWidth), halfWidth - drop],
            ...candidate,
          }
        : null,
    energyBy,
  };
}

/** One row per device; an empty field is not known. */
export const compareCsv = (comparison: Comparison): string => {
  const cell = (value: number | null | undefined): string | number => value ?? '';
  return csv([
    [
      ...['study', 'device', 'runtime', 'batch', 'gain', 'trial', 'confirmed', 'dense_ms', 'ms', 'ms_low', 'ms_high'],
      ...['speedup', 'speedup_low', 'speedup_high', 'change', 'change_low', 'change_high'],
      ...['dense_price_per_million', 'price_per_million', 'dense_kwh_per_million', 'kwh_per_million', 'energy_by'],
    ],
    ...compareRecord(comparison).devices.map(({ factorised: fast, dense, ...device }) => [
      ...[device.study, device.device, device.runtime, device.batch, device.gain, fast?.trial ?? 0],
      ...[fast?.confirmed ?? '', dense.latencyMs, cell(fast?.latencyMs)],
      ...(fast?.latencyMsCi ?? ['', '']),
      ...[cell(fast?.speedup), ...(fast?.speedupCi ?? ['', '']), cell(fast?.change), ...(fast?.changeCi ?? ['', ''])],
      ...[cell(dense.pricePerMillion), cell(fast?.pricePerMillion)],
      ...[cell(dense.kwhPerMillion), cell(fast?.kwhPerMillion), device.energyBy ?? ''],
    ]),
  ]);
};
