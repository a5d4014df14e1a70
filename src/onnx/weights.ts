/** Which values of a graph are constants, seen through the nodes that exporters put between a weight and its reader. */
import { intAttribute, intsAttribute } from './attributes.ts';
import { producersOf } from './edit.ts';
import { elementTypeOf, isFloat } from './element-type.ts';
import type { Graph, Node, Tensor } from './graph.ts';
import { elementCount, floatsOf, floatTensor, intsOf } from './tensor.ts';
import { standardDomain } from './versions.ts';

export interface Constant {
  /** The initialiser, or the value of a Constant node. */
  readonly tensor: Tensor;
  /** The name of the initialiser, or of the Constant node's output. */
  readonly name: string;
  /** The nodes of `passedThrough` between the tensor and the value, from the tensor on. */
  readonly through: readonly Node[];
  /** The sizes behind each of them; null from a node on that makes no sense. */
  readonly sizes: readonly (readonly number[] | null)[];
  /** The sizes of the value. */
  readonly dims: readonly number[] | null;
}

/** Operators that only say how a weight is to be read. */
export const passedThrough: ReadonlySet<string> = new Set([
  'Identity',
  'Transpose',
  'Cast',
  'Reshape',
  'Squeeze',
  'Unsqueeze',
  'Flatten',
]);

/** Looks a value up among the constants. Null for what is known at run time only. */
export function constantsOf(graph: Graph): (name: string) => Constant | null {
  const producers = producersOf(graph);
  const lookUp = (value: string): Constant | null => {
    const through: Node[] = [];
    let name = value;
    // A chain longer than the graph would be a cycle.
    while (through.length <= graph.nodes.length) {
      const initializer = graph.initializers.get(name);
      if (initializer) return found(initializer, name, through);
      const node = producers.get(name);
      if (!node || standardDomain(node.domain) !== '') return null;
      if (node.opType === 'Constant') {
        const constant = node.attributes.get('value');
        return constant?.kind === 'tensor' ? found(constant.value, name, through) : null;
      }
      if (!passedThrough.has(node.opType) || node.inputs.slice(1).some(each => each !== '' && !integers(each)))
        return null;
      through.unshift(node);
      name = node.inputs[0] ?? '';
    }
    return null;
  };
  const integers = (name: string): readonly number[] | null => {
    const constant = graph.initializers.get(name) ?? heldBy(producers.get(name));
    return constant && /^u?int/.test(constant.elementType) ? intsOf(constant) : null;
  };
  const found = (tensor: Tensor, name: string, through: readonly Node[]): Constant => {
    let dims: readonly number[] | null = tensor.dims;
    const sizes = through.map(node => {
      dims &&= sizesBehind(node, dims, integers(node.inputs[1] ?? ''));
      return dims;
    });
    return { tensor, name, through, sizes, dims };
  };
  return lookUp;
}

const heldBy = (node: Node | undefined): Tensor | null => {
  const value = node?.opType === 'Constant' ? node.attributes.get('value') : undefined;
  return value?.kind === 'tensor' ? value.value : null;
};

/** The sizes of what a node of `passedThrough` makes of a value with `dims`; null where that makes no sense. */
function sizesBehind(node: Node, dims: readonly number[], given: readonly number[] | null): readonly number[] | null {
  const axes = (rank: number): ReadonlySet<number> | null => {
    const list = given ?? intsAttribute(node, 'axes');
    return list && new Set(list.map(axis => (axis < 0 ? axis + rank : axis)));
  };
  switch (node.opType) {
    case 'Transpose': {
      const order = orderOf(node, dims.length);
      return order.length === dims.length ? order.map(axis => dims[axis]!) : null;
    }
    case 'Reshape':
      return given && reshaped(dims, given, intAttribute(node, 'allowzero', 0) !== 0);
    case 'Squeeze': {
      const gone = axes(dims.length);
      return dims.filter((size, axis) => !(gone ? gone.has(axis) : size === 1));
    }
    case 'Unsqueeze': {
      const added = axes(dims.length + (given ?? intsAttribute(node, 'axes') ?? []).length);
      if (!added) return null;
      const rest = [...dims];
      const result = Array.from({ length: dims.length + added.size }, (_, axis) =>
        added.has(axis) ? 1 : rest.shift(),
      );
      return rest.length === 0 && result.every(size => size !== undefined) ? (result as number[]) : null;
    }
    case 'Flatten': {
      const axis = intAttribute(node, 'axis', 1);
      const at = axis < 0 ? axis + dims.length : axis;
      return [elementCount(dims.slice(0, at)), elementCount(dims.slice(at))];
    }
    default:
      return dims;
  }
}

function reshaped(dims: readonly number[], target: readonly number[], zeroIsZero: boolean): readonly number[] | null {
  const copied = target.map((size, axis) => (size === 0 && !zeroIsZero ? (dims[axis] ?? 0) : size));
  const count = elementCount(dims);
  const rest = copied.filter(size => size !== -1).reduce((product, size) => product * size, 1);
  const result = copied.map(size => (size === -1 ? count / rest : size));
  return elementCount(result) === count && result.every(Number.isInteger) ? result : null;
}

const orderOf = (node: Node, rank: number): readonly number[] =>
  intsAttribute(node, 'perm') ?? Array.from({ length: rank }, (_, axis) => rank - 1 - axis);

/** The constant as its reader sees it, with the nodes in between applied; null for what is no float32 or float16 weight. */
export function resolved({ tensor, name, through, sizes, dims }: Constant): Tensor | null {
  if (!isFloat(tensor.elementType) || !dims) return null;
  let { elementType } = tensor;
  let values: Float32Array | null = null;
  for (const [i, node] of through.entries()) {
    if (node.opType === 'Cast') elementType = elementTypeOf(intAttribute(node, 'to', 0));
    const before = i === 0 ? tensor.dims : sizes[i - 1];
    if (node.opType !== 'Transpose' || !before) continue;
    const order = orderOf(node, before.length);
    if (order.some((axis, at) => axis !== at)) values = permuted(values ?? floatsOf(tensor), before, order);
  }
  const same = dims.length === tensor.dims.length && dims.every((size, axis) => size === tensor.dims[axis]);
  if (!values && elementType === tensor.elementType && same) return tensor;
  if (elementType !== 'float32' && elementType !== 'float16') return null;
  return floatTensor(name, dims, values ?? floatsOf(tensor), elementType);
}

/** `values` of `dims`, row-major, with axis `order[i]` as axis i: numpy.transpose. */
export function permuted(values: Float32Array, dims: readonly number[], order: readonly number[]): Float32Array {
  const strides = new Array<number>(dims.length).fill(1);
  for (let axis = dims.length - 2; axis >= 0; axis--) strides[axis] = strides[axis + 1]! * dims[axis + 1]!;
  const result = new Float32Array(values.length);
  const sizes = order.map(axis => dims[axis]!);
  const steps = order.map(axis => strides[axis]!);
  const index = new Array<number>(sizes.length).fill(0);
  let from = 0;
  for (let at = 0; at < result.length; at++) {
    result[at] = values[from]!;
    for (let axis = sizes.length - 1; axis >= 0; axis--) {
      from += steps[axis]!;
      index[axis]! += 1;
      if (index[axis]! < sizes[axis]!) break;
      from -= steps[axis]! * sizes[axis]!;
      index[axis] = 0;
    }
  }
  return result;
}
