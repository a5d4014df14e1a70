/** The bytes of a model from its pieces; `split.ts` takes them apart. */
import { sha256Of } from '../../host/model-file.ts';
import { type Manifest, type PlacedWeight, piecesOf, tilesOf } from './manifest.ts';
import { floatsIn } from './scales.ts';

export type Assembled =
  | { readonly state: 'complete'; readonly bytes: Uint8Array }
  /** Pieces that are not there. */
  | { readonly state: 'missing'; readonly pieces: readonly string[] }
  /** The pieces do not make the file that the manifest names. */
  | { readonly state: 'wrong'; readonly reason: string };

/** @param pieceOf null for a piece that is not there */
export function assemble(
  manifest: Manifest,
  has: (sha256: string) => boolean,
  pieceOf: (sha256: string) => Uint8Array | null,
): Assembled {
  const missing = new Set([...piecesOf(manifest)].filter(sha256 => !has(sha256)));
  if (missing.size > 0) return { state: 'missing', pieces: [...missing] };
  const read = (sha256: string): Uint8Array => {
    const piece = pieceOf(sha256);
    if (!piece) missing.add(sha256);
    return piece ?? new Uint8Array();
  };
  const reason = misplaced(manifest);
  if (reason) return { state: 'wrong', reason };
  const bytes = new Uint8Array(manifest.bytes);
  const rest = Buffer.concat(manifest.rest.map(read));
  let from = 0;
  let at = 0;
  for (const weight of manifest.weights) {
    bytes.set(rest.subarray(from, from + weight.at - at), at);
    from += weight.at - at;
    if (!place(bytes.subarray(weight.at, weight.at + lengthOf(weight)), weight, read) && missing.size === 0)
      return { state: 'wrong', reason: 'a piece of a weight has another length' };
    at = weight.at + lengthOf(weight);
  }
  if (missing.size > 0) return { state: 'missing', pieces: [...missing] };
  if (rest.length - from !== bytes.length - at) return { state: 'wrong', reason: 'the lengths do not add up' };
  bytes.set(rest.subarray(from), at);
  return sha256Of(bytes) === manifest.sha256
    ? { state: 'complete', bytes }
    : { state: 'wrong', reason: 'the SHA-256 is another one' };
}

const lengthOf = ({ rows, columns, unit }: PlacedWeight): number => rows * columns * unit;

/** Why weights cannot lie as the manifest says; null when they can. */
function misplaced({ bytes, weights }: Manifest): string | null {
  let at = 0;
  for (const weight of weights) {
    const { rows, columns, tileRows, tileColumns, tiles } = weight;
    if (weight.at < at || weight.at + lengthOf(weight) > bytes) return 'weights overlap or lie outside of the file';
    if (Math.ceil(rows / tileRows) * Math.ceil(columns / tileColumns) !== tiles.length)
      return 'a weight has another number of tiles';
    at = weight.at + lengthOf(weight);
  }
  return null;
}

/** Whether all pieces had the length that they need. */
function place(target: Uint8Array, weight: PlacedWeight, read: (sha256: string) => Uint8Array): boolean {
  const { columns, unit, tiles, scale } = weight;
  let index = 0;
  for (const tile of tilesOf(weight)) {
    const piece = read(tiles[index++] ?? '');
    const length = tile.columns * unit;
    if (piece.length !== tile.rows * length) return false;
    if (tile.columns === columns) target.set(piece, tile.row * columns * unit);
    else
      for (let row = 0; row < tile.rows; row++)
        target.set(piece.subarray(row * length, (row + 1) * length), ((tile.row + row) * columns + tile.column) * unit);
  }
  return scale ? multiply(target, floatsOf(read(scale.piece)), scale.along) : true;
}

const floatsOf = (piece: Uint8Array): Float32Array | null => (piece.length % 4 === 0 ? floatsIn(piece) : null);

/** Float32 times float32 in float64 and rounded once, as `decompose/corrections/apply.ts` does. */
function multiply(target: Uint8Array, scales: Float32Array | null, along: 'rows' | 'columns'): boolean {
  if (!scales || target.length % 4 !== 0) return false;
  const values = floatsIn(target);
  if (scales.length === 0 || values.length % scales.length !== 0) return false;
  const wholes = along === 'rows' ? values.length / scales.length : scales.length;
  for (let i = 0; i < values.length; i++)
    values[i] = Math.fround((values[i] ?? 0) * (scales[along === 'rows' ? Math.floor(i / wholes) : i % wholes] ?? 0));
  target.set(new Uint8Array(values.buffer));
  return true;
}
