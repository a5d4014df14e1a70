/** A search space as written, applied to the sites of a model. */
import { nodesOf } from '../decompose/dense-node.ts';
import { type MethodName, methodNames } from '../decompose/method.ts';
import { methodOf } from '../decompose/methods/methods.ts';
import type { RejectedNode, Site } from '../decompose/site.ts';
import { UserError } from '../errors/user-error.ts';
import { nearest } from '../units/nearest.ts';
import { globTest } from './glob.ts';
import { defaultMethod, ladderOf, requestedRungs } from './ladder.ts';
import type { SiteEntry, SpaceSpec } from './schema.ts';
import type { KeptSite, Space, SpaceSite } from './space.ts';

const listThem = 'List the sites with: rankfront space --model MODEL --hardware PROFILE.';

/**
 * The ladders that `spec` gives to `sites`; of two entries that match a site the later one counts. Rungs that cost as many
 * multiply-accumulates as dense are left out, and so are ranks beyond full rank.
 *
 * @param sites in graph order
 * @param granularity of the hardware profile, for a space that names none
 * @param rejected nodes that are no site, to say why where a pattern finds only them
 * @throws UserError when a pattern finds nothing, a method does not apply, or no site has a ladder
 */
export function resolveSpace(
  spec: SpaceSpec,
  sites: readonly Site[],
  granularity: number,
  rejected: readonly RejectedNode[] = [],
): Space {
  requireSites(sites, rejected);
  const keeps = spec.keep.map((pattern, index) => {
    const test = patternTest(pattern, sites, rejected);
    const found = sites.some(site => named(site, test)) || rejected.some(({ node }) => test(node));
    if (!found) throw nothingMatches(`keep[${index}]`, pattern, sites);
    return test;
  });
  const entries = spec.sites.map((entry, index) => {
    const test = patternTest(entry.match, sites, rejected);
    if (!sites.some(site => named(site, test))) {
      const found = rejected.find(({ node }) => test(node));
      throw found ? onlyRejected(index, entry, found) : nothingMatches(`sites[${index}].match`, entry.match, sites);
    }
    return { entry, index, test };
  });
  const chosen: SpaceSite[] = [];
  const kept: KeptSite[] = [];
  for (const site of sites) {
    const match = entries.findLast(({ test }) => named(site, test));
    if (keeps.some(test => named(site, test))) kept.push({ site, reason: 'kept-by-name' });
    else if (!match) kept.push({ site, reason: 'not-listed' });
    else {
      const ladder = siteLadder(site, match.entry, match.index, spec.granularity ?? granularity);
      if (ladder.length > 1) chosen.push({ site, ladder });
      else kept.push({ site, reason: 'nothing-cheaper' });
    }
  }
  if (chosen.length === 0) throw nothingLeft(kept, rejected);
  return { sites: chosen, kept };
}

/** Layers that share a weight are one site, which the name of any of them means. */
const named = (site: Site, test: (name: string) => boolean): boolean => nodesOf(site).some(({ name }) => test(name));

function siteLadder(site: Site, entry: SiteEntry, index: number, granularity: number): SpaceSite['ladder'] {
  const asked = entry.methods === 'all' ? site.methods : (entry.methods ?? [entry.method ?? defaultMethod(site)]);
  const methods = asked.filter(method => site.methods.includes(method));
  if (methods.length === 0) {
    throw new UserError(
      `Cannot use sites[${index}] of the search space for "${site.name}": expected a method that saves there ` +
        `(${site.methods.join(', ')}), found ${asked.join(', ')}.`,
      'Change the method, leave it out, or match fewer sites.',
    );
  }
  const pair = entry.ladder?.find(rank => typeof rank !== 'number');
  if (pair && !methods.some(takesPairs)) {
    throw new UserError(
      `Cannot use sites[${index}].ladder of the search space for "${site.name}": expected single ranks for ` +
        `${methods.join(', ')}, found [${String(pair)}].`,
      `Pairs of ranks are for the method ${methodNames.filter(takesPairs).join(' or ')}.`,
    );
  }
  return ladderOf(
    site,
    methods.flatMap(method => requestedRungs(site, method, entry, granularity)),
  );
}

