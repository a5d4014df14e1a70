/**
 * Layers are frozen for good from the input on, the first of them at a share t0 of the training and the last never (FreezeOut,
 * Brock et al. 2017, arXiv 1706.04983, cubic schedule): layer i of 0 to n - 1 is frozen from the share t_i on, with
 *   t_i = (c + (1 - c) i / (n - 1))^3,   c = t0^(1/3).
 * What is frozen is a prefix of the graph, at whose end the backward pass stops, and whose norms use their running statistics.
 * The layers of a factorised site freeze together.
 */
import type { FreezeLayer } from '../layers.ts';
import { type FreezingPolicy, without } from '../policy.ts';

/** @param t0 the share of the training after which the first layer is frozen, 0 to 1 */
export function progressive(t0: number): FreezingPolicy {
  return ({ epoch, epochs }, layers) => {
    const groups = groupsOf(layers);
    const last = Math.max(...groups.values());
    const frozen = (layer: FreezeLayer): boolean => {
      const i = groups.get(layer) ?? 0;
      return i < last && epoch / epochs >= freezingTime(i, last, t0) - tolerance;
    };
    return without(layers, (_, layer) => frozen(layer));
  };
}

/** Of rounding: an epoch that begins at t_i is past it. */
const tolerance = 1e-9;

/** The share of the training after which group i of 0 to `last` is frozen. */
export function freezingTime(i: number, last: number, t0: number): number {
  const c = Math.cbrt(t0);
  return last === 0 ? 1 : (c + ((1 - c) * i) / last) ** 3;
}

/** The number of each layer, the same for the layers of one site. */
function groupsOf(layers: readonly FreezeLayer[]): ReadonlyMap<FreezeLayer, number> {
  const groups = new Map<FreezeLayer, number>();
  const bySite = new Map<string, number>();
  let next = 0;
  for (const layer of layers) {
    const known = layer.chain && bySite.get(layer.chain.site);
    const group = known ?? next++;
    if (layer.chain) bySite.set(layer.chain.site, group);
    groups.set(layer, group);
  }
  return groups;
}
