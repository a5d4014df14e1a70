/** How the bytes of a model are put together from pieces that are known by their SHA-256. Plain JSON. */
import { z } from 'zod';

/** No piece is larger. */
export const longestPiece = 2 ** 22;
/** No model is larger: no protobuf message is. */
const longestModel = 2 ** 31 - 1;

export const sha256Schema = z.string().regex(/^[0-9a-f]{64}$/);

const size = z.int().min(0).max(longestModel);

/**
 * A weight in tiles. Its bytes are a matrix of `rows` x `columns` units of `unit` bytes each; a tile has `tileRows` x `tileColumns` of them, fewer at
 * the edges, and tiles follow one another row by row.
 */
const weightSchema = z.strictObject({
  /** Where it begins in the file. */
  at: size,
  rows: size,
  columns: size,
  unit: size,
  tileRows: size.min(1),
  tileColumns: size.min(1),
  tiles: z.array(sha256Schema).max(200_000),
  /** What the tiles hold is multiplied, as float32, by these: one per row, or one per column. */
  scale: z.strictObject({ along: z.enum(['rows', 'columns']), piece: sha256Schema }).optional(),
});

export const manifestSchema = z.strictObject({
  /** Of the whole file. */
  sha256: sha256Schema,
  bytes: size,
  /** Everything that is no weight below, one after the other. */
  rest: z.array(sha256Schema).max(1024),
  /** In the order of the file. */
  weights: z.array(weightSchema).max(200_000),
});

export type Manifest = Readonly<z.output<typeof manifestSchema>>;
export type PlacedWeight = Manifest['weights'][number];

/** All pieces that a manifest names, each once. */
export const piecesOf = ({ rest, weights }: Manifest): ReadonlySet<string> =>
  new Set([...rest, ...weights.flatMap(({ tiles, scale }) => (scale ? [...tiles, scale.piece] : tiles))]);

/** Where each tile of a weight lies in its matrix, in the order of the tiles. */
export function* tilesOf({ rows, columns, tileRows, tileColumns }: Omit<PlacedWeight, 'tiles' | 'scale'>) {
  for (let row = 0; row < rows; row += tileRows)
    for (let column = 0; column < columns; column += tileColumns)
      yield {
        row,
        column,
        rows: Math.min(tileRows, rows - row),
        columns: Math.min(tileColumns, columns - column),
      };
}
