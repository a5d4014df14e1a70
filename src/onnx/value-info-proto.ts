/** ValueInfoProto to value info and back. */
import { create, toBinary } from '@bufbuild/protobuf';
import { codeOf, elementTypeOf } from './element-type.ts';
import type { Dimension, ValueInfo } from './graph.ts';
import { decode } from './message.ts';
import { type TensorShapeProto_Dimension, type ValueInfoProto, ValueInfoProtoSchema } from './onnx_pb.ts';
import { WireError } from './wire.ts';

/** What a value info was read from, with what was read, so that a change can be told. */
interface ValueInfoSource {
  readonly kind: 'value-info-source';
  readonly message: Uint8Array;
  readonly read: Omit<ValueInfo, 'source'>;
}

/** A shape of thousands of axes was made to exhaust the memory. */
const maxBytes = 2 ** 18;

/** A value that is no tensor (a sequence, a map) has the element type 'other' and no shape. */
export function readValueInfo(message: Uint8Array): ValueInfo {
  if (message.length > maxBytes) throw new WireError('a type of more than 256 KB', false);
  const proto = decode(ValueInfoProtoSchema, message);
  const value = proto.type?.value;
  const tensor = value?.case === 'tensorType' ? value.value : null;
  const read = {
    name: proto.name,
    elementType: elementTypeOf(tensor?.elemType ?? 0),
    shape: tensor?.shape ? tensor.shape.dim.map(dimensionOf) : null,
  };
  const source: ValueInfoSource = { kind: 'value-info-source', message, read };
  return { ...read, source };
}

/** Exporters write an unknown size as an empty dimension, an empty name, -1 or 0. */
function dimensionOf({ value }: TensorShapeProto_Dimension): Dimension {
  if (value.case === 'dimParam') return value.value === '' ? null : value.value;
  if (value.case === 'dimValue') return value.value > 0n ? Number(value.value) : null;
  return null;
}

const isValueInfoSource = (source: object | undefined): source is ValueInfoSource =>
  source !== undefined && 'kind' in source && source.kind === 'value-info-source';

export function valueInfoPieces(info: ValueInfo): Uint8Array[] {
  const source = isValueInfoSource(info.source) ? info.source : null;
  if (source && isUntouched(info, source.read)) return [source.message];
  const proto = source ? decode(ValueInfoProtoSchema, source.message) : create(ValueInfoProtoSchema);
  proto.name = info.name;
  const typeChanged = source?.read.elementType !== info.elementType || source.read.shape !== info.shape;
  if (typeChanged && info.elementType !== 'other') setType(proto, info);
  return [toBinary(ValueInfoProtoSchema, proto)];
}

const isUntouched = (info: ValueInfo, read: Omit<ValueInfo, 'source'>): boolean =>
  info.name === read.name && info.elementType === read.elementType && info.shape === read.shape;

function setType(proto: ValueInfoProto, { elementType, shape }: ValueInfo): void {
  const dim = shape?.map(size => ({ value: valueOfDimension(size) }));
  proto.type = create(ValueInfoProtoSchema, {
    type: {
      value: { case: 'tensorType', value: { elemType: codeOf(elementType), ...(dim ? { shape: { dim } } : {}) } },
    },
  }).type!;
}

function valueOfDimension(size: Dimension) {
  if (typeof size === 'number') return { case: 'dimValue' as const, value: BigInt(size) };
  if (typeof size === 'string') return { case: 'dimParam' as const, value: size };
  return { case: undefined };
}
