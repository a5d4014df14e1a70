import { UserError } from '../errors/user-error.ts';
import type { RealMatrix } from './matrix.ts';

/** NaN and infinity have no factors; a network that holds them is damaged. */
export function requireFinite(a: RealMatrix): void {
  const { data, rows, cols } = a;
  // A sum is finite when all is finite and nothing overflows: one pass without branches for the usual case.
  let sum = 0;
  for (let i = 0; i < data.length; i++) sum += data[i]!;
  if (Number.isFinite(sum)) return;
  const at = data.findIndex(x => !Number.isFinite(x));
  if (at < 0) return;
  const place = `row ${Math.floor(at / cols)}, column ${at % cols}`;
  throw new UserError(
    `Cannot factorise a ${rows} x ${cols} matrix: expected finite numbers, found ${data[at]} at ${place}.`,
    'Export the model again from a checkpoint whose weights are finite.',
  );
}
