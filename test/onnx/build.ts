/** Builds small models by hand, so that a test shows the graph it is about. */
import type { Attribute, ElementType, Model, Node, Shape, Tensor } from '../../src/onnx/graph.ts';

export interface TinyValue {
  readonly name: string;
  readonly shape?: Shape | null;
  readonly elementType?: ElementType;
}

export interface TinyNode {
  readonly op: string;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  /** Whole numbers become ints, other numbers floats; `{ float: 1 }` says float where the number would not. */
  readonly attributes?: Readonly<Record<string, TinyAttribute>>;
  readonly name?: string;
  readonly domain?: string;
}

export type TinyAttribute =
  | number
  | string
  | readonly number[]
  | { readonly float: number }
  | { readonly tensor: Tensor };

export interface TinyModel {
  readonly inputs: readonly TinyValue[];
  readonly outputs: readonly (string | TinyValue)[];
  readonly nodes: readonly TinyNode[];
  readonly initializers?: readonly Tensor[];
  readonly opset?: number;
  readonly irVersion?: number;
  /** Further operator sets, by domain. */
  readonly domains?: Readonly<Record<string, number>>;
}

/** A model whose nodes have no source, as a pass would make them. */
export function buildModel({
  inputs,
  outputs,
  nodes,
  initializers = [],
  opset = 17,
  irVersion = 8,
  domains = {},
}: TinyModel): Model {
  const value = (given: string | TinyValue) => {
    const {
      name,
      shape = null,
      elementType = 'float32' as const,
    } = typeof given === 'string' ? { name: given } : given;
    return { name, shape, elementType };
  };
  return {
    graph: {
      name: 'tiny',
      nodes: nodes.map(tinyNode),
      inputs: inputs.map(value),
      outputs: outputs.map(value),
      initializers: new Map(initializers.map(tensor => [tensor.name, tensor])),
      valueInfo: new Map(),
    },
    opsets: new Map([['', opset], ...Object.entries(domains)]),
    metadata: new Map(),
    irVersion,
  };
}

function tinyNode({ op, inputs, outputs, attributes = {}, name, domain = '' }: TinyNode): Node {
  return {
    name: name ?? `${op}_${outputs[0]}`,
    opType: op,
    domain,
    inputs,
    outputs,
    attributes: new Map(Object.entries(attributes).map(([key, given]) => [key, tinyAttribute(given)])),
  };
}

function tinyAttribute(given: TinyAttribute): Attribute {
  if (typeof given === 'string') return { kind: 'string', value: given };
  if (typeof given === 'number')
    return Number.isInteger(given) ? { kind: 'int', value: given } : { kind: 'float', value: given };
  if ('float' in given) return { kind: 'float', value: given.float };
  if ('tensor' in given) return { kind: 'tensor', value: given.tensor };
  return { kind: 'ints', value: given };
}
