/** The factors of every site and method that a space offers, and what their rungs lose; from the cache or computed once in threads. */
import { weightBlock } from '../../decompose/block.ts';
import type { FullFactors, SampledStatistics } from '../../decompose/factorise.ts';
import type { FactorRung, MethodName, Rung } from '../../decompose/method.ts';
import type { LossUnit } from '../../decompose/output-error.ts';
import type { Site } from '../../decompose/site.ts';
import type { CalibrationStatistics } from '../../decompose/statistics.ts';
import { truncationError } from '../../decompose/truncation.ts';
import type { TellStage } from '../../events/stage.ts';
import type { Model } from '../../onnx/graph.ts';
import type { Space } from '../../space/space.ts';
import { openFactorCache } from '../../threads/factor-cache.ts';
import {
  createFactorPool,
  type ErrorsRequest,
  errorName,
  errorsFor,
  type FactorRequest,
  factorName,
  factorsFor,
} from '../../threads/factor-pool.ts';

export type FactorLookup = (site: string, method: MethodName) => FullFactors;

/**
 * What a rung loses, in a unit common to all sites: how far it moves the network's answer (see `outputErrors`). Where
 * that is not known for all of them, it is the squared relative error of the site's output on the calibration images;
 * where there are none, of its weight. Dense loses 0.
 */
export type RungLoss = (site: Site, rung: Rung) => number;

export interface RungLosses {
  readonly loss: RungLoss;
  readonly unit: LossUnit;
  /** The share of the variance of its output that a site gets wrong; null where there are no calibration images. */
  readonly outputError: (site: Site, rung: Rung) => number | null;
}

export interface FactorWatch {
  readonly warn: (message: string) => void;
  readonly stage?: TellStage | undefined;
}

/** @param statistics for data-aware factors, null for plain ones; a site without statistics gets plain ones */
export async function spaceFactors(
  model: Model,
  space: Space,
  statistics: CalibrationStatistics | null,
  watch: FactorWatch,
): Promise<FactorLookup> {
  const requests = factorRequests(model, space, statistics);
  await using pool = createFactorPool();
  const cache = openFactorCache({ onWarning: watch.warn });
  const onProgress = (done: number, total: number): void => watch.stage?.('factors', done, total);
  const found = await factorsFor(requests, pool, cache, { onProgress });
  return lookupIn(found);
}

/** The losses of all rungs of `space`; `factors` are those of `spaceFactors` from the same statistics. */
export async function rungLosses(
  model: Model,
  space: Space,
  statistics: CalibrationStatistics | null,
  factors: FactorLookup,
  { warn, stage }: FactorWatch,
): Promise<RungLosses> {
  const ladders = new Map(space.sites.map(({ site, ladder }) => [site.name, ladder]));
  const requests = factorRequests(model, space, statistics).flatMap(
    ({ site, method, block, seen }): ErrorsRequest[] => {
      const rungs = (ladders.get(site) ?? []).filter(rung => rung.method === method);
      return seen ? [{ site, method, block, seen, rungs, factors: factors(site, method) }] : [];
    },
  );
  await using pool = createFactorPool();
  const onProgress = (done: number, total: number): void => stage?.('losses', done, total);
  const errors = await errorsFor(requests, pool, { onWarning: warn, onProgress });
  const inNats = requests.length > 0 && [...errors.values()].every(({ divergence }) => divergence !== null);
  const weightError = (site: Site, rung: FactorRung): number =>
    truncationError(factors(site.name, rung.method), rung).relative ** 2;
  return {
    loss: (site, rung) => {
      if (rung.method === 'dense') return 0;
      const known = errors.get(errorName(site.name, rung));
      return (inNats ? known?.divergence : known?.relative) ?? weightError(site, rung);
    },
    unit: requests.length === 0 ? 'weights' : inNats ? 'nats' : 'output',
    outputError: (site, rung) => errors.get(errorName(site.name, rung))?.relative ?? null,
  };
}

function factorRequests(model: Model, space: Space, statistics: CalibrationStatistics | null): FactorRequest[] {
  return space.sites.flatMap(({ site, ladder }) => {
    const methods = new Set(ladder.flatMap(({ method }) => (method === 'dense' ? [] : [method])));
    const block = weightBlock(model, site);
    const known = statistics?.sites.get(site.name);
    const seen: SampledStatistics | null =
      statistics && known?.input ? { statistics: known, images: statistics.images } : null;
    return [...methods].map(method => ({ site: site.name, method, block, seen }));
  });
}

const lookupIn =
  (found: ReadonlyMap<string, FullFactors>): FactorLookup =>
  (site, method) => {
    const factors = found.get(factorName(site, method));
    if (!factors) throw new Error(`no factors of ${site} by ${method}`);
    return factors;
  };
