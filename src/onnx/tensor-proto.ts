/** TensorProto to constant and back. */
import { create, toBinary } from '@bufbuild/protobuf';
import { byteLengthOf, codeOf, elementTypeOf } from './element-type.ts';
import { externalBytes } from './external-data.ts';
import type { Tensor } from './graph.ts';
import { open } from './message.ts';
import { TensorProtoSchema } from './onnx_pb.ts';
import { exportAgain, type ReadOptions, refusal } from './read-context.ts';
import { elementCount } from './tensor.ts';
import { field, typedData } from './typed-data.ts';
import { lengthDelimited, walk } from './wire.ts';

/** What a tensor was read from, with what was read, so that a change can be told. */
export interface TensorSource {
  readonly kind: 'tensor-source';
  readonly message: Uint8Array;
  readonly code: number;
  readonly external: boolean;
  readonly name: string;
  readonly dims: readonly number[];
  readonly bytes: Uint8Array;
}

const dataFields = new Set<number>([
  field.float,
  field.int32,
  field.string,
  field.int64,
  field.raw,
  field.double,
  field.uint64,
]);
const external = 1;
/** No tensor has more axes: onnxruntime and the exporters stop far below. */
const maxRank = 64;

/** Throws UserError for a constant whose data are not there or do not fit; WireError where the bytes are no message. */
export function readTensor(message: Uint8Array, options: ReadOptions): Tensor {
  const { message: head, parts } = open(TensorProtoSchema, message, dataFields);
  const name = head.name;
  const dims = head.dims.map(Number);
  const count = elementCount(dims);
  if (dims.length > maxRank || !dims.every(dim => dim >= 0) || !Number.isSafeInteger(count)) {
    throw refusal(options, `constant "${name}" has impossible dimensions [${dims.slice(0, 8)}].`, exportAgain);
  }
  const expected = byteLengthOf(head.dataType, count);
  const isExternal = head.dataLocation === external;
  const bytes = isExternal
    ? externalBytes(name, head.externalData, expected, options)
    : typedData(message, parts, head.dataType);
  if (expected !== null && bytes.length !== expected) {
    const problem = `constant "${name}" of [${dims}] needs ${expected} bytes, found ${bytes.length}.`;
    throw refusal(options, problem, exportAgain);
  }
  const source: TensorSource = {
    kind: 'tensor-source',
    message,
    code: head.dataType,
    external: isExternal,
    name,
    dims,
    bytes,
  };
  return { name, dims, elementType: elementTypeOf(head.dataType), bytes, source };
}

const isTensorSource = (source: object | undefined): source is TensorSource =>
  source !== undefined && 'kind' in source && source.kind === 'tensor-source';

/** The message of a constant: as it was read where nothing has changed, and with the data as `raw_data` otherwise. */
export function tensorPieces(tensor: Tensor): Uint8Array[] {
  const { name, dims, bytes } = tensor;
  const source = isTensorSource(tensor.source) ? tensor.source : null;
  const dataType =
    source && elementTypeOf(source.code) === tensor.elementType ? source.code : codeOf(tensor.elementType);
  const sameType = source?.code === dataType;
  if (source && sameType && !source.external && source.name === name && sameNumbers(source.dims, dims)) {
    if (source.bytes === bytes || sameBytes(source.bytes, bytes)) return [source.message];
  }
  const head = source ? headOf(source) : create(TensorProtoSchema);
  head.dims = dims.map(BigInt);
  head.dataType = dataType;
  if (name !== '' || head.name !== '') head.name = name;
  head.externalData = [];
  if (head.dataLocation !== 0) head.dataLocation = 0;
  if (tensor.elementType === 'string' && source) return [toBinary(TensorProtoSchema, head), ...stringRecords(source)];
  return [toBinary(TensorProtoSchema, head), ...lengthDelimited(field.raw, [bytes])];
}

const headOf = (source: TensorSource) => open(TensorProtoSchema, source.message, dataFields).message;

function stringRecords({ message }: TensorSource): Uint8Array[] {
  const records: Uint8Array[] = [];
  walk(message, ({ number, start, end }) => {
    if (number === field.string) records.push(message.subarray(start, end));
  });
  return records;
}

const sameNumbers = (a: readonly number[], b: readonly number[]): boolean =>
  a.length === b.length && a.every((value, i) => value === b[i]);

/** Whether both are the same stretch of the same memory; equal elements elsewhere count as a change. */
const sameBytes = (a: Uint8Array, b: Uint8Array): boolean =>
  a.buffer === b.buffer && a.byteOffset === b.byteOffset && a.length === b.length;

/** The name of a tensor without its data. */
export const tensorName = (message: Uint8Array): string => decodeHead(message).name;
const decodeHead = (message: Uint8Array) => open(TensorProtoSchema, message, dataFields).message;
