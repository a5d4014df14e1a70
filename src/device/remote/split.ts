/**
 * A model as pieces, so that a device that has some of them needs only the others. A weight that is a slice of a factor is cut along its
 * rank: slices of the same factor then share all tiles but the last. A weight that is another one times a scale per channel, as
 * corrections make it, is that other one and its scales.
 */
import { sha256Of } from '../../host/model-file.ts';
import { readModel } from '../../onnx/read.ts';
import { walk } from '../../onnx/wire.ts';
import { longestPiece, type Manifest, type PlacedWeight, tilesOf } from './manifest.ts';
import { type RankAxes, rankAxes } from './rank-axes.ts';
import { channelScales } from './scales.ts';

export interface SplitModel {
  readonly manifest: Manifest;
  /** By SHA-256. */
  readonly pieces: ReadonlyMap<string, Uint8Array>;
}

/** Ranks of the profiles that ship are multiples of 16. */
const ranksPerTile = 16;
/** A smaller weight stays with the rest of the file. */
const leastWeight = 4096;

/** A weight as it lies in a file. */
interface Stored {
  readonly name: string;
  readonly at: number;
  readonly dims: readonly number[];
  readonly raw: Uint8Array;
  readonly isFloat: boolean;
}

/**
 * @param bytes of any file: one that is no model is pieces without a meaning
 * @param plain the same network before a scale per channel went into some of its weights, where there is such a one
 */
export function splitModel(bytes: Uint8Array, plain: Uint8Array | null = null): SplitModel {
  const pieces = new Map<string, Uint8Array>();
  const keep = (piece: Uint8Array): string => {
    const sha256 = sha256Of(piece);
    pieces.set(sha256, piece);
    return sha256;
  };
  const stored = weightsIn(bytes);
  const axes = stored.length > 0 ? axesIn(bytes) : new Map<string, RankAxes>();
  const before = new Map((plain ? weightsIn(plain) : []).map(weight => [weight.name, weight]));
  const weights = stored.map((weight): PlacedWeight => {
    const other = before.get(weight.name);
    const scaled = other && weight.isFloat && other.isFloat ? channelScales(other, weight) : null;
    const raw = scaled && other ? other.raw : weight.raw;
    const cut = cutOf(weight, axes.get(weight.name));
    const tiles = [...tilesOf(cut)].map(tile => keep(tileBytes(raw, cut, tile)));
    return { ...cut, tiles, ...(scaled ? { scale: { along: scaled.along, piece: keep(scaled.bytes) } } : {}) };
  });
  const rest = restOf(bytes, stored).map(keep);
  return { manifest: { sha256: sha256Of(bytes), bytes: bytes.length, rest, weights }, pieces };
}

type Cut = Omit<PlacedWeight, 'tiles' | 'scale'>;

function cutOf({ at, dims, raw }: Stored, axes: RankAxes | undefined): Cut {
  const [first = 1, second = 1] = dims;
  if (!axes || dims.length < 2) {
    const whole = { at, rows: raw.length, columns: 1, unit: 1 };
    return { ...whole, tileRows: longestPiece, tileColumns: 1 };
  }
  const unit = raw.length / (first * second);
  const tileColumns = Math.min(axes.second ? ranksPerTile : second, second);
  const most = Math.max(1, Math.floor(longestPiece / (tileColumns * unit)));
  const tileRows = Math.min(axes.first ? ranksPerTile : first, most);
  return { at, rows: first, columns: second, unit, tileRows, tileColumns };
}

function tileBytes(
  raw: Uint8Array,
  { columns, unit }: Cut,
  tile: { readonly row: number; readonly column: number; readonly rows: number; readonly columns: number },
): Uint8Array {
  if (tile.columns === columns) return raw.subarray(tile.row * columns * unit, (tile.row + tile.rows) * columns * unit);
  const length = tile.columns * unit;
  const bytes = new Uint8Array(tile.rows * length);
  for (let row = 0; row < tile.rows; row++) {
    const from = ((tile.row + row) * columns + tile.column) * unit;
    bytes.set(raw.subarray(from, from + length), row * length);
  }
  return bytes;
}

/** What lies between the weights, joined, in pieces of bounded length. */
function restOf(bytes: Uint8Array, weights: readonly Stored[]): Uint8Array[] {
  const total = bytes.length - weights.reduce((sum, { raw }) => sum + raw.length, 0);
  const joined = new Uint8Array(total);
  let from = 0;
  let to = 0;
  for (const { at, raw } of [...weights, { at: bytes.length, raw: new Uint8Array() }]) {
    joined.set(bytes.subarray(from, at), to);
    to += at - from;
    from = at + raw.length;
  }
  return Array.from({ length: Math.ceil(total / longestPiece) }, (_, i) =>
    joined.subarray(i * longestPiece, (i + 1) * longestPiece),
  );
}

const field = { graph: 7, initializer: 5, dims: 1, dataType: 2, name: 8, rawData: 9 } as const;
const float = 1;

/** None where the bytes are no model. */
function weightsIn(bytes: Uint8Array): Stored[] {
  const found: Stored[] = [];
  try {
    walk(bytes, model => {
      if (model.number !== field.graph || model.type !== 2) return;
      walk(bytes.subarray(model.valueStart, model.end), part => {
        if (part.number !== field.initializer || part.type !== 2) return;
        const start = model.valueStart + part.valueStart;
        const weight = weightAt(bytes.subarray(start, model.valueStart + part.end), start);
        if (weight) found.push(weight);
      });
    });
    // Fields may repeat in any order: what follows takes them as they lie.
    return found.sort((a, b) => a.at - b.at);
  } catch {
    return [];
  }
}

function weightAt(message: Uint8Array, start: number): Stored | null {
  let raw: { readonly at: number; readonly bytes: Uint8Array } | null = null;
  let name = '';
  let type = 0;
  const dims: number[] = [];
  walk(message, ({ number, valueStart, end }) => {
    const value = message.subarray(valueStart, end);
    if (number === field.rawData) raw = { at: start + valueStart, bytes: value };
    else if (number === field.name) name = new TextDecoder().decode(value);
    else if (number === field.dims) dims.push(...varintsIn(value));
    else if (number === field.dataType) type = varintsIn(value)[0] ?? 0;
  });
  // Set within the callback, which the compiler does not follow.
  const data = raw as { readonly at: number; readonly bytes: Uint8Array } | null;
  const elements = dims.reduce((product, size) => product * size, 1);
  const whole = data && data.bytes.length >= leastWeight && elements > 0 && data.bytes.length % elements === 0;
  return whole ? { name, at: data.at, dims, raw: data.bytes, isFloat: type === float } : null;
}

/** Sizes are far below 2^53. */
function varintsIn(bytes: Uint8Array): number[] {
  const values: number[] = [];
  let value = 0;
  let scale = 1;
  for (const byte of bytes) {
    value += (byte & 0x7f) * scale;
    scale *= 128;
    if (byte >= 0x80) continue;
    values.push(value);
    [value, scale] = [0, 1];
  }
  return values;
}

/** None where the model cannot be read: then nothing is known of its ranks. */
function axesIn(bytes: Uint8Array): ReadonlyMap<string, RankAxes> {
  try {
    return rankAxes(readModel(bytes, { name: 'the model', external: () => null }).graph);
  } catch {
    return new Map();
  }
}
