/** From an assignment of rungs to the candidate model. */
import { UserError } from '../errors/user-error.ts';
import type { Model } from '../onnx/graph.ts';
import { runPass } from '../onnx/pass.ts';
import { nearest } from '../units/nearest.ts';
import { nodesOf } from './dense-node.ts';
import { type BlockShape, blockShape } from './geometry.ts';
import type { Assignment, FactorRung, MethodName } from './method.ts';
import { type FullFactors, methodOf } from './methods/methods.ts';
import { dropUnused } from './passes/drop-unused.ts';
import { fullRank, rungLabel } from './ranks.ts';
import type { Site } from './site.ts';

/** Full-rank factors of a site, computed earlier. */
export type FactorSource = (site: string, method: MethodName) => FullFactors;

/**
 * The candidate that `assignment` asks for. Sites that it does not name or names dense keep their nodes; every other node,
 * name and constant is left as it is, but for the dense weights that nobody reads any more.
 *
 * @throws UserError when the assignment names something that is no site, a method that does not apply or a rank that is
 *   not between 1 and full rank
 */
export function buildCandidate(
  model: Model,
  sites: readonly Site[],
  factors: FactorSource,
  assignment: Assignment,
): Model {
  const known = new Set(sites.map(({ name }) => name));
  for (const name of Object.keys(assignment)) if (!known.has(name)) throw unknownSite(name, sites);
  let candidate = model;
  const replaced: string[] = [];
  for (const site of sites) {
    const rung = Object.hasOwn(assignment, site.name) ? assignment[site.name]! : { method: 'dense' as const };
    if (rung.method === 'dense') continue;
    requireRung(site, rung);
    const found = factors(site.name, rung.method);
    requireFactors(site, rung.method, found);
    for (const node of nodesOf(site)) {
      candidate = runPass(methodOf(rung.method).pass(node, found, rung.rank), candidate).model;
      replaced.push(node.weight);
    }
  }
  return replaced.length === 0 ? model : dropUnused(candidate, replaced);
}

/** Factors of another weight would give a model that loads and is wrong. */
function requireFactors(site: Site, method: MethodName, factors: FullFactors): void {
  const extent = ({ groups, outPerGroup, inPerGroup, kernel }: BlockShape): string =>
    `${groups} x ${outPerGroup} x ${inPerGroup} x ${kernel.join(' x ')}`;
  const [expected, found] = [extent(blockShape(site)), extent(factors.shape)];
  if (factors.method === method && expected === found) return;
  throw new Error(
    `site "${site.name}" needs ${method} factors of a ${expected} weight, got ${factors.method} factors of a ${found} one`,
  );
}

/** @throws UserError when `rung` is not between rank 1 and full rank of a method that applies to `site` */
function requireRung(site: Site, rung: FactorRung): void {
  const applying = site.methods.map(method => `${method} up to rank ${[fullRank(site, method)].flat().join('x')}`);
  const wayOut = `At this site apply: dense, ${applying.join(', ')}.`;
  const ask = `Cannot write site "${site.name}" (${kindText(site)}) as ${rungLabel(rung)}`;
  if (!site.methods.includes(rung.method)) {
    throw new UserError(`${ask}: expected a method that applies to it, found ${rung.method}.`, wayOut);
  }
  const limits = [fullRank(site, rung.method)].flat();
  const ranks = [rung.rank].flat();
  const fits =
    ranks.length === limits.length && ranks.every((r, i) => Number.isInteger(r) && r >= 1 && r <= limits[i]!);
  if (!fits) {
    const full = limits.join('x');
    throw new UserError(`${ask}: expected whole ranks from 1 to full rank ${full}, found ${ranks.join('x')}.`, wayOut);
  }
}

function kindText({ kind, inChannels, outChannels, kernelShape, groups, product }: Site): string {
  const channels = `${inChannels} to ${outChannels}`;
  if (product) return `${kind}, ${channels}`;
  return `${kernelShape.join(' x ')} ${kind === 'conv-transpose' ? 'transposed ' : ''}convolution, ${channels} channels${groups > 1 ? `, ${groups} groups` : ''}`;
}

function unknownSite(name: string, sites: readonly Site[]): UserError {
  const problem = `Cannot build the candidate: expected the name of a site, found "${name}".`;
  const shared = sites.find(site => nodesOf(site).some(node => node.name === name));
  if (shared)
    return new UserError(
      problem,
      `It shares its weight with "${shared.name}": layers that share one are one choice now; search again.`,
    );
  const known = sites.map(site => site.name);
  const guess = nearest(name, known);
  if (guess !== null) return new UserError(problem, `Did you mean "${guess}"?`);
  const some = known.slice(0, 8).map(site => `"${site}"`);
  const more = known.length > some.length ? ` and ${known.length - some.length} more` : '';
  return new UserError(
    problem,
    known.length === 0 ? 'The model has no site.' : `The sites are ${some.join(', ')}${more}.`,
  );
}
