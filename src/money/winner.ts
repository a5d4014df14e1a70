/** Which way to serve the calls costs least over the horizon, load by load: the lower envelope of their totals. */
import type { Bill } from './bill.ts';
import { costLinesOf, firstBelow, type Line, pieces, totalAt } from './line.ts';
import type { Rational } from './rational.ts';

/** From `from` calls per day on, up to the next stretch, `winner` (an index of the bills) is cheapest. */
export interface Stretch {
  readonly from: bigint;
  readonly winner: number;
}

export interface Winners {
  readonly stretches: readonly Stretch[];
  /** All loads from 1 up to this one were looked at. */
  readonly lookedTo: bigint;
}

const mostPieces = 100_000;

/** Ties go to the bill that comes first. Nothing for no bills. */
export function winners(bills: readonly Bill[], horizonMonths: Rational, last: bigint): Winners {
  const lines = costLinesOf(bills, horizonMonths);
  const stretches: Stretch[] = [];
  let lookedTo = 0n;
  if (lines.length === 0) return { stretches, lookedTo };
  let seen = 0;
  for (const piece of pieces(lines, last)) {
    if (++seen > mostPieces) break;
    for (let from: bigint | null = piece.from; from !== null; ) {
      const winner = cheapest(lines, from);
      if (stretches.at(-1)?.winner !== winner) stretches.push({ from, winner });
      from = overtaken(lines, winner, { from, to: piece.to });
    }
    lookedTo = piece.to;
  }
  return { stretches, lookedTo };
}

function cheapest(lines: readonly Line[], calls: bigint): number {
  const totals = lines.map(line => totalAt(line, calls));
  return totals.reduce((best, each, index) => (each < (totals[best] ?? each) ? index : best), 0);
}

/**
 * The next load of the piece at which another is cheapest; null for none. A line that comes earlier wins a tie, so it takes over one call
 * before it is below, if the totals meet there.
 */
function overtaken(
  lines: readonly Line[],
  winner: number,
  piece: { readonly from: bigint; readonly to: bigint },
): bigint | null {
  const current = lines[winner];
  if (!current) return null;
  const found = lines.flatMap((line, index) => {
    if (index === winner) return [];
    const below = firstBelow(current, line, piece);
    const before = below === null ? piece.to : below - 1n;
    const ties = index < winner && before > piece.from && totalAt(line, before) === totalAt(current, before);
    const at = ties ? before : below;
    return at === null ? [] : [at];
  });
  return found.length === 0 ? null : found.reduce((a, b) => (a < b ? a : b));
}
