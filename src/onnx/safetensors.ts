/**
 * Tensors as safetensors: 8 bytes of length, a JSON head that says where each tensor lies, and their elements, little-endian and row-major
 * (https://github.com/huggingface/safetensors#format).
 */
import { UserError } from '../errors/user-error.ts';
import { byteLengthOf, codeOf } from './element-type.ts';
import type { ElementType, Tensor } from './graph.ts';
import { elementCount } from './tensor.ts';

const names: Partial<Readonly<Record<ElementType, string>>> = {
  float64: 'F64',
  float32: 'F32',
  float16: 'F16',
  bfloat16: 'BF16',
  int64: 'I64',
  int32: 'I32',
  int16: 'I16',
  int8: 'I8',
  uint8: 'U8',
  bool: 'BOOL',
};
const types = new Map(Object.entries(names).map(([type, name]) => [name, type as ElementType]));

export type PlainTensor = Pick<Tensor, 'dims' | 'elementType' | 'bytes'>;

/** @throws UserError for an element type that the format has not */
export function encodeSafetensors(
  tensors: Iterable<readonly [string, PlainTensor]>,
  metadata?: Readonly<Record<string, string>>,
): Uint8Array<ArrayBuffer> {
  const all = [...tensors];
  const head: Record<string, unknown> = metadata ? { __metadata__: metadata } : {};
  let at = 0;
  for (const [name, { dims, elementType, bytes }] of all) {
    const dtype = names[elementType];
    if (!dtype)
      throw new UserError(
        `Cannot write "${name}" as safetensors: the format has no ${elementType}.`,
        'Export the network without it.',
      );
    head[name] = { dtype, shape: dims, data_offsets: [at, at + bytes.length] };
    at += bytes.length;
  }
  const text = new TextEncoder().encode(JSON.stringify(head));
  const length = Math.ceil(text.length / 8) * 8;
  const out = new Uint8Array(8 + length + at).fill(0x20, 8, 8 + length);
  new DataView(out.buffer).setBigUint64(0, BigInt(length), true);
  out.set(text, 8);
  at = 8 + length;
  for (const [, { bytes }] of all) {
    out.set(bytes, at);
    at += bytes.length;
  }
  return out;
}

/** @throws UserError for a file of another kind, cut short, or of a type that ONNX has not */
export function decodeSafetensors(bytes: Uint8Array, path: string): Map<string, PlainTensor> {
  const refuse = (why: string): UserError =>
    new UserError(`Cannot read "${path}": expected a safetensors file, ${why}.`, 'Write it again.');
  if (bytes.length < 8) throw refuse('found one that is cut short');
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const start = 8 + Number(view.getBigUint64(0, true));
  if (start > bytes.length) throw refuse('found one that is cut short, or of another kind');
  const tensors = new Map<string, PlainTensor>();
  for (const [name, entry] of entriesOf(bytes.subarray(8, start), refuse)) {
    if (name === '__metadata__') continue;
    const { dtype, shape, data_offsets: offsets } = entry as Record<string, unknown>;
    const elementType = types.get(String(dtype));
    if (!elementType) throw refuse(`found "${name}" of the type ${String(dtype)}`);
    const whole = (value: unknown): value is number[] =>
      Array.isArray(value) && value.every(each => Number.isSafeInteger(each) && each >= 0);
    if (!whole(shape) || !whole(offsets)) throw refuse(`found "${name}" without shape or place`);
    const [from = 0, to = 0] = offsets;
    if (to < from || start + to > bytes.length) throw refuse(`found "${name}" cut short`);
    if (to - from !== byteLengthOf(codeOf(elementType), elementCount(shape)))
      throw refuse(`found ${to - from} bytes for "${name}" of [${shape.join(', ')}]`);
    tensors.set(name, { dims: shape, elementType, bytes: bytes.slice(start + from, start + to) });
  }
  return tensors;
}

function entriesOf(head: Uint8Array, refuse: (why: string) => UserError): [string, unknown][] {
  try {
    return Object.entries(JSON.parse(new TextDecoder().decode(head)) as object);
  } catch {
    throw refuse('found one with a damaged head');
  }
}
