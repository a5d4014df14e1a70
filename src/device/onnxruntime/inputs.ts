/** Seeded random inputs for a session, allocated once: what is timed is the network, not the making of its input. */
import { type Rng, seededRng } from '../../random/rng.ts';
import { type InferenceSession, Tensor } from '../../runtime/onnxruntime.ts';
import { type Misfit, misfit, resolveSizes } from '../free-dimensions.ts';
import type { TimedSettings } from './messages.ts';

export interface Feeds {
  readonly kind: 'feeds';
  readonly feeds: Readonly<Record<string, Tensor>>;
}
type Metadata = Extract<InferenceSession.ValueMetadata, { readonly isTensor: true }>;

const inputSeed = 1;

/** Values for every input of `session`, the same for every model with inputs of these shapes and types. */
export function randomFeeds(session: InferenceSession, settings: TimedSettings): Feeds | Misfit {
  const tensors = session.inputMetadata.filter(each => each.isTensor);
  const other = session.inputMetadata.find(each => !each.isTensor);
  if (other) return misfit(`its input "${other.name}" is no tensor`, 'Export the model with plain tensors as inputs.');
  const sizes = resolveSizes(tensors, settings);
  if (sizes.kind === 'misfit') return sizes;
  const feeds: Record<string, Tensor> = {};
  const rng = seededRng(inputSeed);
  for (const { name, type } of tensors) {
    const shape = sizes.shapes.get(name) ?? [];
    const values = randomValues(
      type,
      shape.reduce((product, size) => product * size, 1),
      rng,
    );
    if (!values)
      return misfit(`its input "${name}" has the element type ${type}`, 'Export the model with numbers as inputs.');
    feeds[name] = new Tensor(type, values, shape);
  }
  return { kind: 'feeds', feeds };
}

/** Normal values for floating point, 0 or 1 for whole numbers (they may be indices); null for text. */
function randomValues(type: Metadata['type'], n: number, rng: Rng): Tensor.DataTypeMap[Metadata['type']] | null {
  const bit = (): number => rng.integer(2);
  switch (type) {
    case 'float32':
      return Float32Array.from({ length: n }, () => normal(rng));
    case 'float64':
      return Float64Array.from({ length: n }, () => normal(rng));
    case 'float16':
      return Uint16Array.from({ length: n }, () => halfBits(normal(rng)));
    case 'int64':
      return BigInt64Array.from({ length: n }, () => BigInt(bit()));
    case 'uint64':
      return BigUint64Array.from({ length: n }, () => BigInt(bit()));
    case 'int32':
      return Int32Array.from({ length: n }, bit);
    case 'uint32':
      return Uint32Array.from({ length: n }, bit);
    case 'int16':
      return Int16Array.from({ length: n }, bit);
    case 'uint16':
      return Uint16Array.from({ length: n }, bit);
    case 'int8':
      return Int8Array.from({ length: n }, bit);
    case 'uint8':
    case 'bool':
      return Uint8Array.from({ length: n }, bit);
    default:
      return null;
  }
}

/** Box and Muller 1958. */
const normal = (rng: Rng): number =>
  Math.sqrt(-2 * Math.log(1 - rng.uniform())) * Math.cos(2 * Math.PI * rng.uniform());

/** The binary16 pattern nearest to |value| < 2^16, cut towards zero; numbers below 2^-14 become 0. */
function halfBits(value: number): number {
  const bits = new Uint32Array(Float32Array.of(value).buffer)[0] ?? 0;
  const exponent = ((bits >>> 23) & 0xff) - 127;
  const sign = (bits >>> 16) & 0x8000;
  return exponent < -14 ? sign : sign | ((exponent + 15) << 10) | ((bits >>> 13) & 0x3ff);
}

/** Whether every value of a floating-point tensor is finite; whole numbers always are. */
export function allFinite(tensor: Tensor): boolean {
  const { data, type } = tensor;
  if (type === 'float16') return (data as Uint16Array).every(bits => (bits & 0x7c00) !== 0x7c00);
  if (type !== 'float32' && type !== 'float64') return true;
  return (data as Float32Array).every(Number.isFinite);
}
