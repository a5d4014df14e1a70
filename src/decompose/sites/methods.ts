/** Which methods are worth offering at a site. */
import { blockShape, type SiteGeometry } from '../geometry.ts';
import { type MethodName, rungOf } from '../method.ts';
import { methods } from '../methods/methods.ts';
import { narrowGroups } from '../methods/narrow-groups.ts';
import { rungMacs } from '../ranks.ts';
import { type Refused, refused } from '../site.ts';

/** The methods whose lowest rung costs fewer multiply-accumulates than the dense node, or why there is none. */
export function payingMethods(geometry: SiteGeometry): readonly MethodName[] | Refused {
  const shape = blockShape(geometry);
  const applying = methods.filter(method => method.applies(shape));
  if (applying.length === 0 && narrowGroups(shape)) {
    const { inPerGroup, outPerGroup, kernel } = shape;
    return refused(
      'depthwise',
      inPerGroup === 1
        ? `depthwise: one channel per group and a ${kernel.join(' x ')} kernel, nothing to share`
        : `grouped: ${inPerGroup} input and ${outPerGroup} output channels per group are too few to share`,
    );
  }
  const dense = rungMacs(geometry, { method: 'dense' });
  const paying = applying.filter(({ name, lowest }) => rungMacs(geometry, rungOf(name, lowest)) < dense);
  return paying.length > 0
    ? paying.map(({ name }) => name)
    : refused('small', `too small: even rank 1 costs as many multiply-accumulates as the dense layer`);
}
