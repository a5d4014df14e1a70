/** NodeProto to node and back. */
import { create, toBinary } from '@bufbuild/protobuf';
import { attributeProto, readAttribute } from './attribute-proto.ts';
import type { Attribute, Node } from './graph.ts';
import { decode, payloadOf } from './message.ts';
import { type NodeProto, NodeProtoSchema } from './onnx_pb.ts';
import type { ReadOptions } from './read-context.ts';
import { WireError, walk } from './wire.ts';

/** What a node was read from, with what was read, so that a change can be told. */
export interface NodeSource {
  readonly kind: 'node-source';
  readonly message: Uint8Array;
  readonly name: string;
  readonly opType: string;
  readonly domain: string;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly attributes: ReadonlyMap<string, Attribute>;
  /** A constant of it lay in another file, so that the message alone does not say everything. */
  readonly external: boolean;
}

/** Constants and bodies in attributes are not decoded and may be of any size; the rest of a node has these limits. */
const maxAttributes = 10_000;
const maxPlainBytes = 32 * 2 ** 20;
const attributeField = 5;
const notDecoded = new Set([5, 6, 10, 11]);

/** Throws WireError where the bytes are no node, or one made to exhaust the memory. */
export function decodeNode(message: Uint8Array): NodeProto {
  let plain = message.length;
  let attributes = 0;
  walk(message, record => {
    if (record.number !== attributeField) return;
    if (++attributes > maxAttributes) throw new WireError(`a node has more than ${maxAttributes} attributes`, false);
    walk(payloadOf(message, record), ({ number, valueStart, end }) => {
      if (notDecoded.has(number)) plain -= end - valueStart;
    });
  });
  if (plain > maxPlainBytes) throw new WireError('a node has more than 32 MB of attributes', false);
  return decode(NodeProtoSchema, message);
}

export function readNode(message: Uint8Array, options: ReadOptions): Node {
  const proto = decodeNode(message);
  const attributes = new Map(proto.attribute.map(each => [each.name, readAttribute(each, options)]));
  const read = {
    name: proto.name,
    opType: proto.opType,
    domain: proto.domain,
    inputs: proto.input,
    outputs: proto.output,
    attributes,
  };
  const source: NodeSource = {
    kind: 'node-source',
    message,
    ...read,
    external: [...attributes.values()].some(isExternal),
  };
  return { ...read, source };
}

function isExternal(attribute: Attribute): boolean {
  const source = attribute.kind === 'tensor' ? attribute.value.source : undefined;
  return source !== undefined && 'external' in source && source.external === true;
}

const isNodeSource = (source: object | undefined): source is NodeSource =>
  source !== undefined && 'kind' in source && source.kind === 'node-source';

/** The message of a node: as it was read where nothing has changed; otherwise with the changes and its unknown fields. */
export function nodePieces(node: Node): Uint8Array[] {
  const source = isNodeSource(node.source) ? node.source : null;
  if (source && !source.external && isUntouched(node, source)) return [source.message];
  const proto = source ? decode(NodeProtoSchema, source.message) : create(NodeProtoSchema);
  const before = new Map(proto.attribute.map(each => [each.name, each]));
  proto.input = [...node.inputs];
  proto.output = [...node.outputs];
  proto.opType = node.opType;
  if (node.name !== '' || proto.name !== '') proto.name = node.name;
  if (node.domain !== '' || proto.domain !== '') proto.domain = node.domain;
  proto.attribute = [...node.attributes].map(([name, attribute]) => {
    const same = source && !source.external && source.attributes.get(name) === attribute;
    return (same ? before.get(name) : undefined) ?? attributeProto(name, attribute);
  });
  return [toBinary(NodeProtoSchema, proto)];
}

const isUntouched = (node: Node, source: NodeSource): boolean =>
  node.name === source.name &&
  node.opType === source.opType &&
  node.domain === source.domain &&
  sameNames(node.inputs, source.inputs) &&
  sameNames(node.outputs, source.outputs) &&
  sameAttributes(node.attributes, source.attributes);

const sameNames = (a: readonly string[], b: readonly string[]): boolean =>
  a === b || (a.length === b.length && a.every((name, i) => name === b[i]));

const sameAttributes = (a: ReadonlyMap<string, Attribute>, b: ReadonlyMap<string, Attribute>): boolean =>
  a === b || (a.size === b.size && [...a].every(([name, attribute]) => b.get(name) === attribute));
