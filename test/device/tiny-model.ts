/** Small ONNX models for tests of devices, written by hand in protobuf's wire format (onnx.proto3, IR version 8, opset 13). */
import { createHash } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import type { ModelFile } from '../../src/device/device.ts';
import { seededRng } from '../../src/random/rng.ts';

export interface TinyConv {
  /** Dynamic sizes by name, fixed ones as numbers. */
  readonly inputShape: readonly (number | string)[];
  /** Channels after each 3x3 convolution; every one but the last is followed by a Relu. */
  readonly channels: readonly number[];
  readonly elementType?: 'float32' | 'float16';
  /** All weights are this instead of small random numbers. */
  readonly fill?: number;
}

const varint = (value: number): number[] =>
  value < 128 ? [value] : [(value % 128) + 128, ...varint(Math.floor(value / 128))];
const int = (field: number, value: number): Buffer => Buffer.from([...varint(field * 8), ...varint(value)]);
const bytes = (field: number, value: Uint8Array): Buffer =>
  Buffer.concat([Buffer.from([...varint(field * 8 + 2), ...varint(value.length)]), value]);
const text = (field: number, value: string): Buffer => bytes(field, Buffer.from(value));
const message = (field: number, ...parts: Buffer[]): Buffer => bytes(field, Buffer.concat(parts));

const onnxType = { float32: 1, float16: 10 } as const;

const valueInfo = (field: number, name: string, type: number, shape: readonly (number | string)[]): Buffer => {
  const dims = shape.map(size => message(1, typeof size === 'number' ? int(1, size) : text(2, size)));
  return message(field, text(1, name), message(2, message(1, int(1, type), message(2, ...dims))));
};

const node = (opType: string, name: string, inputs: string[], outputs: string[], ...attributes: Buffer[]): Buffer =>
  message(
    1,
    ...inputs.map(each => text(1, each)),
    ...outputs.map(each => text(2, each)),
    text(3, name),
    text(4, opType),
    ...attributes,
  );

const ints = (name: string, values: number[]): Buffer =>
  message(5, text(1, name), ...values.map(value => int(8, value)), int(20, 7));

/** A chain of 3x3 convolutions with padding 1, input `input` and output `output`. */
export function tinyConv({ inputShape, channels, elementType = 'float32', fill }: TinyConv): Uint8Array {
  const rng = seededRng(11);
  const type = onnxType[elementType];
  const nodes: Buffer[] = [];
  const weights: Buffer[] = [];
  let from = 'input';
  let inputs = Number(inputShape[1]);
  for (const [i, outputs] of channels.entries()) {
    const dims = [outputs, inputs, 3, 3];
    const values = Array.from(
      { length: outputs * inputs * 9 },
      () => fill ?? (rng.uniform() - 0.5) / Math.sqrt(inputs * 2),
    );
    const raw = elementType === 'float32' ? Buffer.from(Float32Array.from(values).buffer) : halves(values);
    weights.push(message(5, ...dims.map(d => int(1, d)), int(2, type), text(8, `w${i}`), bytes(9, raw)));
    const last = i === channels.length - 1;
    nodes.push(
      node(
        'Conv',
        `conv${i}`,
        [from, `w${i}`],
        [last ? 'output' : `c${i}`],
        ints('kernel_shape', [3, 3]),
        ints('pads', [1, 1, 1, 1]),
      ),
    );
    if (!last) nodes.push(node('Relu', `relu${i}`, [`c${i}`], [`r${i}`]));
    from = `r${i}`;
    inputs = outputs;
  }
  const outputShape = [inputShape[0] ?? 1, inputs, inputShape[2] ?? 1, inputShape[3] ?? 1];
  const graph = message(
    7,
    ...nodes,
    text(2, 'tiny'),
    ...weights,
    valueInfo(11, 'input', type, inputShape),
    valueInfo(12, 'output', type, outputShape),
  );
  return Buffer.concat([int(1, 8), graph, message(8, text(1, ''), int(2, 13))]);
}

/** binary16 of numbers that are normal in it. */
function halves(values: readonly number[]): Buffer {
  const bits = values.map(value => {
    const single = new Uint32Array(Float32Array.of(value).buffer)[0]!;
    const exponent = ((single >>> 23) & 0xff) - 127 + 15;
    return exponent <= 0 ? 0 : ((single >>> 16) & 0x8000) | (exponent << 10) | ((single >>> 13) & 0x3ff);
  });
  return Buffer.from(Uint16Array.from(bits).buffer);
}

export function writeModelFile(path: string, model: Uint8Array): ModelFile {
  writeFileSync(path, model);
  return { path, sha256: createHash('sha256').update(model).digest('hex') };
}
