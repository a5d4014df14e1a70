/** The whole answer: every way to serve the calls, at the load that is given and at parts of it, and which one is best. */
import { type Bill, machines, perMonth, total, upFront } from './bill.ts';
import { daysPerMonth } from './bill-of.ts';
import { type BreakEven, breakEven } from './break-even.ts';
import type { CostFigures } from './figures.ts';
import { type Ends, mapEnds, type Option, optionsOf, type StudyMeasured } from './options.ts';
import { type Payback, payback } from './payback.ts';
import { ceiling, compare, divide, multiply, type Rational, rational, subtract } from './rational.ts';
import { speedupToFree } from './to-free.ts';
import { type Winners, winners } from './winner.ts';

/** What an option comes to at one load and one end of the interval; savings are against the dense model on the device of today. */
export interface CostOutcome {
  readonly machines: bigint;
  readonly perMonth: Rational;
  readonly perMillionCalls: Rational;
  readonly upFront: Rational;
  readonly savingPerMonth: Rational;
  readonly payback: Payback;
  /** Over the horizon, what is paid once taken off. */
  readonly saving: Rational;
}

export interface Reckoned extends Option {
  readonly outcome: Ends<CostOutcome>;
  /** An option that misses the latency limit, or may miss it, is none. */
  readonly feasible: boolean;
}

export interface LoadRow {
  /** 1 is the load that is given. */
  readonly share: Rational;
  readonly callsPerDay: Rational;
  /** In the order of the options. */
  readonly outcomes: readonly Ends<CostOutcome>[];
  /** Index of the cheapest feasible option; null where none is feasible. */
  readonly best: number | null;
}

export interface Reckoning {
  readonly figures: CostFigures;
  readonly options: readonly Reckoned[];
  /** Index of the option that costs least over the horizon; null where none keeps the latency limit. */
  readonly best: number | null;
  /** Indices of the options that may cost less, if the speed-ups lie elsewhere in their intervals. Empty: the best is known. */
  readonly rivals: readonly number[];
  /** Of factorising on the device of today against staying dense; null without a trial for it. */
  readonly breakEven: Ends<BreakEven> | null;
  readonly loads: readonly LoadRow[];
  /** By load, among the feasible options; winners are indices of `options`. */
  readonly winners: Winners;
  /** Of the network on the device of today; null where no speed-up would free one. */
  readonly speedupToFree: Rational | null;
}

const shares = [rational(1n, 20n), rational(1n, 4n), rational(1n, 2n), rational(1n)];
/** Break-even loads and winners are looked for up to this many times the load that is given. */
const furthest = rational(10n);

/** @param measured in the order of the devices of `figures`, at least one */
export function reckon(figures: CostFigures, measured: readonly StudyMeasured[]): Reckoning {
  const options = optionsOf(figures, measured);
  const { callsPerDay, horizonMonths } = figures;
  const last = ceiling(multiply(furthest, callsPerDay));
  const open = options.flatMap((option, index) => (isFeasible(option) ? [index] : []));
  const factorised = options.find(({ kind, device }) => kind === 'factorised' && device === 0);
  const best = cheapest(options, open, figures, callsPerDay);
  const found = winners(
    open.flatMap(index => options[index]?.bill.value ?? []),
    horizonMonths,
    last,
  );
  return {
    figures,
    options: options.map(option => ({
      ...option,
      outcome: outcomesOf(options, option, figures, callsPerDay),
      feasible: isFeasible(option),
    })),
    best,
    rivals: best === null ? [] : rivalsOf(options, open, best, figures),
    breakEven: factorised
      ? mapEnds(factorised.bill, bill => breakEven(todayOf(options).bill.value, bill, horizonMonths, last))
      : null,
    loads: shares.map(share => {
      const calls = multiply(share, callsPerDay);
      return {
        share,
        callsPerDay: calls,
        outcomes: options.map(option => outcomesOf(options, option, figures, calls)),
        best: cheapest(options, open, figures, calls),
      };
    }),
    winners: { ...found, stretches: found.stretches.map(each => ({ ...each, winner: open[each.winner] ?? 0 })) },
    speedupToFree: toFree(figures, measured, todayOf(options)),
  };
}

/** Saving over the horizon of the option at `index`, at the measured value: what sensitivities are of. */
export function savingOf(figures: CostFigures, measured: readonly StudyMeasured[], index: number): Rational | null {
  const options = optionsOf(figures, measured);
  const option = options[index];
  if (!option) return null;
  const cost = ({ bill }: Option): Rational => total(bill.value, figures.callsPerDay, figures.horizonMonths);
  return subtract(cost(todayOf(options)), cost(option));
}

const isFeasible = ({ latency }: Option): boolean => latency === null || latency === 'meets';

function todayOf([today]: readonly Option[]): Option {
  if (!today) throw new RangeError('nothing was measured');
  return today;
}

function outcomesOf(
  options: readonly Option[],
  { bill }: Option,
  figures: CostFigures,
  calls: Rational,
): Ends<CostOutcome> {
  const now = todayOf(options).bill.value;
  return mapEnds(bill, then => outcomeOf(now, then, figures, calls));
}

/** Cost per million calls = cost per month / (D q / 10^6). */
function outcomeOf(now: Bill, then: Bill, { horizonMonths }: CostFigures, calls: Rational): CostOutcome {
  const monthly = perMonth(then, calls);
  return {
    machines: machines(then, calls),
    perMonth: monthly,
    perMillionCalls: divide(multiply(monthly, rational(1_000_000n)), multiply(daysPerMonth, calls)),
    upFront: upFront(then, calls),
    savingPerMonth: subtract(perMonth(now, calls), monthly),
    payback: payback(now, then, calls),
    saving: subtract(total(now, calls, horizonMonths), total(then, calls, horizonMonths)),
  };
}

/** Ties go to the option that comes first, and so to staying dense. */
function cheapest(
  options: readonly Option[],
  open: readonly number[],
  figures: CostFigures,
  calls: Rational,
): number | null {
  const cost = (index: number): Rational | null => {
    const bill = options[index]?.bill.value;
    return bill ? total(bill, calls, figures.horizonMonths) : null;
  };
  return open.reduce<number | null>((best, index) => {
    const [a, b] = [best === null ? null : cost(best), cost(index)];
    return a === null || (b !== null && compare(b, a) < 0) ? index : best;
  }, null);
}

/** The best is known when even at its worst it costs no more than any other at its best. A dense model has no interval. */
function rivalsOf(options: readonly Option[], open: readonly number[], best: number, figures: CostFigures): number[] {
  const cost = (bill: Bill): Rational => total(bill, figures.callsPerDay, figures.horizonMonths);
  const chosen = options[best];
  if (!chosen) return [];
  const worst = cost(chosen.bill.low);
  return open.filter(index => {
    const other = options[index];
    if (!other || index === best) return false;
    const least = cost(other.bill.high);
    return compare(least, worst) < 0;
  });
}

function toFree(figures: CostFigures, [first]: readonly StudyMeasured[], today: Option): Rational | null {
  const device = figures.devices[0];
  if (!device || !first) return null;
  const busy = machines(today.bill.value, figures.callsPerDay) - today.bill.value.spare;
  const networkMs = subtract(today.callMs.value, device.fixedMs);
  return speedupToFree(figures, device, networkMs, busy);
}
