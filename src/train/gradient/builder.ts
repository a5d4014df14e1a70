/** Appends nodes to a graph: names, constants and the few shapes of expression that most rules share. */
import { freshNames } from '../../onnx/edit.ts';
import type { Attribute, ElementType, Graph, Node, Shape, Tensor } from '../../onnx/graph.ts';
import { elementCount, floatTensor, intTensor } from '../../onnx/tensor.ts';

export type AttributeValue = number | string | readonly number[] | { readonly float: number };

export interface Builder {
  /** Appends a node of one output and gives the output's name. An input that is left out is an empty string. */
  readonly add: (
    opType: string,
    inputs: readonly string[],
    attributes?: Readonly<Record<string, AttributeValue>>,
  ) => string;
  /** Appends a node of `count` outputs. */
  readonly addMany: (
    opType: string,
    inputs: readonly string[],
    count: number,
    attributes?: Readonly<Record<string, AttributeValue>>,
  ) => readonly string[];
  /** A scalar constant of the element type given. */
  readonly scalar: (value: number, type: ElementType) => string;
  /** A vector of int64, as axes, sizes and pads are given. */
  readonly integers: (values: readonly number[]) => string;
  /** One int64. */
  readonly wholeScalar: (value: number) => string;
  /** A floating-point constant of any shape. */
  readonly constant: (dims: readonly number[], values: Float64Array, type: ElementType) => string;
  /** Sum over `axes`, which are kept with size 1 unless `keep` is false. */
  readonly reduceSum: (x: string, axes: readonly number[], keep?: boolean) => string;
  /** `x` in the shape given; at most one size may be dynamic, or `like` must be a value of that shape. */
  readonly reshape: (x: string, shape: Shape | null, like?: string) => string;
  /** Zeros in the shape of `like`. */
  readonly zeros: (like: string, type: ElementType) => string;
  /** The name given, or with a number behind it where it is taken. */
  readonly fresh: (wanted: string) => string;
  /** Says where the nodes that follow come from: their names begin with it. */
  readonly within: (prefix: string) => void;
  /** The nodes and constants so far. */
  readonly nodes: () => readonly Node[];
  readonly constants: () => readonly Tensor[];
}

export function graphBuilder(graph: Graph): Builder {
  const fresh = freshNames(graph);
  const nodes: Node[] = [];
  const tensors = new Map<string, Tensor>();
  let prefix = 'gradient';

  const remember = (key: string, make: (name: string) => Tensor): string => {
    const known = tensors.get(key);
    if (known) return known.name;
    const tensor = make(fresh(key));
    tensors.set(key, tensor);
    return tensor.name;
  };
  const addMany: Builder['addMany'] = (opType, inputs, count, attributes = {}) => {
    const base = fresh(`${prefix}/${opType}`);
    const outputs = Array.from({ length: count }, (_, i) => (i === 0 ? base : fresh(`${base}:${i}`)));
    const entries = Object.entries(attributes).map(([key, value]) => [key, attributeOf(value)] as const);
    nodes.push({ name: base, opType, domain: '', inputs, outputs, attributes: new Map(entries) });
    return outputs;
  };
  const add: Builder['add'] = (opType, inputs, attributes) => addMany(opType, inputs, 1, attributes)[0] ?? '';
  const integers: Builder['integers'] = values =>
    remember(`integers[${values.join(',')}]`, name => intTensor(name, [values.length], values));
  const scalar: Builder['scalar'] = (value, type) =>
    remember(`${type}(${value})`, name => floats(name, [], Float64Array.of(value), type));
  return {
    add,
    addMany,
    integers,
    scalar,
    wholeScalar: value => remember(`integer(${value})`, name => intTensor(name, [], [value])),
    constant: (dims, values, type) => {
      const name = fresh(`${prefix}/constant`);
      tensors.set(name, floats(name, dims, values, type));
      return name;
    },
    reduceSum: (x, axes, keep = true) =>
      axes.length === 0 ? x : add('ReduceSum', [x, integers(axes)], { keepdims: keep ? 1 : 0 }),
    reshape: (x, shape, like) => {
      const open = shape?.filter(size => typeof size !== 'number' || size === 0).length ?? 2;
      if (shape && open <= 1) {
        return add('Reshape', [x, integers(shape.map(size => (typeof size === 'number' && size > 0 ? size : -1)))]);
      }
      if (like === undefined) throw new Error(`a reshape of "${x}" to sizes that are not known`);
      return add('Reshape', [x, add('Shape', [like])]);
    },
    zeros: (like, type) => add('Expand', [scalar(0, type), add('Shape', [like])]),
    fresh,
    within: name => {
      prefix = `gradient/${name}`;
    },
    nodes: () => nodes,
    constants: () => [...tensors.values()],
  };
}

function attributeOf(value: AttributeValue): Attribute {
  if (typeof value === 'number') {
    return Number.isInteger(value) ? { kind: 'int', value } : { kind: 'float', value };
  }
  if (typeof value === 'string') return { kind: 'string', value };
  if ('float' in value) return { kind: 'float', value: value.float };
  return { kind: 'ints', value };
}

/** Constants in the precision of the graph; float16 and float64 are made from the same numbers. */
function floats(name: string, dims: readonly number[], values: Float64Array, type: ElementType): Tensor {
  if (elementCount(dims) !== values.length) throw new Error(`constant "${name}" of [${dims}] holds ${values.length}`);
  if (type === 'float64') return { name, dims, elementType: type, bytes: new Uint8Array(values.slice().buffer) };
  if (type !== 'float32' && type !== 'float16') throw new Error(`constant "${name}" of ${type}`);
  return floatTensor(name, dims, Float32Array.from(values), type);
}
