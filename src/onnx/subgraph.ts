/** The bodies of If, Loop and Scan: which values of the graph around them they read, and which operators they hold. */
import { isAttributeProto } from './attribute-proto.ts';
import type { Node } from './graph.ts';
import { open, payloadOf } from './message.ts';
import { decodeNode } from './node-proto.ts';
import { type AttributeProto, FunctionProtoSchema, GraphProtoSchema } from './onnx_pb.ts';
import { tensorName } from './tensor-proto.ts';
import { readValueInfo } from './value-info-proto.ts';
import { WireError } from './wire.ts';

export interface Operator {
  readonly opType: string;
  readonly domain: string;
}

export interface Body {
  /** Values that the body reads and does not define, in order of first use. */
  readonly reads: ReadonlySet<string>;
  readonly operators: readonly Operator[];
}

const nothing: Body = { reads: new Set(), operators: [] };
const maxDepth = 50;
const field = { node: 1, initializer: 5, input: 11, output: 12 } as const;
const functionNode = 7;
const apart = new Set<number>(Object.values(field));

/** What the subgraphs of one node read and hold; they may contain such nodes in turn. Throws WireError at a damaged one. */
export function bodiesOf(node: Node): Body {
  const graphs = [...node.attributes.values()].flatMap(attribute => {
    if (attribute.kind !== 'other' || !isAttributeProto(attribute.source)) return [];
    return graphsOf(attribute.source);
  });
  if (graphs.length === 0) return nothing;
  return union(graphs.map(message => bodyOf(message, 1)));
}

/** What a node reads: its inputs, and what its bodies read of the graph around them. */
export const readsOf = (node: Node): readonly string[] => [...node.inputs, ...bodiesOf(node).reads];

const graphsOf = ({ g, graphs }: AttributeProto): readonly Uint8Array[] => (g.length > 0 ? [g, ...graphs] : graphs);

/** The operators in the body of a function of the model's own. */
export function operatorsOfFunction(message: Uint8Array): readonly Operator[] {
  const { parts } = open(FunctionProtoSchema, message, new Set([functionNode]));
  return parts.flatMap(part => {
    const { opType, domain, attribute } = decodeNode(payloadOf(message, part));
    const bodies = attribute.flatMap(graphsOf).map(graph => bodyOf(graph, 1));
    return [{ opType, domain }, ...union(bodies).operators];
  });
}

function union(bodies: readonly Body[]): Body {
  return {
    reads: new Set(bodies.flatMap(({ reads }) => [...reads])),
    operators: bodies.flatMap(body => body.operators),
  };
}

function bodyOf(message: Uint8Array, depth: number): Body {
  if (depth > maxDepth) throw new WireError(`subgraphs are nested more than ${maxDepth} deep`, false);
  const { parts } = open(GraphProtoSchema, message, apart);
  const defined = new Set<string>();
  const reads = new Set<string>();
  const operators: Operator[] = [];
  const read = (name: string): void => {
    if (name !== '' && !defined.has(name)) reads.add(name);
  };
  const valuesOf = (number: number) =>
    parts.filter(part => part.number === number).map(part => payloadOf(message, part));
  for (const value of valuesOf(field.input)) defined.add(readValueInfo(value).name);
  for (const value of valuesOf(field.initializer)) defined.add(tensorName(value));
  for (const value of valuesOf(field.node)) {
    const { input, output, attribute, opType, domain } = decodeNode(value);
    operators.push({ opType, domain });
    for (const name of input) read(name);
    for (const proto of attribute) {
      const inner = union(graphsOf(proto).map(each => bodyOf(each, depth + 1)));
      for (const name of inner.reads) read(name);
      for (const operator of inner.operators) operators.push(operator);
    }
    for (const name of output) defined.add(name);
  }
  for (const value of valuesOf(field.output)) read(readValueInfo(value).name);
  return { reads, operators };
}
