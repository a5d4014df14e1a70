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
import { noisySiteTable, type SweptRung, savedShares, siteTable } from './site-table.ts';
import { type SweepPlace, sweepPlaces } from './sweep-plan.ts';

/** One measurement, without what follows from the space. */
export interface MeasuredRung extends Omit<SweptRung, 'saved'> {
  readonly quality: Quality;
}

/** How much of a sweep is to come: of its measurements, those that the time allows. */
export interface SweepOutlook {
  readonly measurements: number;
  /** All that it would take, of which some may have been measured before. */
  readonly wanted: number;
  /** What these are likely to take. */
  readonly expectedMs: number;
}

export interface SweepParts {
  readonly space: Space;
  readonly instruments: Pick<Instruments, 'device' | 'reference'> & { readonly builder: CandidateBuilder };
  /** Seeds the order of the calls. */
  readonly seed: number;
  readonly patience: QuietPatience;
  readonly quietReferenceMs: QuietTimes;
  /** Of an earlier run; none by default. */
  readonly known?: readonly MeasuredRung[] | undefined;
  /** Milliseconds that the sweep may still take; asked again before every measurement. Without bound by default. */
  readonly leftMs?: (() => number) | undefined;
  /** Told once it is known what a measurement takes; not where latencies are computed. */
  readonly outlook?: (outlook: SweepOutlook) => void;
  readonly progress?: (done: number, total: number) => void;
  /** Told after every measurement, with all there are, so that they can be kept. */
  readonly keep?: (table: SiteTable, rungs: readonly MeasuredRung[]) => Promise<void>;
  /** Aborted to end at once. */
  readonly stop?: AbortSignal;
  /** The clock, in milliseconds. */
  readonly now?: () => number;
}

/** Measurements in all, at most, but for one rung per site: about a second each on a device, next to nothing where computed. */
const measuredAtMost = 100;
const computedAtMost = 400;
/** A single measurement. */
const shortBudget = { halfWidth: 0.005, maxMs: 700, minPairs: 10, sessions: 1 };

export interface Swept {
  /** Null where nothing was measured. */
  readonly table: SiteTable | null;
  readonly rungs: readonly MeasuredRung[];
  /** Measurements of this run, those taken again counted. */
  readonly measured: number;
  /** Rungs that are disturbed still, and rungs that the time did not suffice for. */
  readonly disturbed: number;
  readonly left: number;
}

/**
 * What was measured before is not measured again, unless it was disturbed: that is put right last, and only while the machine is quiet, up
 * to the first that is disturbed once more. A wide interval is honest, and trials tell more than the same measurement on a busy machine.
 *
 * A failure when one measurement failed: the search then goes without a table. A computed latency is taken at its word.
 */
export async function sweepSites(parts: SweepParts): Promise<Swept | Failure> {
  const {
    space,
    instruments,
    progress,
    leftMs = () => Number.POSITIVE_INFINITY,
    now = () => performance.now(),
  } = parts;
  const { exact } = instruments.device;
  const places = sweepPlaces(space, exact ? computedAtMost : measuredAtMost);
  const found = new Map((parts.known ?? []).map(each => [keyOf(each), each]));
  const fresh = places.filter(place => !found.has(keyOf(place)));
  const again = places.filter(place => found.get(keyOf(place))?.quality === 'disturbed');
  let measured = 0;
  const take = async (place: SweepPlace): Promise<Taken | Failure> => {
    if (parts.stop?.aborted) return interruptedSweep;
    const waiting = { waitMs: parts.patience.waitMs(), quietReferenceMs: parts.quietReferenceMs };
    const seed = parts.seed + places.indexOf(place) + 104_729 * (found.has(keyOf(place)) ? 1 : 0);
    const taken = await sweepOne(parts, place, { ...shortBudget, ...waiting, seed });
    if ('state' in taken) return taken;
    measured++;
    if (taken.rung.quality === 'good' || !found.has(keyOf(place))) {
      found.set(keyOf(place), taken.rung);
      const table = tableOf(space, exact, [...found.values()]);
      if (!exact && table) await parts.keep?.(table, [...found.values()]);
    }
    return taken;
  };
  let total = fresh.length;
  for (const [done, place] of fresh.entries()) {
    if (done >= total || leftMs() <= 0) break;
    // With a bound, how many there will be is known after the first.
    if (done > 0 || exact || leftMs() === Number.POSITIVE_INFINITY) progress?.(done, total);
    const beganMs = now();
    const taken = await take(place);
    if ('state' in taken) return taken;
    if (done === 0 && !exact) {
      // Where the others wait as well, the sweep ends with its time; where they do not, they are not given up.
      const eachMs = now() - beganMs - taken.waitedMs;
      total = Math.min(total, 1 + Math.floor(Math.max(0, leftMs()) / Math.max(eachMs, 1)));
      parts.outlook?.({ measurements: total, wanted: places.length, expectedMs: total * eachMs });
    }
  }
  if (fresh.length > 0) progress?.(total, total);
  for (const [done, place] of again.entries()) {
    if (leftMs() <= 0) break;
    const taken = await take(place);
    if ('state' in taken) return taken;
    if (taken.rung.quality === 'disturbed') break;
    progress?.(done + 1, again.length);
  }
  const rungs = [...found.values()];
  return {
    table: tableOf(space, exact, rungs),
    rungs,
    measured,
    disturbed: rungs.filter(({ quality }) => quality === 'disturbed').length,
    left: places.filter(place => !found.has(keyOf(place))).length,
  };
}

const interruptedSweep: Failure = { state: 'failed', reason: 'interrupted', detail: 'the sweep was interrupted' };

const keyOf = ({ site, rung }: Pick<SweepPlace, 'site' | 'rung'>): string => `${site} ${rung}`;

function tableOf(space: Space, exact: boolean, rungs: readonly MeasuredRung[]): SiteTable | null {
  if (rungs.length === 0) return null;
  const shares = savedShares(space);
  const swept = rungs.map(each => ({ ...each, saved: shares[each.site]?.[each.rung] ?? 0 }));
  const sites = new Set(rungs.map(({ site }) => site));
  const whole = space.sites.every(({ ladder }, site) => ladder.length < 2 || sites.has(site));
  if (exact && whole) return siteTable(space, swept);
  return noisySiteTable(
    space,
    swept.map(each => ({ ...each, standardError: Math.max(each.standardError, leastError) })),
  );
}

/** Of what is computed, so that it can be weighed. */
const leastError = 1e-9;

interface Taken {
  readonly rung: MeasuredRung;
  /** Of the time that it took: spent waiting for a quiet machine. */
  readonly waitedMs: number;
}

async function sweepOne(
  { space, instruments: { builder, device, reference }, patience }: SweepParts,
  { site, rung }: SweepPlace,
  budget: LatencyBudget,
): Promise<Taken | Failure> {
  const configuration = denseConfiguration(space).map((dense, i) => (i === site ? rung : dense));
  const built = await builder.write(assignmentOf(space, configuration), 'swept.onnx', null);
  if (built.state === 'failed') return built;
  const latency = await device.latency(built.value, reference, budget);
  if (latency.state === 'failed') return latency;
  const [low, high] = latency.value.interval;
  patience.tell(latency.value.quality);
  const { ratio, quality, conditions } = latency.value;
  return {
    rung: { site, rung, change: ratio - 1, standardError: (high - low) / (2 * z95), quality },
    waitedMs: conditions.waitedMs,
  };
}
