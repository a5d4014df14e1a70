import { expect, it } from 'vitest';
import { fidelityGrader } from '../../src/evaluate/fidelity.ts';

const output = (sizes: readonly number[], data: readonly number[]) => ({
  sizes,
  data: Float32Array.from(data),
  isFloat: true,
});

it('an output whose shape changes between candidates fails with both shapes, and the way out', () => {
  const grade = fidelityGrader([{ name: 'boxes', rule: null }]);
  const dense = [output([2, 3], [1, 2, 3, 4, 5, 6])];
  expect(grade(dense, dense)).toMatchObject({ state: 'complete', value: 1 });
  expect(grade([output([1, 3], [1, 2, 3])], dense)).toMatchObject({
    state: 'failed',
    detail: expect.stringMatching(
      /"boxes" has the shape \[1, 3\] where that of the dense model is \[2, 3\].*--metric fidelity:OUTPUT/,
    ),
  });
  expect(grade([output([2, 3], [1, 2, 3, 4, 5, Number.NaN])], dense)).toMatchObject({
    detail: expect.stringContaining('NaN'),
  });
});
