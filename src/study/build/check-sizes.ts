/** Refuses values that no memory holds, before anything is computed from their sizes. */
import { called } from '../../decompose/sites/unknown-size.ts';
import type { HardwareProfile } from '../../device/profile.ts';
import { UserError } from '../../errors/user-error.ts';
import { batchSizes } from '../../onnx/cost.ts';
import { producersOf } from '../../onnx/edit.ts';
import type { Graph } from '../../onnx/graph.ts';
import { dimensionValue, productOfAll } from '../../onnx/shapes/dimension.ts';
import type { Value } from '../../onnx/shapes/rule.ts';

/** 64 GB in float32, as one value of a network. */
const mostNumbers = 2 ** 34;

/** @throws UserError that names the node or the input whose value is too large, or the key of the profile that makes it so */
export function checkSizes(
  path: string,
  graph: Graph,
  values: ReadonlyMap<string, Value>,
  { batchSize, inputShape }: Pick<HardwareProfile, 'batchSize' | 'inputShape'>,
): void {
  const one = batchSizes(graph);
  const batch = (symbol: string): number | null => (one(symbol) === null ? null : batchSize);
  const producers = producersOf(graph);
  for (const [name, { shape }] of values) {
    const count = (symbols: typeof one): number => (shape?.length ? factors(shape, symbols) : 0);
    const many = count(batch);
    if (many <= mostNumbers) continue;
    const node = producers.get(name);
    const at = node ? called(node) : `the input "${name}"`;
    const alone = count(one) > mostNumbers;
    const given = Object.keys(inputShape).length > 0 ? 'the sizes of inputShape in the hardware profile' : 'the model';
    throw new UserError(
      `Cannot work on "${path}": the value of ${at} would be [${shape?.join(', ')}], ${many.toExponential(1)} numbers${alone ? '' : ` with batchSize: ${batchSize}`}, and at most ${mostNumbers.toExponential(1)} can be held.`,
      alone ? `Check ${given}.` : 'Set a smaller batchSize in the hardware profile.',
    );
  }
}

/** The product of the sizes that are known; one that is not counts as 1. */
const factors = (shape: readonly (number | string | null)[], symbols: (symbol: string) => number | null): number =>
  shape.reduce<number>((product, size) => product * (dimensionValue(productOfAll([size]), symbols) ?? 1), 1);
