/** A search space for a model that nobody has thought about yet. */
import type { MethodName, Rung } from '../decompose/method.ts';
import { rungMacs } from '../decompose/ranks.ts';
import type { RejectedNode, Site } from '../decompose/site.ts';
import { UserError } from '../errors/user-error.ts';
import { formatMacs, formatPercent } from '../units/format.ts';
import { defaultMethod, rankStep, tiedRung } from './ladder.ts';
import { requireSites } from './resolve.ts';

export interface ProposalOptions {
  /** Of the hardware profile. */
  readonly granularity: number;
  /** Free text for the head of the file. */
  readonly modelName: string;
  /** Layers that are no site, to be listed with their reasons. */
  readonly rejected?: readonly RejectedNode[];
}

/** Together the chosen sites hold at least this share of the multiply-accumulates that could be factorised. */
const coveredShare = 0.99;
/** A site below this share of them is not worth an ordinal of its own, or below half the mean share in a deep model. */
const leastShare = 0.005;
/** A matrix that is applied once per input is read from memory each time: its time follows its share of the weights. */
const leastWeightShare = 0.1;
/** A layer that reads pixels: little to gain, and the first convolution at a low rank wrecks the network. */
const imageChannels = 4;
/** The lowest rung costs about this share of dense, and the highest saves at least a tenth. */
const lowestCost = 0.25;
const highestCost = 0.9;
const rungs = { least: 5, most: 9 }; // without dense

/**
 * The text of a commented search space: one entry per site that is worth the trouble, in graph order, by its exact name.
 *
 * @throws UserError when the model has no site, or none that is worth it
 */
export function proposeSpace(sites: readonly Site[], options: ProposalOptions): string {
  const rejected = options.rejected ?? [];
  requireSites(sites, rejected);
  const total = sites.reduce((sum, { macs }) => sum + macs, 0);
  const { searched, kept } = sortSites(sites, options.granularity);
  const entries = searched.map(({ site, method, ladder }) => entryText(site, method, ladder, total));
  if (entries.length === 0) {
    throw new UserError(
      `Cannot propose a search space: expected a layer whose ranks can save a tenth of its multiply-accumulates, found none among ${sites.length} sites.`,
      'Write one by hand with lower ranks, or leave this model as it is.',
    );
  }
  return [
    '# A search space: which layers may be factorised, how, and at which ranks. Dense is always the last rung.',
    `# Shares are of the ${formatMacs(total)} per input that could be factorised. Edit at will.`,
    `model: ${JSON.stringify(options.modelName)}`,
    `granularity: ${options.granularity}`,
    'sites:',
    ...entries,
    ...keptText(kept, total),
    ...rejectedText(rejected),
    '',
  ].join('\n');
}

export interface SortedSites {
  /** In graph order, with the ladder that each is offered. */
  readonly searched: readonly { readonly site: Site; readonly method: MethodName; readonly ladder: readonly Rung[] }[];
  readonly kept: readonly KeptSite[];
}

export interface KeptSite {
  readonly site: Site;
  /** For people: completes "it stays dense because ...". */
  readonly reason: string;
}

/** Which sites a proposed space offers, and why the others stay dense. */
export function sortSites(sites: readonly Site[], granularity: number): SortedSites {
  const worth = worthwhile(sites);
  const offered = sites.map(site => {
    const skip = worth.get(site);
    const method = defaultMethod(site);
    const ladder = skip === undefined ? proposeLadder(site, method, granularity) : [];
    return { site, method, ladder, reason: skip ?? 'no rank saves a tenth of its multiply-accumulates' };
  });
  return {
    searched: offered.filter(({ ladder }) => ladder.length > 0),
    kept: offered.filter(({ ladder }) => ladder.length === 0),
  };
}

