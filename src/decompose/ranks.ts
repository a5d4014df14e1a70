/** What a rung of a site's ladder costs. */
import { blockShape } from './block.ts';
import type { FactorMethod, Rung, TwoFactorMethod } from './method.ts';
import type { Site } from './site.ts';

/** The rank at which the factors hold every weight exactly, per group: a number, or [input, output] for `tucker2`. */
export function fullRank(site: Site, method: 'tucker2'): [number, number];
export function fullRank(site: Site, method: TwoFactorMethod): number;
export function fullRank(site: Site, method: FactorMethod): number | [number, number];
export function fullRank(site: Site, method: FactorMethod): number | [number, number] {
  const { outPerGroup, inPerGroup, kernel } = blockShape(site);
  const [height, width] = kernel;
  const area = height * width;
  switch (method) {
    case 'svd':
      return Math.min(outPerGroup, inPerGroup * area);
    case 'spatial':
      return Math.min(inPerGroup * height, outPerGroup * width);
    case 'input':
      return Math.min(inPerGroup, outPerGroup * area);
    case 'tucker2':
      return [Math.min(inPerGroup, outPerGroup * area), Math.min(outPerGroup, inPerGroup * area)];
    default:
      return method satisfies never;
  }
}

/** One layer of a rung: `weights` numbers, each of them used once at each of `positions` output positions. */
interface Layer {
  readonly weights: number;
  readonly positions: number;
}

function layers(site: Site, rung: Rung): readonly Layer[] {
  const { groups, outPerGroup, inPerGroup, kernel } = blockShape(site);
  const [height, width] = kernel;
  const out = site.outputPositions;
  const [outHeight, outWidth] = site.outputSize;
  const [inHeight, inWidth] = site.inputSize;
  const images = out / (outHeight * outWidth);
  switch (rung.method) {
    case 'dense':
      return [{ weights: groups * outPerGroup * inPerGroup * height * width, positions: out }];
    case 'svd':
      return [
        { weights: groups * rung.rank * inPerGroup * height * width, positions: out },
        { weights: groups * outPerGroup * rung.rank, positions: out },
      ];
    case 'spatial':
      return [
        { weights: groups * rung.rank * inPerGroup * height, positions: images * outHeight * inWidth },
        { weights: groups * outPerGroup * rung.rank * width, positions: out },
      ];
    case 'input':
      return [
        { weights: groups * rung.rank * inPerGroup, positions: images * inHeight * inWidth },
        { weights: groups * outPerGroup * rung.rank * height * width, positions: out },
      ];
    case 'tucker2': {
      const [input, output] = rung.rank;
      return [
        { weights: groups * input * inPerGroup, positions: images * inHeight * inWidth },
        { weights: groups * output * input * height * width, positions: out },
        { weights: groups * outPerGroup * output, positions: out },
      ];
    }
    default:
      return rung satisfies never;
  }
}

/** Multiply-accumulates of the site at `rung` for one input (batch 1). */
export const rungMacs = (site: Site, rung: Rung): number =>
  layers(site, rung).reduce((sum, { weights, positions }) => sum + weights * positions, 0);

/** Numbers to be stored for the site at `rung`, the bias with them. */
export const rungParams = (site: Site, rung: Rung): number =>
  layers(site, rung).reduce((sum, { weights }) => sum + weights, site.biasParams);

/** `dense`, `svd 64` or `tucker2 32x48` (input x output rank). */
export function rungLabel(rung: Rung): string {
  if (rung.method === 'dense') return 'dense';
  return `${rung.method} ${[rung.rank].flat().join('x')}`;
}
