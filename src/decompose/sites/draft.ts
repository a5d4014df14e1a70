/** What the readers of site kinds share. */
import type { Attribute, Node, Shape, Tensor } from '../../onnx/graph.ts';
import { floatsOf } from '../../onnx/tensor.ts';
import type { Site } from '../site.ts';

/** A site before it has a name and methods. */
export type Draft = Omit<Site, 'name' | 'index' | 'methods'>;

/** The shape of each value, as far as it is known. */
export type Shapes = ReadonlyMap<string, Shape>;

export interface Reading {
  readonly constant: (name: string) => Tensor | null;
  readonly shapes: Shapes;
}

export interface Weight {
  readonly tensor: Tensor;
  readonly elementType: Site['elementType'];
}

/** The constant weight at input 1 of `node`, or why it cannot be factorised. */
export function readWeight({ constant }: Reading, node: Node): Weight | string {
  const name = node.inputs[1] ?? '';
  const tensor = constant(name);
  if (!tensor) return `its weight "${name}" is computed at run time, not stored in the model`;
  const { elementType, dims } = tensor;
  if (elementType !== 'float32' && elementType !== 'float16') {
    return `its weight "${tensor.name || name}" is ${elementType}; only float32 and float16 weights are factorised`;
  }
  if (dims.includes(0)) return `its weight "${tensor.name || name}" is empty (${dims.join(' x ')})`;
  const numbers = floatsOf(tensor);
  for (let i = 0; i < numbers.length; i++) {
    if (!Number.isFinite(numbers[i]!)) return `its weight "${tensor.name || name}" holds ${numbers[i]} at element ${i}`;
  }
  return { tensor, elementType };
}

/** How many numbers the bias at `name` holds; 0 where there is none or it is computed at run time. */
export function biasParams({ constant }: Reading, name: string | undefined): number {
  const tensor = name ? constant(name) : null;
  return tensor ? tensor.dims.reduce((product, size) => product * size, 1) : 0;
}

export function intOf(attribute: Attribute | undefined, otherwise: number): number {
  return attribute?.kind === 'int' ? attribute.value : otherwise;
}

export function intsOf(attribute: Attribute | undefined, otherwise: readonly number[]): readonly number[] {
  return attribute?.kind === 'ints' && attribute.value.length > 0 ? attribute.value : otherwise;
}
