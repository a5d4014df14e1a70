/** What a rung of a site's ladder costs. */
import { blockShape, positionsOf, type SiteGeometry } from './geometry.ts';
import type { Rung } from './method.ts';
import type { LayerCost } from './methods/factor-method.ts';
import { type MethodName, methodOf, type RankOf } from './methods/methods.ts';

/** The rank at which the factors hold every weight exactly, per group: a number, or [input, output]. */
export const fullRank = <Name extends MethodName>(site: SiteGeometry, method: Name): RankOf<Name> =>
  methodOf(method).fullRank(blockShape(site)) as RankOf<Name>;

const layers = (site: SiteGeometry, rung: Rung): readonly LayerCost[] =>
  rung.method === 'dense' ? [denseLayer(site)] : methodOf(rung.method).layers(site, rung.rank);

function denseLayer(site: SiteGeometry): LayerCost {
  const { groups, outPerGroup, inPerGroup, kernel } = blockShape(site);
  return {
    weights: groups * outPerGroup * inPerGroup * kernel[0] * kernel[1],
    positions: positionsOf(site, ['whole'])[0]!,
  };
}

/** Multiply-accumulates of the site at `rung` for one input (batch 1). */
export const rungMacs = (site: SiteGeometry, rung: Rung): number =>
  [site, ...(site.twins ?? [])]
    .flatMap(each => layers(each, rung))
    .reduce((sum, { weights, positions }) => sum + weights * positions, 0);

/** Numbers to be stored for the site at `rung`, the bias with them; twins share them. */
export const rungParams = (site: SiteGeometry, rung: Rung): number =>
  layers(site, rung).reduce((sum, { weights }) => sum + weights, site.biasParams);

/** `dense`, `svd 64` or `tucker2 32x48` (input x output rank). */
export function rungLabel(rung: Rung): string {
  if (rung.method === 'dense') return 'dense';
  return `${rung.method} ${[rung.rank].flat().join('x')}`;
}
