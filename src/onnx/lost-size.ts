/** Where on its way the size of a value was lost: at an input whose size nobody gave, or at a node whose result cannot be known beforehand. */
import { batchSizes } from './cost.ts';
import { producersOf } from './edit.ts';
import { isFloat } from './element-type.ts';
import type { Dimension, Graph, Node, Shape } from './graph.ts';
import { dimensionValue } from './shapes/dimension.ts';
import type { Value } from './shapes/rule.ts';
import { nameOfSize, unnamedSize } from './shapes.ts';
import { readsOf } from './subgraph.ts';

export type LostSize =
  /** Dynamic sizes of an input, as a hardware profile names them. */
  | { readonly kind: 'input'; readonly input: string; readonly sizes: readonly string[] }
  | { readonly kind: 'node'; readonly node: Node };

/** Inputs whose numbers, and not only their shape, decide the shape of the result. */
const byContent: Readonly<Record<string, readonly number[]>> = {
  Reshape: [1],
  Expand: [1],
  Tile: [1],
  Slice: [1, 2, 3, 4],
  Pad: [1, 3],
  Resize: [1, 2, 3],
  Upsample: [1],
  ConstantOfShape: [0],
  Range: [0, 1, 2],
  TopK: [1],
  OneHot: [1],
  Squeeze: [1],
  Unsqueeze: [1],
  Split: [1],
  ReduceSum: [1],
  ReduceMean: [1],
  ReduceMax: [1],
};

/** Null where the size is known, a batch that is not fixed aside. `values` as `inferValues` gives them. */
export function lossOf(graph: Graph, values: ReadonlyMap<string, Value>, value: string): LostSize | null {
  const batch = batchSizes(graph);
  const producers = producersOf(graph);
  const inputs = new Map(graph.inputs.map(each => [each.name, each]));
  const seen = new Set<string>();
  const open = (size: Dimension): boolean => dimensionValue(size, batch) === null;
  const shapeIsOpen = (name: string): boolean => values.get(name)?.shape?.some(open) ?? true;
  const contentIsOpen = (name: string): boolean => values.get(name)?.content?.some(open) ?? true;

  /** The first loss on the way to the inputs of `node` for which `lost` holds; the node itself where there is none. */
  const behind = (node: Node, lost: (name: string, i: number) => LostSize | null): LostSize => {
    for (const [i, name] of readsOf(node).entries()) {
      const found = name === '' ? null : lost(name, i);
      if (found) return found;
    }
    return { kind: 'node', node };
  };

  const shapeLoss = (name: string): LostSize | null => {
    if (!shapeIsOpen(name) || seen.has(name)) return null;
    seen.add(name);
    const input = inputs.get(name);
    if (input)
      return { kind: 'input', input: name, sizes: openSizes(name, input.shape, values.get(name)?.shape, open) };
    const node = producers.get(name);
    if (!node) return null;
    const numbers = byContent[node.opType] ?? [];
    return behind(node, (read, i) => (numbers.includes(i) ? contentLoss(read) : null) ?? shapeLoss(read));
  };

  const contentLoss = (name: string): LostSize | null => {
    const key = `${name} as numbers`;
    if (!contentIsOpen(name) || seen.has(key)) return null;
    seen.add(key);
    const node = producers.get(name);
    // Of pixels nobody computes a size: then it is the node that reads them.
    const input = inputs.get(name);
    if (input) return isFloat(input.elementType) ? null : { kind: 'input', input: name, sizes: [] };
    if (!node) return null;
    if (node.opType === 'Shape' || node.opType === 'Size') return behind(node, shapeLoss);
    return behind(node, contentLoss);
  };

  return shapeLoss(value);
}

/** By name where no other axis of the input has that name, else by axis. */
function openSizes(
  input: string,
  written: Shape | null,
  shape: Shape | null | undefined,
  open: (size: Dimension) => boolean,
): readonly string[] {
  return (shape ?? []).flatMap((size, axis) => {
    if (!open(size)) return [];
    const name = written?.[axis] ?? null;
    const alone = written?.filter(each => each === name).length === 1;
    return [alone ? nameOfSize(input, axis, name) : unnamedSize(input, axis)];
  });
}
