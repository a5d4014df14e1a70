/** Which weights an epoch trains. */
import type { FreezeLayer } from './layers.ts';

export interface Moment {
  /** From 0 on. */
  readonly epoch: number;
  /** Of the whole training. */
  readonly epochs: number;
}

/** The weights that are trained in an epoch: a function of its arguments, with nothing remembered. */
export type FreezingPolicy = (moment: Moment, layers: readonly FreezeLayer[]) => ReadonlySet<string>;

export const allWeights = (layers: readonly FreezeLayer[]): ReadonlySet<string> =>
  new Set(layers.flatMap(({ weights }) => weights));

/** Every weight but those that `freezes` says. */
export function without(
  layers: readonly FreezeLayer[],
  freezes: (weight: string, layer: FreezeLayer) => boolean,
): ReadonlySet<string> {
  return new Set(layers.flatMap(layer => layer.weights.filter(weight => !freezes(weight, layer))));
}

/** Trains what every one of the policies trains. */
export function composed(policies: readonly FreezingPolicy[]): FreezingPolicy {
  return (moment, layers) => {
    const each = policies.map(policy => policy(moment, layers));
    return new Set([...allWeights(layers)].filter(weight => each.every(trained => trained.has(weight))));
  };
}
