/**
 * The loads at which one way to serve the calls costs less than another over the horizon. Whole machines make this no single load: it may
 * pay at one, not at a greater one, and again beyond, until the gap is too wide for a machine more or less to close it.
 */
import type { Bill } from './bill.ts';
import { costLinesOf, firstBelow, type Line, pieces, totalAt } from './line.ts';
import type { Rational } from './rational.ts';

export interface BreakEven {
  /** The least load, in calls per day, at which it pays; null where none was found. */
  readonly first: bigint | null;
  /** From here on it always pays; null where that is never so or not known. Beyond `lookedTo` it is a bound: at the latest from here on. */
  readonly always: bigint | null;
  /** All loads up to this one were looked at, one by one or piece by piece. */
  readonly lookedTo: bigint;
}

/** Pieces that are looked at: about a second. */
const mostPieces = 200_000;

/** @param atLeast calls per day up to which is looked in any case, if there are not too many pieces */
export function breakEven(now: Bill, then: Bill, horizonMonths: Rational, atLeast: bigint): BreakEven {
  const [a, b] = costLinesOf([now, then], horizonMonths);
  if (!a || !b) throw new RangeError('two bills make two lines');
  const settled = settledFrom(a, b);
  const limit = settled === null || settled < atLeast ? atLeast : settled;
  let first: bigint | null = null;
  let run: bigint | null = null;
  let lookedTo = 0n;
  let seen = 0;
  for (const piece of pieces([a, b], limit)) {
    if (++seen > mostPieces) break;
    const below = firstBelow(a, b, piece);
    first ??= below;
    // The totals are straight on the piece: what pays at its end has paid since `below`.
    run = totalAt(b, piece.to) >= totalAt(a, piece.to) ? null : below === piece.from ? (run ?? below) : below;
    lookedTo = piece.to;
  }
  const paysInTheEnd = settled !== null && slopeBetween(a, b).rise > 0n;
  if (!paysInTheEnd) return { first, always: null, lookedTo };
  return lookedTo < settled ? { first, always: settled, lookedTo } : { first, always: run, lookedTo };
}

/**
 * Beyond this load the steps decide nothing any more. With ceil(x) in [x, x + 1) and n - o <= b <= n,
 *   F + C q + (M + D) (w q + s) - D o  <=  total  <  F + C q + (M + D) (w q + s + 1),
 * so that two totals are apart for good once their slopes have made up for what lies between these bounds. Null where they are parallel.
 */
function settledFrom(a: Line, b: Line): bigint | null {
  const { rise, scale } = slopeBetween(a, b);
  if (rise === 0n) return null;
  const [steep, flat] = rise > 0n ? [a, b] : [b, a];
  const start = (line: Line, more: bigint): bigint => line.fixed + (line.perMachine + line.wear) * (line.spare + more);
  const apart = start(flat, 1n) - start(steep, 0n) + steep.wear * steep.owned;
  const from = (apart * scale) / (rise < 0n ? -rise : rise) + 2n;
  return from < 1n ? 1n : from;
}

/** rise / scale: by how much the total of `a` grows faster than that of `b`, in units per call a day. */
function slopeBetween(a: Line, b: Line): { readonly rise: bigint; readonly scale: bigint } {
  const scale = a.need.denominator * b.need.denominator;
  const slope = (line: Line): bigint =>
    line.perCall * scale + (line.perMachine + line.wear) * line.need.numerator * (scale / line.need.denominator);
  return { rise: slope(a) - slope(b), scale };
}
