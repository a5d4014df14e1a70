/** Appends nodes to a graph: names that are free, constants, and attributes as plain values. */
import { freshNames } from './edit.ts';
import type { Attribute, ElementType, Graph, Node, Tensor } from './graph.ts';
import { elementCount, floatTensor, intTensor } from './tensor.ts';

/** A whole number stands for an int, another number for a float; `{ float: 1 }` says float where the number would not. */
export type AttributeValue = number | string | readonly number[] | { readonly float: number };

export type AttributeValues = Readonly<Record<string, AttributeValue>>;

export interface Builder {
  /** Appends a node of one output and gives the output's name. An input that is left out is an empty string. */
  readonly add: (opType: string, inputs: readonly string[], attributes?: AttributeValues) => string;
  /** Appends a node of `count` outputs. */
  readonly addMany: (
    opType: string,
    inputs: readonly string[],
    count: number,
    attributes?: AttributeValues,
  ) => readonly string[];
  /** Appends a node that was made elsewhere, as it is. */
  readonly put: (node: Node) => void;
  /** A scalar constant of the element type given. */
  readonly scalar: (value: number, type: ElementType) => string;
  /** A vector of int64, as axes, sizes and pads are given. */
  readonly integers: (values: readonly number[]) => string;
  /** One int64. */
  readonly wholeScalar: (value: number) => string;
  /** A floating-point constant of any shape: float16, float32 or float64. Throws where `dims` does not hold as many values. */
  readonly constant: (dims: readonly number[], values: ArrayLike<number>, type: ElementType) => string;
  /** The name given, or with a number behind it where it is taken. */
  readonly fresh: (wanted: string) => string;
  /** Says where the nodes that follow come from: their names begin with `prefix/`. */
  readonly within: (prefix: string) => void;
  /** All nodes and constants so far. */
  readonly nodes: () => readonly Node[];
  readonly constants: () => readonly Tensor[];
  /** The nodes since it was last called. */
  readonly newNodes: () => readonly Node[];
  /** Those of the graph, and the constants behind them. */
  readonly initializers: () => Map<string, Tensor>;
}

/** Lists of whole numbers up to this length are named by what they hold. */
const longestNamed = 16;

/** Changes nothing of `graph`; constants of the same numbers are there once. */
export function graphBuilder(graph: Graph, beginning: string): Builder {
  const fresh = freshNames(graph);
  const nodes: Node[] = [];
  const tensors = new Map<string, Tensor>();
  let prefix = beginning;
  let given = 0;

  const remember = (key: string, make: (name: string) => Tensor, wanted = key): string => {
    const known = tensors.get(key);
    if (known) return known.name;
    const tensor = make(fresh(wanted));
    tensors.set(key, tensor);
    return tensor.name;
  };
  const addMany: Builder['addMany'] = (opType, inputs, count, attributes) => {
    const base = fresh(`${prefix}/${opType}`);
    const outputs = Array.from({ length: count }, (_, i) => (i === 0 ? base : fresh(`${base}:${i}`)));
    nodes.push(makeNode(base, opType, inputs, outputs, attributes));
    return outputs;
  };
  return {
    add: (opType, inputs, attributes) => addMany(opType, inputs, 1, attributes)[0] ?? '',
    addMany,
    put: node => {
      nodes.push(node);
    },
    integers: values => {
      const key = `integers[${values.join(',')}]`;
      const name = values.length > longestNamed ? `${prefix}/integers` : key;
      return remember(key, as => intTensor(as, [values.length], values), name);
    },
    scalar: (value, type) => remember(`${type}(${value})`, name => floats(name, [], [value], type)),
    wholeScalar: value => remember(`integer(${value})`, name => intTensor(name, [], [value])),
    constant: (dims, values, type) => {
      const name = fresh(`${prefix}/constant`);
      tensors.set(name, floats(name, dims, values, type));
      return name;
    },
    fresh,
    within: name => {
      prefix = name;
    },
    nodes: () => nodes,
    constants: () => [...tensors.values()],
    newNodes: () => {
      const found = nodes.slice(given);
      given = nodes.length;
      return found;
    },
    initializers: () => {
      const all = new Map(graph.initializers);
      for (const tensor of tensors.values()) all.set(tensor.name, tensor);
      return all;
    },
  };
}

/** A node of the standard domain. */
export function makeNode(
  name: string,
  opType: string,
  inputs: readonly string[],
  outputs: readonly string[],
  attributes: AttributeValues = {},
): Node {
  const entries = Object.entries(attributes).map(([key, value]) => [key, attributeOf(value)] as const);
  return { name, opType, domain: '', inputs, outputs, attributes: new Map(entries) };
}

function attributeOf(value: AttributeValue): Attribute {
  if (typeof value === 'number') {
    return Number.isInteger(value) ? { kind: 'int', value } : { kind: 'float', value };
  }
  if (typeof value === 'string') return { kind: 'string', value };
  if ('float' in value) return { kind: 'float', value: value.float };
  return { kind: 'ints', value };
}

/** Constants in the precision of the graph, made from the same numbers. */
function floats(name: string, dims: readonly number[], values: ArrayLike<number>, type: ElementType): Tensor {
  if (elementCount(dims) !== values.length) throw new Error(`constant "${name}" of [${dims}] holds ${values.length}`);
  if (type === 'float64') {
    return { name, dims, elementType: type, bytes: new Uint8Array(Float64Array.from(values).buffer) };
  }
  if (type !== 'float32' && type !== 'float16') throw new Error(`constant "${name}" of ${type}`);
  return floatTensor(name, dims, Float32Array.from(values), type);
}
