import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type CurvePoint, kneeIndex } from '../../../src/report/front/knee.ts';

const curve = (f: (x: number) => number, xs: readonly number[]): CurvePoint[] =>
  xs.map(x => ({ cost: x, value: f(x) }));
const tenths = Array.from({ length: 11 }, (_, i) => i / 10);

describe('the knee', () => {
  test('of y = sqrt(x) is at x = 1/4, where the slope of y - x is 0', () => {
    const xs = Array.from({ length: 101 }, (_, i) => i / 100);
    expect(kneeIndex(curve(Math.sqrt, xs))).toBe(25);
  });

  test('of y = 5 - 1 / (x + 0.1), the curve of figure 2 of Satopää et al., is at 0.22', () => {
    // Normalised, y' = 1 where (x + 0.1)^2 = 0.1 * 1.1, so x = sqrt(0.11) - 0.1 = 0.2317; 0.2 is the nearest tenth.
    expect(kneeIndex(curve(x => 5 - 1 / (x + 0.1), tenths))).toBe(2);
    const fine = Array.from({ length: 1001 }, (_, i) => i / 1000);
    expect(kneeIndex(curve(x => 5 - 1 / (x + 0.1), fine))).toBe(232);
  });

  test('of two straight lines is where they meet', () => {
    expect(kneeIndex(curve(x => Math.min(3 * x, 0.6 + (x - 0.2) / 4), tenths))).toBe(2);
  });

  test('goes to the greater value where two points are equally far', () => {
    const tied = [
      [0, 0],
      [1, 3],
      [2, 4],
      [4, 4],
    ].map(([cost, value]) => ({ cost: cost!, value: value! }));
    expect(kneeIndex(tied)).toBe(2); // 3/4 - 1/4 = 1 - 2/4: equally far, and 4 is more than 3
    expect(kneeIndex(tied.toReversed())).toBe(1);
  });

  test('is none on a straight line, on a curve that bends the other way, and below three points', () => {
    expect(kneeIndex(curve(x => 2 * x + 1, tenths))).toBeNull();
    expect(kneeIndex(curve(x => x ** 2, tenths))).toBeNull();
    expect(kneeIndex(curve(x => x, [0, 1]))).toBeNull();
    expect(kneeIndex([])).toBeNull();
    expect(kneeIndex(curve(() => 1, tenths))).toBeNull();
  });

  test('is a matter of shape: units and offsets of the axes do not move it, nor does the order of the points', () => {
    const number = fc.double({ min: 0.1, max: 1000, noNaN: true });
    fc.assert(
      fc.property(number, number, number, (scaleX, scaleY, shift) => {
        const moved = curve(Math.sqrt, tenths).map(({ cost, value }) => ({
          cost: scaleX * cost + shift,
          value: scaleY * value - shift,
        }));
        const plain = curve(Math.sqrt, tenths);
        expect(kneeIndex(moved)).toBe(kneeIndex(plain));
        expect(kneeIndex(moved.toReversed())).toBe(10 - kneeIndex(plain)!);
      }),
    );
  });
});
