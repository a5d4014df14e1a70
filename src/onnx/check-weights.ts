/** Looks for numbers in the constants that no network computes with. */
import { isFloat } from './element-type.ts';
import type { Graph, Tensor } from './graph.ts';
import { type ReadOptions, refusal } from './read-context.ts';

/** Operators that multiply by their constants: there an infinity is as fatal as NaN. Elsewhere it may be a mask or a bound. */
const multiplying = new Set(['Conv', 'ConvTranspose', 'Gemm', 'MatMul', 'BatchNormalization', 'LayerNormalization']);

/** Throws UserError, naming the constant, when one holds NaN, or infinity where it is a weight. */
export function checkWeights(graph: Graph, options: ReadOptions): void {
  const weights = new Set<string>();
  for (const node of graph.nodes) if (multiplying.has(node.opType)) for (const name of node.inputs) weights.add(name);
  for (const tensor of constants(graph)) {
    const found = isFloat(tensor.elementType) ? firstBad(tensor, weights.has(tensor.name)) : null;
    if (!found) continue;
    throw refusal(
      options,
      `constant "${tensor.name}" must hold finite numbers, and element ${found.index} is ${found.value}.`,
      'Take an earlier checkpoint of the training: this one has diverged or is damaged.',
    );
  }
}

function* constants(graph: Graph): Generator<Tensor> {
  yield* graph.initializers.values();
  for (const { opType, attributes, outputs } of graph.nodes) {
    const value = opType === 'Constant' ? attributes.get('value') : undefined;
    if (value?.kind === 'tensor') yield { ...value.value, name: outputs[0] ?? '' };
  }
}

interface Bad {
  readonly index: number;
  readonly value: string;
}

/** Bit patterns suffice: NaN and infinity are the numbers whose exponent is all ones. */
function firstBad({ bytes, elementType }: Tensor, infinityToo: boolean): Bad | null {
  if (elementType === 'float64') {
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    return search(
      bytes.length / 8,
      infinityToo,
      i => view.getUint32(8 * i + 4, true) & 0x7fffffff,
      0x7ff00000,
      i => Number.isNaN(view.getFloat64(8 * i, true)),
    );
  }
  if (elementType === 'float32') {
    const bits = aligned(bytes, 4) ? new Uint32Array(bytes.buffer, bytes.byteOffset, bytes.length / 4) : null;
    const words = bits ?? new Uint32Array(new Uint8Array(bytes).buffer);
    return search(
      words.length,
      infinityToo,
      i => words[i]! & 0x7fffffff,
      0x7f800000,
      i => (words[i]! & 0x7fffff) !== 0,
    );
  }
  const words = new Uint16Array(new Uint8Array(bytes).buffer);
  const infinity = elementType === 'float16' ? 0x7c00 : 0x7f80;
  return search(
    words.length,
    infinityToo,
    i => words[i]! & 0x7fff,
    infinity,
    i => (words[i]! & 0x7fff) > infinity,
  );
}

const aligned = (bytes: Uint8Array, size: number): boolean => bytes.byteOffset % size === 0;

function search(
  count: number,
  infinityToo: boolean,
  magnitude: (i: number) => number,
  infinity: number,
  notANumber: (i: number) => boolean,
): Bad | null {
  for (let index = 0; index < count; index++) {
    if (magnitude(index) < infinity) continue;
    if (notANumber(index)) return { index, value: 'NaN' };
    if (infinityToo) return { index, value: 'infinite' };
  }
  return null;
}
