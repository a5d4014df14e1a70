import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  correctionBelow,
  isRefined,
  packRefined,
  withRefined,
} from '../../../src/decompose/corrections/refined-weights.ts';
import type { Model } from '../../../src/onnx/graph.ts';
import { floatsOf } from '../../../src/onnx/tensor.ts';
import { tinyNetwork } from '../../train/tiny-network.ts';

const weightsOf = ({ graph }: Model, name: string): Float32Array => floatsOf(graph.initializers.get(name)!);

describe('refined weights', () => {
  test('come back within half a unit of the eleventh bit of the largest change, whatever their sizes', () => {
    const network = tinyNetwork();
    const before = weightsOf(network, 'c1.weight');
    const change = fc.array(fc.double({ min: -1, max: 1, noNaN: true }), {
      minLength: before.length,
      maxLength: before.length,
    });
    fc.assert(
      fc.property(change, fc.integer({ min: -30, max: 3 }), (changes, exponent) => {
        const trained = before.map((value, i) => value + changes[i]! * 2 ** exponent);
        const bytes = packRefined(network, null, new Map([['c1.weight', trained]]));
        const found = weightsOf(withRefined(network, bytes)!, 'c1.weight');
        const largest = Math.max(...trained.map((value, i) => Math.abs(value - before[i]!)));
        found.forEach((value, i) => {
          // Half a unit of a half-precision number up to 1, and half a unit of the float32 that the sum is rounded to.
          const allowed = largest * 2 ** -11 + Math.abs(trained[i]!) * 2 ** -23 + 2 ** -126;
          expect(Math.abs(value - trained[i]!)).toBeLessThanOrEqual(allowed);
        });
      }),
    );
  });

  test('leave all other constants and every node as they are, and give the same bits each time', () => {
    const network = tinyNetwork();
    const trained = weightsOf(network, 'c2.weight').map(value => 1.25 * value);
    const bytes = packRefined(network, null, new Map([['c2.weight', trained]]));
    const [one, other] = [withRefined(network, bytes)!, withRefined(network, bytes)!];
    expect(one.graph.nodes).toBe(network.graph.nodes);
    expect(weightsOf(one, 'c1.weight')).toEqual(weightsOf(network, 'c1.weight'));
    expect(weightsOf(one, 'c2.weight')).toEqual(weightsOf(other, 'c2.weight'));
    expect(weightsOf(one, 'c2.weight')).not.toEqual(weightsOf(network, 'c2.weight'));
  });

  test('hold the correction that lies below them', () => {
    const correction = Uint8Array.of(1, 2, 3, 250);
    const bytes = packRefined(tinyNetwork(), correction, new Map());
    expect(isRefined(bytes)).toBe(true);
    expect(isRefined(correction)).toBe(false);
    expect(correctionBelow(bytes)).toEqual(correction);
    expect(correctionBelow(packRefined(tinyNetwork(), null, new Map()))).toBeNull();
  });

  test('that are cut short, or of another candidate, give none', () => {
    const network = tinyNetwork();
    const trained = weightsOf(network, 'c1.weight').map(value => value + 0.5);
    const bytes = packRefined(network, Uint8Array.of(7), new Map([['c1.weight', trained]]));
    expect(withRefined(network, bytes)).not.toBeNull();
    for (const length of [4, 9, 30, bytes.length - 1])
      expect(withRefined(network, bytes.subarray(0, length))).toBeNull();
    expect(withRefined(tinyNetwork({ channels: 5 }), bytes)).toBeNull();
  });

  test('that are not finite are refused', () => {
    const network = tinyNetwork();
    const trained = weightsOf(network, 'c1.weight').map(() => Number.NaN);
    expect(() => packRefined(network, null, new Map([['c1.weight', trained]]))).toThrow(/not finite/);
  });
});