/** Why a site is kept dense; undefined for those that take part. */
function worthwhile(sites: readonly Site[]): ReadonlyMap<Site, string | undefined> {
  const total = sites.reduce((sum, { macs }) => sum + macs, 0);
  const weights = sites.reduce((sum, { params }) => sum + params, 0);
  const least = Math.min(leastShare, 0.5 / sites.length);
  const result = new Map<Site, string | undefined>();
  let covered = 0;
  for (const site of [...sites].sort((a, b) => b.macs - a.macs || a.index - b.index)) {
    const readsImage = site.inChannels <= imageChannels && site.kernel[0] * site.kernel[1] > 1;
    const heavy = site.outputPositions === 1 && site.params >= leastWeightShare * weights;
    const small = covered >= coveredShare * total || site.macs < least * total;
    covered += site.macs;
    result.set(site, readsImage ? 'it reads the image' : small && !heavy ? 'too small a share to matter' : undefined);
  }
  return result;
}

/** Five to nine rungs without dense where the layer has room for them, evenly spaced multiples of the granularity. */
export function proposeLadder(site: Site, method: MethodName, granularity: number): Rung[] {
  let step = rankStep(site, granularity);
  let offered = multiples(site, method, step);
  // A small layer gets finer steps, since it would have hardly a rung otherwise.
  while (offered.length < rungs.least && step > 1) {
    step = Math.floor(step / 2);
    offered = multiples(site, method, step);
  }
  // A wide one gets coarser ones, and so ranks that are multiples of still more.
  while (offered.length > rungs.most) {
    step *= 2;
    offered = multiples(site, method, step);
  }
  return offered;
}

/** The multiples of `step` from the last that costs at most `lowestCost` (or the first) to the last that saves a tenth. */
function multiples(site: Site, method: MethodName, step: number): Rung[] {
  const found: Rung[] = [];
  let previous: Rung | null = null;
  for (let rank = step; ; rank += step) {
    const rung = tiedRung(site, method, rank, step);
    if (!rung) break;
    const cost = rungMacs(site, rung) / site.macs;
    if (cost > highestCost) break;
    if (cost > lowestCost) {
      if (found.length === 0 && previous) found.push(previous);
      found.push(rung);
    }
    previous = rung;
  }
  return found.length === 0 && previous ? [previous] : found;
}

function entryText(site: Site, method: MethodName, ladder: readonly Rung[], total: number): string {
  const ranks = ladder.map(rung =>
    rung.method === 'dense' ? '' : typeof rung.rank === 'number' ? String(rung.rank) : `[${rung.rank.join(', ')}]`,
  );
  const costs = [ladder[0], ladder.at(-1)].map(rung => formatPercent(rung ? rungMacs(site, rung) / site.macs : 1, 0));
  return [
    `  # ${formatPercent(site.macs / total, 1)}: ${describe(site)}; the rungs cost ${costs.join(' to ')} of it`,
    `  - match: ${JSON.stringify(site.name)}`,
    `    method: ${method}`,
    `    ladder: [${ranks.join(', ')}]`,
  ].join('\n');
}

const describe = ({ kernelShape, inChannels, outChannels, groups, outputImage, kind, product }: Site): string =>
  `${product ? kind : `${kernelShape.join('x')} ${kind === 'conv-transpose' ? 'transposed conv' : 'conv'}`}, ${inChannels} to ${outChannels} channels` +
  `${groups > 1 ? ` in ${groups} groups` : ''}${product ? '' : ` at ${outputImage.join('x')}`}`;

function keptText(kept: readonly KeptSite[], total: number): string[] {
  if (kept.length === 0) return [];
  return [
    '# These stay dense.',
    'keep:',
    ...kept.map(
      ({ site, reason }) =>
        `  - ${JSON.stringify(site.name)} # ${formatPercent(site.macs / total, 1)}: ${describe(site)}; ${reason}`,
    ),
  ];
}

function rejectedText(rejected: readonly RejectedNode[]): string[] {
  if (rejected.length === 0) return [];
  return [
    '# These are no sites.',
    ...rejected.map(({ node, opType, reason }) => `#   ${opType} ${JSON.stringify(node)}: ${reason}`),
  ];
}
