/** From what is asked for at a site to the rungs it gets. */
import { type FactorRung, type MethodName, type Rung, rungOf } from '../decompose/method.ts';
import { methods } from '../decompose/methods/methods.ts';
import { fullRank, rungLabel, rungMacs } from '../decompose/ranks.ts';
import type { Site } from '../decompose/site.ts';
import type { SiteEntry } from './schema.ts';

/** Of the methods that pay at the site, the one that goes before the others: see `precedence` in the records. */
export function defaultMethod(site: Site): MethodName {
  const paying = methods.filter(({ name }) => site.methods.includes(name));
  return paying.toSorted((a, b) => a.precedence - b.precedence)[0]?.name ?? methods[0].name;
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
export function requestedRungs(site: Site, method: MethodName, entry: SiteEntry, granularity: number): Rung[] {
  if (entry.ladder) return entry.ladder.flatMap(rank => explicitRung(site, method, rank));
  const step = rankStep(site, granularity);
  if (entry.costs) return affordableRungs(site, method, entry.costs, step);
  const limits = limitsOf(site, method);
  const fractions = entry.fractions ?? [];
  const asked =
    entry.tucker === 'untied' ? tuples(fractions, limits.length) : fractions.map(each => limits.map(() => each));
  return asked.map(parts => rungFrom(method, (full, i) => snapped((parts[i] ?? 1) * full, step, full), limits));
}

/** All ways to choose `count` of `values` in turn, the last of them changing fastest. */
const tuples = (values: readonly number[], count: number): number[][] =>
  count === 0 ? [[]] : tuples(values, count - 1).flatMap(before => values.map(value => [...before, value]));

/** The full rank as a list: one number, or as many as the method has ranks. */
const limitsOf = (site: Site, method: MethodName): readonly number[] => [fullRank(site, method)].flat();

/** @param rankOf the rank for each of the limits */
function rungFrom(
  method: MethodName,
  rankOf: (full: number, i: number) => number,
  limits: readonly number[],
): FactorRung {
  const [first = 1, second] = limits.map(rankOf);
  return rungOf(method, second === undefined ? first : [first, second]);
}

/** Of each share of the dense cost the greatest rank that costs no more, where there is one; small layers get finer steps, as in `snapped`. */
function affordableRungs(site: Site, method: MethodName, costs: readonly number[], step: number): Rung[] {
  const full = Math.max(...limitsOf(site, method));
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

/** Of several tied ranks `rank` is the greatest, and the others the same share of their own full rank; null beyond full rank. */
export function tiedRung(site: Site, method: MethodName, rank: number, step: number): Rung | null {
  const limits = limitsOf(site, method);
  const share = rank / Math.max(...limits);
  if (share > 1) return null;
  return rungFrom(method, full => Math.min(full, Math.max(step, Math.round((share * full) / step) * step)), limits);
}

/** One number stands for all ranks of a method, where there are several each at most its full rank; a pair is for methods with two. */
function explicitRung(site: Site, method: MethodName, rank: number | readonly [number, number]): Rung[] {
  const limits = limitsOf(site, method);
  if (typeof rank === 'number')
    return [limits.length === 1 ? rungOf(method, rank) : rungFrom(method, full => Math.min(rank, full), limits)];
  return limits.length === rank.length ? [rungOf(method, rank)] : [];
}

function withinFullRank(site: Site, { method, rank }: FactorRung): boolean {
  const limits = limitsOf(site, method);
  return [rank].flat().every((each, i) => each <= (limits[i] ?? 0));
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
