/** Which values of a graph are constants, seen through the nodes that exporters put between a weight and its reader. */
import { intAttribute, intsAttribute } from './attributes.ts';
import { producersOf } from './edit.ts';
import { elementTypeOf, isFloat } from './element-type.ts';
import type { Graph, Node, Tensor } from './graph.ts';
import { floatsOf, floatTensor } from './tensor.ts';
import { standardDomain } from './versions.ts';

export interface Constant {
  /** The initialiser, or the value of a Constant node. */
  readonly tensor: Tensor;
  /** The name of the initialiser, or of the Constant node's output. */
  readonly name: string;
  /** The Identity, Transpose and Cast nodes between the tensor and the value, from the tensor on. */
  readonly through: readonly Node[];
}

const passedThrough = new Set(['Identity', 'Transpose', 'Cast']);

/** Looks a value up among the constants. Null for what is known at run time only. */
export function constantsOf(graph: Graph): (name: string) => Constant | null {
  const producers = producersOf(graph);
  return value => {
    const through: Node[] = [];
    let name = value;
    // A chain longer than the graph would be a cycle.
    while (through.length <= graph.nodes.length) {
      const initializer = graph.initializers.get(name);
      if (initializer) return { tensor: initializer, name, through };
      const node = producers.get(name);
      if (!node || standardDomain(node.domain) !== '') return null;
      if (node.opType === 'Constant') {
        const constant = node.attributes.get('value');
        return constant?.kind === 'tensor' ? { tensor: constant.value, name, through } : null;
      }
      if (!passedThrough.has(node.opType)) return null;
      through.unshift(node);
      name = node.inputs[0] ?? '';
    }
    return null;
  };
}

/**
 * The constant as its reader sees it, with the nodes in between applied; null for what is no float32 or float16 weight of
 * at most two axes, the only ones worth the trouble to transpose here.
 */
export function resolved({ tensor, name, through }: Constant): Tensor | null {
  if (!isFloat(tensor.elementType)) return null;
  let { dims } = tensor;
  let { elementType } = tensor;
  let values: Float32Array | null = null;
  for (const node of through) {
    if (node.opType === 'Cast') {
      elementType = elementTypeOf(intAttribute(node, 'to', 0));
    } else if (node.opType === 'Transpose' && swapsAxes(node, dims.length)) {
      if (dims.length > 2) return null;
      values = transposed(values ?? floatsOf(tensor), dims[0]!, dims[1]!);
      dims = [dims[1]!, dims[0]!];
    }
  }
  if (!values && elementType === tensor.elementType) return tensor;
  if (elementType !== 'float32' && elementType !== 'float16') return null;
  return floatTensor(name, dims, values ?? floatsOf(tensor), elementType);
}

function swapsAxes(node: Node, rank: number): boolean {
  return intsAttribute(node, 'perm')?.some((axis, i) => axis !== i) ?? rank > 1;
}

function transposed(values: Float32Array, rows: number, columns: number): Float32Array {
  const result = new Float32Array(values.length);
  for (let i = 0; i < rows; i++) for (let j = 0; j < columns; j++) result[j * rows + i] = values[i * columns + j]!;
  return result;
}
