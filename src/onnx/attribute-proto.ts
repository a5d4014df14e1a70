/** AttributeProto to attribute and back. */
import { create } from '@bufbuild/protobuf';
import type { Attribute } from './graph.ts';
import { type AttributeProto, AttributeProtoSchema } from './onnx_pb.ts';
import type { ReadOptions } from './read-context.ts';
import { clampedBigInt } from './tensor.ts';
import { readTensor, tensorPieces } from './tensor-proto.ts';
import { join } from './wire.ts';

/** AttributeProto.AttributeType. */
const type = { float: 1, int: 2, string: 3, tensor: 4, graph: 5, floats: 6, ints: 7, strings: 8, graphs: 10 } as const;

const textOf = new TextDecoder();
const bytesOf = new TextEncoder();

export function readAttribute(proto: AttributeProto, options: ReadOptions): Attribute {
  if (proto.refAttrName !== '') return { kind: 'other', source: proto };
  switch (proto.type || guessedType(proto)) {
    case type.float:
      return { kind: 'float', value: proto.f };
    case type.int:
      return { kind: 'int', value: Number(proto.i) };
    case type.string:
      return { kind: 'string', value: textOf.decode(proto.s) };
    case type.floats:
      return { kind: 'floats', value: proto.floats };
    case type.ints:
      return { kind: 'ints', value: proto.ints.map(Number) };
    case type.strings:
      return { kind: 'strings', value: proto.strings.map(bytes => textOf.decode(bytes)) };
    case type.tensor:
      return { kind: 'tensor', value: readTensor(proto.t, options) };
    default:
      return { kind: 'other', source: proto };
  }
}

/** The first exporters left the type out, and told it by the field they filled. */
function guessedType(proto: AttributeProto): number {
  if (proto.t.length > 0) return type.tensor;
  if (proto.g.length > 0) return type.graph;
  if (proto.ints.length > 0) return type.ints;
  if (proto.floats.length > 0) return type.floats;
  if (proto.strings.length > 0) return type.strings;
  if (proto.graphs.length > 0) return type.graphs;
  if (proto.s.length > 0) return type.string;
  return Object.hasOwn(proto, 'f') ? type.float : type.int;
}

export const isAttributeProto = (source: object): source is AttributeProto =>
  '$typeName' in source && source.$typeName === AttributeProtoSchema.typeName;

export function attributeProto(name: string, attribute: Attribute): AttributeProto {
  switch (attribute.kind) {
    case 'float':
      return create(AttributeProtoSchema, { name, type: type.float, f: attribute.value });
    case 'int':
      return create(AttributeProtoSchema, { name, type: type.int, i: clampedBigInt(attribute.value) });
    case 'string':
      return create(AttributeProtoSchema, { name, type: type.string, s: bytesOf.encode(attribute.value) });
    case 'floats':
      return create(AttributeProtoSchema, { name, type: type.floats, floats: [...attribute.value] });
    case 'ints':
      return create(AttributeProtoSchema, { name, type: type.ints, ints: attribute.value.map(clampedBigInt) });
    case 'strings':
      return create(AttributeProtoSchema, {
        name,
        type: type.strings,
        strings: attribute.value.map(text => bytesOf.encode(text)),
      });
    case 'tensor':
      return create(AttributeProtoSchema, { name, type: type.tensor, t: join(tensorPieces(attribute.value)) });
    case 'other':
      if (!isAttributeProto(attribute.source)) throw new Error(`attribute "${name}" has no message to write`);
      return attribute.source.name === name ? attribute.source : { ...attribute.source, name };
    default:
      return attribute satisfies never;
  }
}
