/** When one way to serve the calls has earned back, against another, what it takes more of at the start. */
import { type Bill, running, upFront } from './bill.ts';
import { compare, divide, type Rational, subtract, zero } from './rational.ts';

export type Payback =
  /** It costs nothing more at the start and nothing more each month, and less in one of the two. */
  | { readonly kind: 'at-once' }
  | { readonly kind: 'months'; readonly months: Rational }
  /** It takes less at the start and more each month: what it saved is gone after `months`. */
  | { readonly kind: 'until'; readonly months: Rational }
  | { readonly kind: 'never' };

/**
 * In cash, what is worn left out: with U = upFront and R = running (bill.ts), of `now` and `then`, months = (U_then - U_now) / (R_now - R_then).
 * A purchase that is spared counts on the day on which it would have been made.
 */
export function payback(now: Bill, then: Bill, calls: Rational): Payback {
  const more = subtract(upFront(then, calls), upFront(now, calls));
  const saved = subtract(running(now, calls), running(then, calls));
  const start = compare(more, zero);
  const monthly = compare(saved, zero);
  if (start > 0) return monthly > 0 ? { kind: 'months', months: divide(more, saved) } : { kind: 'never' };
  if (monthly < 0) return start < 0 ? { kind: 'until', months: divide(more, saved) } : { kind: 'never' };
  return start === 0 && monthly === 0 ? { kind: 'never' } : { kind: 'at-once' };
}
