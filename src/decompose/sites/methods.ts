/** Which methods are worth offering at a site. */
import { blockShape } from '../block.ts';
import type { FactorMethod, Rung } from '../method.ts';
import { rungMacs } from '../ranks.ts';
import type { Site } from '../site.ts';
import type { Draft } from './draft.ts';

/** Below this a group has too few channels for a low rank to leave anything out. */
const minimumGroupChannels = 4;
/** From this kernel size on, one column and one row of a depthwise filter save more than a second pass costs. */
const minimumDepthwiseKernel = 5;

/** The methods whose lowest rung costs fewer multiply-accumulates than the dense node, or why there is none. */
export function payingMethods(draft: Draft): readonly FactorMethod[] | string {
  const site: Site = { ...draft, name: '', index: 0, methods: [] };
  const { groups, inPerGroup, outPerGroup, kernel } = blockShape(site);
  const [height, width] = kernel;
  let applicable: FactorMethod[] = ['svd'];
  if (height * width > 1) applicable.push('tucker2');
  if (height > 1 && width > 1) applicable.push('spatial');
  if (height * width > 1) applicable.push('input');
  if (groups > 1 && Math.min(inPerGroup, outPerGroup) < minimumGroupChannels) {
    if (Math.min(height, width) < minimumDepthwiseKernel) {
      return inPerGroup === 1
        ? `depthwise: one channel per group and a ${height} x ${width} kernel, nothing to share`
        : `grouped: ${inPerGroup} input and ${outPerGroup} output channels per group are too few to share`;
    }
    applicable = ['spatial'];
  }
  const paying = applicable.filter(method => rungMacs(site, lowestRung(method)) < site.macs);
  return paying.length > 0 ? paying : `too small: even rank 1 costs as many multiply-accumulates as the dense layer`;
}

const lowestRung = (method: FactorMethod): Rung =>
  method === 'tucker2' ? { method, rank: [1, 1] } : { method, rank: 1 };
