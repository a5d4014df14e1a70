/** What the readers of site kinds share. */

import { batchSizes } from '../../onnx/cost.ts';
import { isFloat } from '../../onnx/element-type.ts';
import type { Graph, Node, Shape, Tensor } from '../../onnx/graph.ts';
import type { LostSize } from '../../onnx/lost-size.ts';
import { dimensionValue, productOfAll } from '../../onnx/shapes/dimension.ts';
import { elementCount, floatsOf } from '../../onnx/tensor.ts';
import { type Constant, constantsOf, resolved } from '../../onnx/weights.ts';
import type { DenseNode } from '../dense-node.ts';
import { type Refused, refused } from '../site.ts';

/** A site before it has a name and methods. */
export type Draft = Omit<DenseNode, 'name' | 'index'>;

/** The shape of each value, as far as it is known. */
export type Shapes = ReadonlyMap<string, Shape>;

export interface GraphReading {
  readonly constant: (name: string) => Constant | null;
  readonly shapes: Shapes;
  /** The product of the sizes, a batch that is not fixed counted as 1; null where a size is not known. */
  readonly count: (sizes: Shape | undefined) => number | null;
  /** Where the size of a value was lost. */
  readonly loss: (value: string) => LostSize | null;
}

export function graphReadingOf(graph: Graph, shapes: Shapes, loss: GraphReading['loss']): GraphReading {
  const one = batchSizes(graph);
  return {
    constant: constantsOf(graph),
    shapes,
    loss,
    count: sizes => (sizes ? dimensionValue(productOfAll(sizes), one) : null),
  };
}

export interface Weight {
  readonly tensor: Tensor;
  readonly elementType: DenseNode['elementType'];
}

/** The constant weight at that input of `node`, or why it cannot be factorised. */
export function readWeight({ constant }: GraphReading, node: Node, input: 0 | 1 = 1): Weight | Refused {
  const name = node.inputs[input] ?? '';
  const found = constant(name);
  if (!found)
    return refused('run-time', `its weight "${name}" is computed at run time, not stored in the model as it is read`);
  const tensor = resolved(found);
  if (!tensor && isFloat(found.tensor.elementType)) {
    const way = found.through.map(each => each.opType).join(' and ');
    return refused('form', `its weight "${name}" reaches it through ${way}, whose result is not known`);
  }
  const elementType = (tensor ?? found.tensor).elementType;
  if (!tensor || (elementType !== 'float32' && elementType !== 'float16')) {
    return refused('type', `its weight "${name}" is ${elementType}; only float32 and float16 weights are factorised`);
  }
  if (tensor.dims.includes(0)) return refused('numbers', `its weight "${name}" is empty (${tensor.dims.join(' x ')})`);
  const numbers = floatsOf(tensor);
  for (let i = 0; i < numbers.length; i++) {
    if (!Number.isFinite(numbers[i]!))
      return refused('numbers', `its weight "${name}" holds ${numbers[i]} at element ${i}`);
  }
  return { tensor, elementType };
}

/** How many numbers the bias at `name` holds; 0 where there is none or it is computed at run time. */
export function biasParams({ constant }: GraphReading, name: string | undefined): number {
  const found = name ? constant(name) : null;
  return found ? elementCount(found.tensor.dims) : 0;
}
