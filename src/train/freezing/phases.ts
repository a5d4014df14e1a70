/** The phases of a training: runs of epochs that train the same weights. */
import { UserError } from '../../errors/user-error.ts';
import { elementCount } from '../../onnx/tensor.ts';
import type { Network } from '../network/prepare.ts';
import type { TrainableSet } from '../trainer.ts';
import { type FreezeLayer, freezeLayers } from './layers.ts';
import { allWeights, type FreezingPolicy } from './policy.ts';

export interface FreezingPhase {
  /** Epochs from `from` to before `to`. */
  readonly from: number;
  readonly to: number;
  readonly set: TrainableSet;
  /** The share of the network's numbers that rest, 0 to 1. */
  readonly frozenShare: number;
}

/**
 * Phases with the same trainable weights get the very same set, so that they share what was compiled for the first of them: a weight
 * is settled in it when no phase from the first of them to the last trains it.
 * @throws UserError when an epoch would have nothing to train, or a policy names weights that the network has not
 */
export function phasesOf(
  policy: FreezingPolicy,
  network: Pick<Network, 'weights' | 'model'>,
  epochs: number,
): FreezingPhase[] {
  const layers = freezeLayers(network);
  const runs = runsOf(policy, layers, epochs);
  const everything = allWeights(layers);
  const sets = new Map<string, TrainableSet>();
  for (const { key, trainable } of runs) {
    if (sets.has(key)) continue;
    const [first, last] = [runs.findIndex(run => run.key === key), runs.findLastIndex(run => run.key === key)];
    const between = runs.slice(first, last + 1);
    const settled = [...everything].filter(weight => between.every(run => !run.trainable.has(weight)));
    sets.set(key, { trainable, settled: new Set(settled) });
  }
  return runs.map(({ from, to, key, trainable }) => {
    const set = sets.get(key) ?? { trainable, settled: new Set() };
    return { from, to, set, frozenShare: frozenShare(network, set) };
  });
}

/** The share of the numbers of all weights that are frozen. */
function frozenShare({ weights }: Pick<Network, 'weights'>, { trainable }: TrainableSet): number {
  const count = (some: typeof weights): number => some.reduce((sum, { dims }) => sum + elementCount(dims), 0);
  return count(weights.filter(({ name }) => !trainable.has(name))) / Math.max(1, count(weights));
}

interface Run {
  readonly from: number;
  readonly to: number;
  readonly key: string;
  readonly trainable: ReadonlySet<string>;
}

function runsOf(policy: FreezingPolicy, layers: readonly FreezeLayer[], epochs: number): Run[] {
  const runs: Run[] = [];
  for (let epoch = 0; epoch < epochs; epoch++) {
    const trainable = policy({ epoch, epochs }, layers);
    if (trainable.size === 0)
      throw new UserError(
        `Cannot train epoch ${epoch + 1} of ${epochs}: all ${allWeights(layers).size} weights are frozen, and nothing is left to train.`,
        'Freeze fewer of them (--freeze).',
      );
    const key = JSON.stringify([...trainable].sort());
    const before = runs.at(-1);
    if (before?.key === key) runs[runs.length - 1] = { ...before, to: epoch + 1 };
    else runs.push({ from: epoch, to: epoch + 1, key, trainable });
  }
  return runs;
}
