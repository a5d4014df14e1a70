/** One short paired sweep on the device: what every site changes in the latency by itself, at a few of its rungs. */
import type { LatencyBudget, QuietTimes } from '../../device/device.ts';
import type { Failure } from '../../errors/failure.ts';
import { assignmentOf, denseConfiguration } from '../../space/configuration.ts';
import type { Space } from '../../space/space.ts';
import { z95 } from '../../stats/normal.ts';
import type { Quality } from '../../stats/quality.ts';
import type { SiteTable } from '../../tuner/prior.ts';
import type { CandidateBuilder } from '../build/candidate.ts';
import type { Instruments } from '../measure/observe.ts';
import type { QuietPatience } from '../measure/patience.ts';
import { drawnTogether, type SweptRung, savedShares, siteTable } from './site-table.ts';

export interface SweepParts {
  readonly space: Space;
  readonly instruments: Pick<Instruments, 'device' | 'reference'> & { readonly builder: CandidateBuilder };
  /** Seeds the order of the calls. */
  readonly seed: number;
  readonly patience: QuietPatience;
  readonly quietReferenceMs: QuietTimes;
  readonly progress?: (done: number, total: number) => void;
  /** Aborted to end at once. */
  readonly stop?: AbortSignal;
}

/** Measurements in all, at most, but for one rung per site: about a second each on a device, next to nothing where computed. */
const measuredAtMost = 100;
const computedAtMost = 400;
/** A single measurement. */
const shortBudget = { halfWidth: 0.005, maxMs: 700, minPairs: 10, sessions: 1 };

export interface Swept {
  readonly table: SiteTable;
  /** Measurements that were disturbed, of how many. */
  readonly disturbed: number;
  readonly measured: number;
}

/** A failure when one measurement failed: the search then goes without a table. A computed latency is taken at its word. */
export async function sweepSites(parts: SweepParts): Promise<Swept | Failure> {
  const { space, instruments, progress, stop } = parts;
  const { exact } = instruments.device;
  const places = sweepPlaces(space, exact ? computedAtMost : measuredAtMost);
  const swept: (SweptRung & { readonly quality: Quality })[] = [];
  for (const [done, place] of places.entries()) {
    progress?.(done, places.length);
    if (stop?.aborted) return { state: 'failed', reason: 'interrupted', detail: 'the sweep was interrupted' };
    const waiting = { waitMs: parts.patience.waitMs(), quietReferenceMs: parts.quietReferenceMs };
    const found = await sweepOne(parts, place, { ...shortBudget, ...waiting, seed: parts.seed + done });
    if ('state' in found) return found;
    swept.push(found);
  }
  progress?.(places.length, places.length);
  return {
    table: siteTable(space, exact ? swept : drawnTogether(swept)),
    disturbed: swept.filter(({ quality }) => quality === 'disturbed').length,
    measured: swept.length,
  };
}

async function sweepOne(
  { space, instruments: { builder, device, reference }, patience }: SweepParts,
  { site, rung, saved }: Omit<SweptRung, 'change' | 'standardError'>,
  budget: LatencyBudget,
): Promise<(SweptRung & { readonly quality: Quality }) | Failure> {
  const configuration = denseConfiguration(space).map((dense, i) => (i === site ? rung : dense));
  const built = await builder.write(assignmentOf(space, configuration), 'swept.onnx', null);
  if (built.state === 'failed') return built;
  const latency = await device.latency(built.value, reference, budget);
  if (latency.state === 'failed') return latency;
  const [low, high] = latency.value.interval;
  patience.tell(latency.value.quality);
  const { ratio, quality } = latency.value;
  return { site, rung, saved, change: ratio - 1, standardError: (high - low) / (2 * z95), quality };
}

/** The cheapest rung of every site, and as many evenly spread between it and dense as the number of measurements allows. */
function sweepPlaces(space: Space, atMost: number): Omit<SweptRung, 'change' | 'standardError'>[] {
  const movable = space.sites.filter(({ ladder }) => ladder.length > 1).length;
  const perSite = Math.max(1, Math.floor(atMost / Math.max(1, movable)));
  return savedShares(space).flatMap((shares, site) => {
    const dense = shares.length - 1;
    const count = Math.min(perSite, dense);
    const rungs = Array.from({ length: count }, (_, i) => Math.round((i * dense) / count));
    return shares.flatMap((saved, rung) => (rungs.includes(rung) ? [{ site, rung, saved }] : []));
  });
}
