/** From what is asked for at a site to the rungs it gets. */
import type { FactorMethod, Rung } from '../decompose/method.ts';
import { fullRank, rungLabel, rungMacs } from '../decompose/ranks.ts';
import type { Site } from '../decompose/site.ts';
import type { SiteEntry } from './schema.ts';

/**
 * `spatial` for k x k convolutions, where at equal cost it loses least (half the multiply-accumulates of a 3 x 3 layer cost
 * it 0.065 of relative output error with plain factors, and 0.182 for `svd` along the output unfolding); `tucker2` where
 * that cannot pay; `svd` for matrices.
 */
export function defaultMethod(site: Site): FactorMethod {
  const preferred: readonly FactorMethod[] = ['spatial', 'tucker2', 'input', 'svd'];
  return preferred.find(method => site.methods.includes(method)) ?? 'svd';
}

/**
 * The smallest step of a rank: ranks count per group, and the channels of all groups together are to be a multiple of the
 * granularity.
 */
export function rankStep(site: Site, granularity: number): number {
  return granularity / greatestCommonDivisor(granularity, site.groups);
}

/** The rungs of `candidates` that cost less than dense, each once, ascending in cost, and dense at the end. */
export function ladderOf(site: Site, candidates: readonly Rung[]): Rung[] {
  const cheaper = new Map<string, Rung>();
  for (const rung of candidates) {
    if (rung.method !== 'dense' && withinFullRank(site, rung) && rungMacs(site, rung) < site.macs) {
      cheaper.set(rungLabel(rung), rung);
    }
  }
  const sorted = [...cheaper.values()].sort((a, b) => rungMacs(site, a) - rungMacs(site, b));
  return [...sorted, { method: 'dense' }];
}

/** What an entry of the search space asks for at one site, with one of its methods. */
export function requestedRungs(site: Site, method: FactorMethod, entry: SiteEntry, granularity: number): Rung[] {
  if (entry.ladder) return entry.ladder.flatMap(rank => explicitRung(site, method, rank));
  const step = rankStep(site, granularity);
  if (entry.costs) return affordableRungs(site, method, entry.costs, step);
  const fractions = entry.fractions ?? [];
  if (method !== 'tucker2') {
    const full = fullRank(site, method);
    return fractions.map(fraction => ({ method, rank: snapped(fraction * full, step, full) }));
  }
  const [fullIn, fullOut] = fullRank(site, method);
  const rung = (input: number, output: number): Rung => ({
    method,
    rank: [snapped(input * fullIn, step, fullIn), snapped(output * fullOut, step, fullOut)],
  });
  if (entry.tucker !== 'untied') return fractions.map(fraction => rung(fraction, fraction));
  return fractions.flatMap(input => fractions.map(output => rung(input, output)));
}

/** Of each share of the dense cost the greatest rank that costs no more, where there is one; small layers get finer steps, as in `snapped`. */
function affordableRungs(site: Site, method: FactorMethod, costs: readonly number[], step: number): Rung[] {
  const full = Math.max(...[fullRank(site, method)].flat());
  let fine = step;
  while (fine > 1 && fine > full / 8) fine = Math.floor(fine / 2);
  const offered: Rung[] = [];
  for (let rank = fine; ; rank += fine) {
    const rung = tiedRung(site, method, rank, fine);
    if (!rung) break;
    offered.push(rung);
  }
  return costs.flatMap(share => offered.findLast(rung => rungMacs(site, rung) <= share * site.macs) ?? []);
}

/** For tied Tucker ranks `rank` is the greater one, and the other the same share of its own full rank; null beyond full rank. */
export function tiedRung(site: Site, method: FactorMethod, rank: number, step: number): Rung | null {
  if (method !== 'tucker2') return rank <= fullRank(site, method) ? { method, rank } : null;
  const [fullIn, fullOut] = fullRank(site, method);
  const share = rank / Math.max(fullIn, fullOut);
  if (share > 1) return null;
  const part = (full: number): number => Math.min(full, Math.max(step, Math.round((share * full) / step) * step));
  return { method, rank: [part(fullIn), part(fullOut)] };
}

/** One number for `tucker2` stands for both ranks, each at most its full rank; a pair is for `tucker2` alone. */
function explicitRung(site: Site, method: FactorMethod, rank: number | readonly [number, number]): Rung[] {
  if (method !== 'tucker2') return typeof rank === 'number' ? [{ method, rank }] : [];
  if (typeof rank !== 'number') return [{ method, rank }];
  const [fullIn, fullOut] = fullRank(site, method);
  return [{ method, rank: [Math.min(rank, fullIn), Math.min(rank, fullOut)] }];
}

function withinFullRank(site: Site, rung: Exclude<Rung, { method: 'dense' }>): boolean {
  if (rung.method !== 'tucker2') return rung.rank <= fullRank(site, rung.method);
  const [fullIn, fullOut] = fullRank(site, 'tucker2');
  return rung.rank[0] <= fullIn && rung.rank[1] <= fullOut;
}

/**
 * The multiple of `step` nearest to `rank`, at least one step. In a layer too small for that, where one step is more than
 * half of the full rank, the step is halved until it is not, since there would be no rung otherwise.
 */
export function snapped(rank: number, step: number, full: number): number {
  let fine = step;
  while (fine > 1 && fine > full / 2) fine = Math.floor(fine / 2);
  return Math.min(full, Math.max(fine, Math.round(rank / fine) * fine));
}

function greatestCommonDivisor(a: number, b: number): number {
  return b === 0 ? a : greatestCommonDivisor(b, a % b);
}
