/**
 * What a way to serve the calls costs, as a function of the load.
 *
 * Notation, with units ([C] is the user's currency):
 *   q  calls per day                          H  horizon [months]
 *   w  machines that one call per day needs   s  spare machines        o  machines that are owned already
 *   n  machines = ceil(w q) + s               b  machines to buy = max(0, n - o)
 *   E  paid once [C]                          P  price of a machine to buy [C]
 *   c  per call-a-day and month [C]           m  per machine and month [C]     d  wear of a bought machine per month [C]
 *
 *   running(q)  = c q + m n                   what leaves the purse each month
 *   perMonth(q) = running(q) + d b            with the wear of what was bought
 *   upFront(q)  = E + P b                     what leaves the purse before the first month
 *   total(q)    = E + H perMonth(q)           over the horizon; what bought machines are worth by then is taken off
 */
import { add, ceiling, multiply, type Rational, rational, sum } from './rational.ts';

export interface Bill {
  /** E */
  readonly oneOff: Rational;
  /** c */
  readonly perCall: Rational;
  /** m */
  readonly perMachine: Rational;
  /** d */
  readonly wear: Rational;
  /** P */
  readonly purchase: Rational;
  /** w; zero where use is metered and no machine is held. */
  readonly machinesPerCall: Rational;
  /** s */
  readonly spare: bigint;
  /** o */
  readonly owned: bigint;
}

/** n: whole machines only. */
export const machines = ({ machinesPerCall, spare }: Bill, calls: Rational): bigint =>
  ceiling(multiply(machinesPerCall, calls)) + spare;

/** b */
function toBuy(bill: Bill, calls: Rational): bigint {
  const missing = machines(bill, calls) - bill.owned;
  return missing > 0n ? missing : 0n;
}

export const running = (bill: Bill, calls: Rational): Rational =>
  add(multiply(bill.perCall, calls), multiply(bill.perMachine, rational(machines(bill, calls))));

export const perMonth = (bill: Bill, calls: Rational): Rational =>
  add(running(bill, calls), multiply(bill.wear, rational(toBuy(bill, calls))));

export const upFront = (bill: Bill, calls: Rational): Rational =>
  add(bill.oneOff, multiply(bill.purchase, rational(toBuy(bill, calls))));

export const total = (bill: Bill, calls: Rational, horizonMonths: Rational): Rational =>
  sum([bill.oneOff, multiply(horizonMonths, perMonth(bill, calls))]);
