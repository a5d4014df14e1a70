/**
 * The bill of one way to serve the calls: of a device and of a model on it.
 *
 * Notation, with units ([C] is the user's currency):
 *   f  time per call that is not the network [ms]    L  time of the model for one batch [ms]    B  calls in a batch
 *   t  time per call = f + L / B [ms]                a  calls that a machine serves at once
 *   k  rate at the peak over the mean rate           u  share of its time that a machine may be busy at the peak
 *   D  days in a month = 365 / 12                    hours in a month: 24 D = 730
 *   W, I  power at work and waiting [W]              e  price of energy [C/kWh]                 g  energy of site over machine
 *   v  price of a lost point per month at the load that is given, q0 [C]       x  points that are lost, none below zero
 *
 *   w = (k / 86,400) (t / 1,000) / (a u)             machines per call a day: rate at the peak, times time, over what a machine may give
 *   y = D t / 3,600,000                              busy hours in a month per call a day
 *   rent      m = 730 p                              p: price per hour [C]
 *   purchase  d = (P - R) / life                     R: resale [C], life [months]
 *   metered   c = y p                                p: price per busy hour [C], energy included; no machine is held
 *   energy    m = 730 I / 1,000 g e                  and c = y / a (W - I) / 1,000 g e
 *   loss      c = v x / q0                           it grows with the calls that are answered wrongly
 */
import type { Bill } from './bill.ts';
import type { CostFigures, DeviceFigures } from './figures.ts';
import { add, divide, greatest, multiply, product, type Rational, rational, subtract, sum, zero } from './rational.ts';

export const daysPerMonth = rational(365n, 12n);
const hoursPerMonth = rational(730n);
const msPerHour = rational(3_600_000n);
const msPerDay = rational(86_400_000n);
const thousand = rational(1000n);

export interface Serving {
  /** L, of the dense model or of the candidate. */
  readonly modelMs: Rational;
  /** B */
  readonly batch: bigint;
  /** x, in percentage points. */
  readonly lostPoints: Rational;
  /** Paid once before it serves [C]. */
  readonly oneOff: Rational;
}

/** t: what a call takes of a machine. */
export const callMs = ({ fixedMs }: DeviceFigures, { modelMs, batch }: Pick<Serving, 'modelMs' | 'batch'>): Rational =>
  add(fixedMs, divide(modelMs, rational(batch)));

/** What a caller waits for at least: the whole batch, f + L. */
export const responseMs = ({ fixedMs }: DeviceFigures, { modelMs }: Pick<Serving, 'modelMs'>): Rational =>
  add(fixedMs, modelMs);

export function billOf(figures: CostFigures, device: DeviceFigures, serving: Serving): Bill {
  const timeMs = callMs(device, serving);
  const atOnce = rational(device.callsAtOnce);
  const busyHours = divide(multiply(daysPerMonth, timeMs), msPerHour);
  const { price } = device;
  const energy = price.kind === 'metered' ? null : device.energy;
  const perKiloWatt = energy ? divide(multiply(energy.overhead, energy.perKwh), thousand) : zero;
  const idle = energy ? product([hoursPerMonth, energy.idleWatts, perKiloWatt]) : zero;
  const atWork = energy
    ? product([divide(busyHours, atOnce), subtract(energy.loadWatts, energy.idleWatts), perKiloWatt])
    : zero;
  const metered = price.kind === 'metered';
  const need = divide(multiply(figures.peakFactor, timeMs), product([msPerDay, atOnce, figures.mostUtilisation]));
  return {
    oneOff: serving.oneOff,
    perCall: sum([metered ? multiply(busyHours, price.perBusyHour) : zero, atWork, lossPerCall(figures, serving)]),
    perMachine: add(price.kind === 'rent' ? multiply(hoursPerMonth, price.perHour) : zero, idle),
    wear: price.kind === 'purchase' ? divide(subtract(price.price, price.resale), price.lifeMonths) : zero,
    purchase: price.kind === 'purchase' ? price.price : zero,
    machinesPerCall: metered ? zero : need,
    spare: metered ? 0n : device.spare,
    owned: price.kind === 'purchase' ? price.owned : 0n,
  };
}

/** A gain of accuracy is not turned into money. */
const lossPerCall = ({ lostPointPerMonth, callsPerDay }: CostFigures, { lostPoints }: Serving): Rational =>
  lostPointPerMonth ? divide(multiply(lostPointPerMonth, greatest(lostPoints, zero)), callsPerDay) : zero;
