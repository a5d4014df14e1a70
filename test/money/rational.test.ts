import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  add,
  ceiling,
  compare,
  divide,
  exactly,
  floor,
  multiply,
  type Rational,
  rational,
  subtract,
  toDecimal,
  toNumber,
} from '../../src/money/rational.ts';

const whole = fc.bigInt({ min: -(10n ** 12n), max: 10n ** 12n });
const fraction = fc.tuple(whole, fc.bigInt({ min: 1n, max: 10n ** 9n })).map(([a, b]) => rational(a, b));
const same = (a: Rational, b: Rational): void => expect(compare(a, b)).toBe(0);

test('decimals are what was written', () => {
  same(add(exactly(0.1), exactly(0.2)), exactly(0.3));
  same(multiply(exactly(1.1), exactly(3)), exactly(3.3));
  same(exactly(1e21), rational(10n ** 21n));
  same(exactly(-2.5e-7), rational(-1n, 4_000_000n));
  expect(() => exactly(Number.NaN)).toThrow(RangeError);
  expect(() => exactly(Number.POSITIVE_INFINITY)).toThrow(RangeError);
});

test('lowest terms with a positive denominator', () => {
  expect(rational(6n, -4n)).toEqual({ numerator: -3n, denominator: 2n });
  expect(rational(0n, -5n)).toEqual({ numerator: 0n, denominator: 1n });
  expect(() => rational(1n, 0n)).toThrow(RangeError);
  expect(() => divide(rational(1n), rational(0n))).toThrow(RangeError);
});

test('the laws of a field, and of an order', () => {
  fc.assert(
    fc.property(fraction, fraction, fraction, (a, b, c) => {
      same(multiply(a, add(b, c)), add(multiply(a, b), multiply(a, c)));
      same(subtract(add(a, b), b), a);
      if (b.numerator !== 0n) same(multiply(divide(a, b), b), a);
      expect(compare(a, b)).toBe(-compare(b, a) + 0);
      if (compare(a, b) < 0) expect(compare(add(a, c), add(b, c))).toBe(-1);
    }),
  );
});

test('floor and ceiling enclose a value by less than one', () => {
  fc.assert(
    fc.property(fraction, value => {
      const [low, high] = [floor(value), ceiling(value)];
      expect(compare(rational(low), value)).toBeLessThanOrEqual(0);
      expect(compare(rational(low + 1n), value)).toBe(1);
      expect(compare(rational(high), value)).toBeGreaterThanOrEqual(0);
      expect(compare(rational(high - 1n), value)).toBe(-1);
    }),
  );
  expect([floor(rational(-3n, 2n)), ceiling(rational(-3n, 2n)), ceiling(rational(4n))]).toEqual([-2n, -1n, 4n]);
});

test('halves go away from zero, and a zero has no sign', () => {
  const texts = [exactly(0.125), exactly(-0.125), exactly(-0.004), exactly(12.3), exactly(0.05)].map(each =>
    toDecimal(each, 2),
  );
  expect(texts).toEqual(['0.13', '-0.13', '0.00', '12.30', '0.05']);
  expect(toDecimal(rational(5n, 2n), 0)).toBe('3');
});

test('a double is itself again', () => {
  fc.assert(
    fc.property(fc.double({ min: 1e-3, max: 1e9, noNaN: true }), value => {
      expect(toNumber(exactly(value))).toBeCloseTo(value, 12);
    }),
  );
});
