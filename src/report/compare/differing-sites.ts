/** At which sites devices want other ranks. */
import { rungLabel } from '../../decompose/ranks.ts';
import type { FrontPoint } from '../front/front.ts';
import type { DeviceStudy } from './device-study.ts';

export interface DifferingSite {
  readonly site: string;
  /** In the order of the devices: `svd 64`, `dense`; a device without a gain keeps every site dense. */
  readonly rungs: readonly string[];
  /** Places on the ladders, from 0 (cheapest) to 1 (dense). */
  readonly places: readonly number[];
  /** Between the devices, the greatest place less the least. */
  readonly spread: number;
}

/** A device, and the trial to run on it; null for the dense model. */
export interface Chosen {
  readonly study: Pick<DeviceStudy, 'sites' | 'places'>;
  readonly point: Pick<FrontPoint, 'trial' | 'configuration'> | null;
}

/** Sorted by spread, the greatest first; where that is equal in the order of the network. `same`: sites with one rung on all devices. */
export function differingSites(devices: readonly Chosen[]): {
  readonly sites: readonly DifferingSite[];
  readonly same: number;
} {
  const names = [...new Set(devices.flatMap(({ study }) => study.sites))];
  const all = names.map((site): DifferingSite => {
    const rungs = devices.map(({ point }) => rungLabel(point?.configuration[site] ?? { method: 'dense' }));
    const places = devices.map(({ study, point }) => placeOf(study, point?.trial ?? 0, site));
    return { site, rungs, places, spread: Math.max(...places) - Math.min(...places) };
  });
  const differing = all.filter(({ rungs }) => new Set(rungs).size > 1);
  return { sites: differing.sort((a, b) => b.spread - a.spread), same: all.length - differing.length };
}

/** A site that a study does not search stays dense. */
function placeOf({ sites, places }: Chosen['study'], trial: number, site: string): number {
  return places.get(trial)?.[sites.indexOf(site)] ?? 1;
}
