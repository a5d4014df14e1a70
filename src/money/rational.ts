/**
 * Exact fractions: prices are decimals, and decimals in binary floating point are not what was written (0.1 + 0.2 is not 0.3). A machine
 * more or less may hang on the last digit, so that every sum is exact and only what is printed is rounded.
 *
 * Notation: a value is numerator / denominator in lowest terms, denominator > 0.
 */
export interface Rational {
  readonly numerator: bigint;
  readonly denominator: bigint;
}

/** Throws a RangeError for a denominator of 0. */
export function rational(numerator: bigint | number, denominator: bigint | number = 1n): Rational {
  const top = BigInt(numerator);
  const bottom = BigInt(denominator);
  if (bottom === 0n) throw new RangeError('division by zero');
  const divisor = greatestDivisor(top < 0n ? -top : top, bottom < 0n ? -bottom : bottom);
  const sign = bottom < 0n ? -1n : 1n;
  return { numerator: (sign * top) / divisor, denominator: (sign * bottom) / divisor };
}

export const zero = rational(0n);
export const one = rational(1n);

/** The decimal that `value` is written as: 0.1 is exactly 1/10. Throws a RangeError unless it is finite. */
export function exactly(value: number): Rational {
  const found = /^(-?)(\d+)(?:\.(\d+))?(?:e([+-]\d+))?$/.exec(String(value));
  if (!found) throw new RangeError(`not a finite number: ${value}`);
  const [, sign = '', whole = '', behind = '', exponent = '0'] = found;
  const digits = BigInt(`${sign}${whole}${behind}`);
  const shift = BigInt(exponent) - BigInt(behind.length);
  return shift >= 0n ? rational(digits * 10n ** shift) : rational(digits, 10n ** -shift);
}

export const add = (a: Rational, b: Rational): Rational =>
  rational(a.numerator * b.denominator + b.numerator * a.denominator, a.denominator * b.denominator);

export const subtract = (a: Rational, b: Rational): Rational => add(a, negative(b));

const negative = ({ numerator, denominator }: Rational): Rational => ({ numerator: -numerator, denominator });

export const multiply = (a: Rational, b: Rational): Rational =>
  rational(a.numerator * b.numerator, a.denominator * b.denominator);

export const divide = (a: Rational, b: Rational): Rational =>
  rational(a.numerator * b.denominator, a.denominator * b.numerator);

export const sum = (values: readonly Rational[]): Rational => values.reduce(add, zero);
export const product = (values: readonly Rational[]): Rational => values.reduce(multiply, one);

/** -1, 0 or 1, as a is less than, equal to or greater than b. */
export function compare(a: Rational, b: Rational): -1 | 0 | 1 {
  const difference = a.numerator * b.denominator - b.numerator * a.denominator;
  return difference < 0n ? -1 : difference > 0n ? 1 : 0;
}

export const least = (a: Rational, b: Rational): Rational => (compare(a, b) <= 0 ? a : b);
export const greatest = (a: Rational, b: Rational): Rational => (compare(a, b) >= 0 ? a : b);

/** The greatest whole number that is not above. */
export function floor({ numerator, denominator }: Rational): bigint {
  const quotient = numerator / denominator;
  return numerator < 0n && numerator % denominator !== 0n ? quotient - 1n : quotient;
}

/** The least whole number that is not below. */
export const ceiling = (value: Rational): bigint => -floor(negative(value));

/** Halves away from zero: `2.50`, `-0.13`; never a negative zero. */
export function toDecimal({ numerator, denominator }: Rational, digits: number): string {
  const scale = 10n ** BigInt(digits);
  const size = numerator < 0n ? -numerator : numerator;
  const units = (2n * size * scale + denominator) / (2n * denominator);
  const text = String(units).padStart(digits + 1, '0');
  const whole = text.slice(0, text.length - digits);
  const sign = numerator < 0n && units > 0n ? '-' : '';
  return digits === 0 ? `${sign}${whole}` : `${sign}${whole}.${text.slice(text.length - digits)}`;
}

/** The nearest double, but for the last bit or two: for shares and times that are only shown. */
export const toNumber = (value: Rational): number => Number(toDecimal(value, 15));

function greatestDivisor(a: bigint, b: bigint): bigint {
  let [large, small] = [a, b];
  while (small > 0n) [large, small] = [small, large % small];
  return large;
}