const takesPairs = (method: MethodName): boolean => typeof methodOf(method).lowest !== 'number';

type Pattern = SiteEntry['match'];

/** A pattern that is itself a name means that layer alone, whatever signs the name holds. */
function patternTest(
  pattern: Pattern,
  sites: readonly Site[],
  rejected: readonly RejectedNode[],
): (name: string) => boolean {
  const tests = (typeof pattern === 'string' ? [pattern] : pattern).map(each =>
    sites.some(site => named(site, name => name === each)) || rejected.some(({ node }) => node === each)
      ? (name: string) => name === each
      : globTest(each),
  );
  return name => tests.some(test => test(name));
}

const shownPattern = (pattern: Pattern): string =>
  (typeof pattern === 'string' ? [pattern] : pattern).map(each => JSON.stringify(each)).join(' or ');

function nothingMatches(path: string, pattern: Pattern, sites: readonly Site[]): UserError {
  const names = sites.map(({ name }) => name);
  const patterns = typeof pattern === 'string' ? [pattern] : pattern;
  const near = nearNames(patterns, names);
  return new UserError(
    `Cannot apply ${path} of the search space: expected the name or a glob of a site of this model, found ` +
      `${shownPattern(pattern)}, which matches none.`,
    `${near.length > 0 ? `Did you mean ${near.map(each => JSON.stringify(each)).join(', ')}?` : `The first sites are ${names.slice(0, 3).join(', ')}.`} ${listThem}`,
  );
}

/** Up to three names: those that hold the pattern's letters in one piece, and the nearest by edit distance. */
function nearNames(patterns: readonly string[], names: readonly string[]): string[] {
  const found = new Set<string>();
  for (const pattern of patterns) {
    const plain = pattern.replace(/[*?]/g, '').toLowerCase();
    const close = nearest(pattern.replace(/[*?]/g, ''), names);
    if (close) found.add(close);
    if (plain !== '') for (const name of names) if (name.toLowerCase().includes(plain)) found.add(name);
  }
  return [...found].slice(0, 3);
}

function onlyRejected(index: number, entry: SiteEntry, { node, reason }: RejectedNode): UserError {
  return new UserError(
    `Cannot apply sites[${index}].match of the search space: ${shownPattern(entry.match)} matches no site, only layers ` +
      `that are not factorised, such as "${node}": ${reason}.`,
    `Remove the entry, or match another layer. ${listThem}`,
  );
}

/** @throws UserError when there is no site, with the reasons why the layers are none */
export function requireSites(sites: readonly Site[], rejected: readonly RejectedNode[]): void {
  if (sites.length > 0) return;
  throw new UserError(
    'Cannot search this model: expected at least one layer that can be factorised, found none.',
    rejected.length > 0
      ? `Why not: ${reasonsText(rejected)}.`
      : 'It holds no Conv, Gemm or MatMul with a constant weight; is it the right file?',
  );
}

function nothingLeft(kept: readonly KeptSite[], rejected: readonly RejectedNode[]): UserError {
  const count = (reason: KeptSite['reason']): number => kept.filter(each => each.reason === reason).length;
  const parts = [
    [count('kept-by-name'), 'named in `keep`'],
    [count('not-listed'), 'matched by no entry of `sites`'],
    [count('nothing-cheaper'), 'without a rung that costs less than dense'],
    [rejected.length, 'no site at all'],
  ] as const;
  const text = parts.flatMap(([number, what]) => (number > 0 ? [`${number} ${what}`] : [])).join(', ');
  return new UserError(
    `Cannot use the search space: expected at least one site with a rung besides dense, found none (${text}).`,
    'Offer lower ranks, list more sites, or keep fewer.',
  );
}

/** The commonest reasons first, each with the number of layers that it concerns. */
function reasonsText(rejected: readonly RejectedNode[]): string {
  const counts = new Map<string, number>();
  for (const { reason } of rejected) counts.set(reason, (counts.get(reason) ?? 0) + 1);
  return [...counts]
    .sort((a, b) => b[1] - a[1])
    .slice(0, 3)
    .map(([reason, count]) => `${reason} (${count} ${count === 1 ? 'layer' : 'layers'})`)
    .join('; ');
}
