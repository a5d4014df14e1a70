/** GraphProto to graph and back. */
import { create, toBinary } from '@bufbuild/protobuf';
import type { Graph, Node, Tensor, ValueInfo } from './graph.ts';
import { decode, open, payloadOf, withLists } from './message.ts';
import { nodePieces, readNode } from './node-proto.ts';
import { GraphProtoSchema, SparseTensorProtoSchema } from './onnx_pb.ts';
import { exportAgain, type ReadOptions, refusal } from './read-context.ts';
import { readTensor, tensorName, tensorPieces } from './tensor-proto.ts';
import { readValueInfo, valueInfoPieces } from './value-info-proto.ts';
import type { Pieces } from './wire.ts';

/** Numbers of the fields of GraphProto that are walked here. */
const field = { node: 1, initializer: 5, input: 11, output: 12, valueInfo: 13, sparseInitializer: 15 } as const;
const apart = new Set<number>(Object.values(field));

/** Ten times the largest graphs there are. */
const maxParts = 500_000;

/** What a graph was read from. */
export interface GraphSource {
  readonly kind: 'graph-source';
  readonly message: Uint8Array;
  readonly nodes: readonly Node[];
  readonly initializers: ReadonlyMap<string, Tensor>;
  /** All inputs, also those that only give the type of an initialiser. */
  readonly inputs: readonly ValueInfo[];
  readonly outputs: readonly ValueInfo[];
  readonly valueInfo: ReadonlyMap<string, ValueInfo>;
  /** Sparse constants are kept in the message only. */
  readonly sparse: ReadonlySet<string>;
}

export const isGraphSource = (source: object | undefined): source is GraphSource =>
  source !== undefined && 'kind' in source && source.kind === 'graph-source';

export function readGraph(message: Uint8Array, options: ReadOptions): Graph {
  const { message: head, parts } = open(GraphProtoSchema, message, apart);
  if (parts.length > maxParts) {
    throw refusal(
      options,
      `the graph has ${parts.length} nodes and constants, and the limit is ${maxParts}.`,
      exportAgain,
    );
  }
  const nodes: Node[] = [];
  const inputs: ValueInfo[] = [];
  const outputs: ValueInfo[] = [];
  const sparse = new Set<string>();
  const initializers = new Map<string, Tensor>();
  const valueInfo = new Map<string, ValueInfo>();
  for (const part of parts) {
    const value = payloadOf(message, part);
    if (part.number === field.node) nodes.push(readNode(value, options));
    else if (part.number === field.input) inputs.push(readValueInfo(value));
    else if (part.number === field.output) outputs.push(readValueInfo(value));
    else if (part.number === field.sparseInitializer) sparse.add(sparseName(value));
    else if (part.number === field.valueInfo) {
      const info = readValueInfo(value);
      valueInfo.set(info.name, info);
    } else {
      const tensor = readTensor(value, options);
      if (initializers.has(tensor.name)) {
        throw refusal(options, `two constants have the name "${tensor.name}".`, exportAgain);
      }
      initializers.set(tensor.name, tensor);
    }
  }
  const source: GraphSource = {
    kind: 'graph-source',
    message,
    nodes,
    initializers,
    inputs,
    outputs,
    valueInfo,
    sparse,
  };
  const fed = inputs.filter(({ name }) => !initializers.has(name) && !sparse.has(name));
  return { name: head.name, nodes, inputs: fed, outputs, initializers, valueInfo, source };
}

const sparseName = (value: Uint8Array): string => tensorName(decode(SparseTensorProtoSchema, value).values);

/** Before IR version 4 every initialiser is also an input, which gives its type. */
const initializersAreInputs = (irVersion: number): boolean => irVersion < 4;

/** The message of a graph: what has not changed lies in it as it was read. */
export function graphPieces(graph: Graph, irVersion: number): Uint8Array[] {
  const source = isGraphSource(graph.source) ? graph.source : null;
  const lists = new Map<number, readonly Pieces[]>();
  const inputs = allInputs(graph, source, irVersion);
  const initializers = [...graph.initializers.values()];
  const valueInfo = liveValueInfo(graph, source);
  const put = <T>(number: number, before: readonly T[], now: readonly T[], write: (item: T) => Uint8Array[]): void => {
    if (!source || before.length !== now.length || !before.every((item, i) => item === now[i])) {
      lists.set(number, now.map(write));
    }
  };
  put(field.node, source?.nodes ?? [], graph.nodes, nodePieces);
  put(field.initializer, [...(source?.initializers.values() ?? [])], initializers, tensorPieces);
  put(field.input, source?.inputs ?? [], inputs, valueInfoPieces);
  put(field.output, source?.outputs ?? [], graph.outputs, valueInfoPieces);
  put(field.valueInfo, [...(source?.valueInfo.values() ?? [])], valueInfo, valueInfoPieces);
  // Data from other files go into this one, so such nodes and constants count as changed.
  if (graph.nodes.some(isExternalNode)) lists.set(field.node, graph.nodes.map(nodePieces));
  if (initializers.some(isExternalTensor)) lists.set(field.initializer, initializers.map(tensorPieces));
  return withLists(source?.message ?? nameOnly(graph.name), lists);
}

const isExternalNode = ({ source }: Node): boolean =>
  source !== undefined && 'external' in source && source.external === true;
const isExternalTensor = ({ source }: Tensor): boolean =>
  source !== undefined && 'external' in source && source.external === true;

/** The inputs to write: those fed, and those that go with an initialiser, in the order they had. */
function allInputs(graph: Graph, source: GraphSource | null, irVersion: number): ValueInfo[] {
  const fed = new Map(graph.inputs.map(info => [info.name, info]));
  const listed: ValueInfo[] = [];
  for (const before of source?.inputs ?? []) {
    const tensor = graph.initializers.get(before.name);
    const kept = tensor
      ? tensor === source?.initializers.get(before.name)
        ? before
        : typed(before, tensor)
      : source?.sparse.has(before.name)
        ? before
        : fed.get(before.name);
    if (kept) listed.push(kept);
    fed.delete(before.name);
  }
  listed.push(...fed.values());
  if (initializersAreInputs(irVersion)) {
    const names = new Set(listed.map(({ name }) => name));
    for (const tensor of graph.initializers.values()) {
      const { name, elementType, dims } = tensor;
      if (!names.has(name) && elementType !== 'other') listed.push({ name, elementType, shape: dims });
    }
  }
  return listed;
}

/** The input entry of an initialiser, with another type or shape where a pass has changed those. */
function typed(info: ValueInfo, { dims, elementType }: Tensor): ValueInfo {
  const sameShape = info.shape?.length === dims.length && dims.every((dim, i) => (info.shape?.[i] ?? dim) === dim);
  if (sameShape && info.elementType === elementType) return info;
  return { ...info, elementType, shape: dims };
}

/** Leaves out what is said about values that no longer exist, unless the file said so itself. */
function liveValueInfo(graph: Graph, source: GraphSource | null): ValueInfo[] {
  const infos = [...graph.valueInfo.values()];
  if (source && source.nodes === graph.nodes) return infos;
  const alive = new Set<string>([...graph.initializers.keys(), ...graph.inputs.map(({ name }) => name)]);
  for (const node of graph.nodes) for (const output of node.outputs) alive.add(output);
  return infos.filter(({ name }) => alive.has(name) || source?.sparse.has(name));
}

function nameOnly(name: string): Uint8Array {
  return toBinary(GraphProtoSchema, create(GraphProtoSchema, { name }));
}
