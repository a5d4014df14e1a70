/** The same network on several devices: what each takes, what each gains within a drop, and where their ranks differ. */
import type { Interval } from '../../events/event.ts';
import { energyPerMillion, energyPerMillionOf, pricePerMillion } from '../../money/per-million.ts';
import type { FrontPoint } from '../front/front.ts';
import { type Gain, gainOf } from '../front/gain.ts';
import { basisNotes } from './basis.ts';
import type { DeviceStudy } from './device-study.ts';
import { type DifferingSite, differingSites } from './differing-sites.ts';

/** Of one model on one device; what is not known is null. */
export interface Expense {
  readonly latencyMs: number;
  /** 95 %; the dense model's own milliseconds have none. */
  readonly latencyMsCi: Interval | null;
  readonly pricePerMillion: number | null;
  readonly kwhPerMillion: number | null;
}

export interface ComparedDevice {
  readonly study: DeviceStudy;
  readonly gain: Gain;
  readonly dense: Expense;
  /** What is known to be faster within the drop; null where the dense model is what to run. */
  readonly point: FrontPoint | null;
  readonly candidate: Expense | null;
  /** Whether the energy was measured by the driver, or follows from the power that the profile states. */
  readonly energyBy: 'measured' | 'stated' | null;
}

export interface Comparison {
  /** A share: 0.01 is one point of accuracy. */
  readonly maxDrop: number;
  readonly devices: readonly ComparedDevice[];
  /** Those that differ most first. */
  readonly sites: readonly DifferingSite[];
  /** Sites at which all devices have the same rung. */
  readonly sameSites: number;
  /** What else differs between the studies, a sentence each. */
  readonly notes: readonly string[];
}

/**
 * @param studies of one network, at least two
 * @throws UserError where their networks differ
 */
export function comparison(studies: readonly DeviceStudy[], maxDrop: number): Comparison {
  const notes = basisNotes(studies);
  const devices = studies.map(study => comparedDevice(study, maxDrop));
  const { sites, same } = differingSites(devices);
  return { maxDrop, devices, sites, sameSites: same, notes };
}

function comparedDevice(study: DeviceStudy, maxDrop: number): ComparedDevice {
  const { report, device, energy } = study;
  const gain = gainOf(report, maxDrop);
  const point = gain.kind === 'gained' ? gain.point : null;
  const denseMs = report.best.find(({ trial }) => trial === 0)?.latencyMs ?? report.dense.latencyMs;
  const measured = energy.get(point?.trial ?? 0);
  const expense = (latencyMs: number, latencyMsCi: Interval | null, joules: number | undefined): Expense => ({
    latencyMs,
    latencyMsCi,
    pricePerMillion:
      device.pricePerHour === null ? null : pricePerMillion(device.pricePerHour, latencyMs, device.batch),
    kwhPerMillion:
      joules !== undefined
        ? energyPerMillionOf(joules, device.batch)
        : device.powerWatts === null
          ? null
          : energyPerMillion(device.powerWatts, latencyMs, device.batch),
  });
  return {
    study,
    gain,
    dense: expense(denseMs, null, measured?.referenceJoules),
    point,
    candidate:
      point &&
      expense(
        denseMs / point.speedup,
        [denseMs / point.speedupCi[1], denseMs / point.speedupCi[0]],
        measured?.candidateJoules,
      ),
    energyBy: measured ? 'measured' : device.powerWatts === null ? null : 'stated',
  };
}
