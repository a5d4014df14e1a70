/** How much faster the network would have to be to free one machine. */
import type { CostFigures, DeviceFigures } from './figures.ts';
import { compare, divide, multiply, product, type Rational, rational, subtract, zero } from './rational.ts';

/**
 * The least speed-up of the network with which one machine less than the dense model needs is enough; null where no speed-up would be:
 * one machine is the least, or the time that is not the network needs them all.
 *
 * Notation of bill-of.ts: n - 1 machines (without spare ones) give t' = (n - 1) a u 86,400,000 / (k q) ms to a call, of which f are not
 * the network, so that L / B <= t' - f and the speed-up is at least (L / B) / (t' - f).
 *
 * @param busy n of the dense model, without the spare machines
 */
export function speedupToFree(
  figures: CostFigures,
  device: DeviceFigures,
  networkMs: Rational,
  busy: bigint,
): Rational | null {
  if (busy < 2n) return null;
  const given = product([
    rational(busy - 1n),
    rational(device.callsAtOnce),
    figures.mostUtilisation,
    rational(86_400_000n),
  ]);
  const rest = subtract(divide(given, multiply(figures.peakFactor, figures.callsPerDay)), device.fixedMs);
  return compare(rest, zero) > 0 ? divide(networkMs, rest) : null;
}
