/**
 * Total costs as whole numbers, so that many loads can be tried fast: all bills are brought to one smallest unit of money.
 *
 * Notation as in bill.ts: total(q) = F + C q + M n + D b, in units of 1 / `unit` of the currency, with n = ceil(q p / r) + s.
 * Between two loads at which an n changes, every total is a straight line in q.
 */
import type { Bill } from './bill.ts';
import { multiply, type Rational } from './rational.ts';

export interface Line {
  /** F = E */
  readonly fixed: bigint;
  /** C = H c */
  readonly perCall: bigint;
  /** M = H m */
  readonly perMachine: bigint;
  /** D = H d */
  readonly wear: bigint;
  /** p and r: w = p / r */
  readonly need: Rational;
  readonly spare: bigint;
  readonly owned: bigint;
}

/** In the order of the bills. */
export function costLinesOf(bills: readonly Bill[], horizonMonths: Rational): Line[] {
  const parts = bills.map(bill => ({
    bill,
    fixed: bill.oneOff,
    perCall: multiply(horizonMonths, bill.perCall),
    perMachine: multiply(horizonMonths, bill.perMachine),
    wear: multiply(horizonMonths, bill.wear),
  }));
  const unit = parts
    .flatMap(({ fixed, perCall, perMachine, wear }) => [fixed, perCall, perMachine, wear])
    .reduce((common, { denominator }) => (common * denominator) / greatestDivisor(common, denominator), 1n);
  const units = ({ numerator, denominator }: Rational): bigint => numerator * (unit / denominator);
  return parts.map(({ bill, fixed, perCall, perMachine, wear }) => ({
    fixed: units(fixed),
    perCall: units(perCall),
    perMachine: units(perMachine),
    wear: units(wear),
    need: bill.machinesPerCall,
    spare: bill.spare,
    owned: bill.owned,
  }));
}

/** ceil(q w), without the spare ones. */
const busyMachines = ({ need: { numerator, denominator } }: Line, calls: bigint): bigint =>
  (calls * numerator + denominator - 1n) / denominator;

export function totalAt(line: Line, calls: bigint): bigint {
  const count = busyMachines(line, calls) + line.spare;
  const bought = count > line.owned ? count - line.owned : 0n;
  return line.fixed + line.perCall * calls + line.perMachine * count + line.wear * bought;
}

/** Loads, both ends among them, within which no line changes its number of machines. */
export interface Piece {
  readonly from: bigint;
  readonly to: bigint;
}

/** The pieces of 1 to `last`, ascending. n machines suffice up to floor(n r / p) calls. */
export function* pieces(lines: readonly Line[], last: bigint): Generator<Piece> {
  for (let from = 1n; from <= last; ) {
    let to = last;
    for (const line of lines) {
      const { numerator, denominator } = line.need;
      if (numerator === 0n) continue;
      const enough = (busyMachines(line, from) * denominator) / numerator;
      if (enough < to) to = enough;
    }
    yield { from, to };
    from = to + 1n;
  }
}

/** On one piece, the first load at which `b` is below `a`; null for none. */
export function firstBelow(a: Line, b: Line, { from, to }: Piece): bigint | null {
  const lead = totalAt(a, from) - totalAt(b, from);
  if (lead > 0n) return from;
  const slope = a.perCall - b.perCall;
  if (slope <= 0n) return null;
  const found = from - lead / slope + 1n;
  return found <= to ? found : null;
}

function greatestDivisor(a: bigint, b: bigint): bigint {
  let [large, small] = [a, b];
  while (small > 0n) [large, small] = [small, large % small];
  return large;
}
