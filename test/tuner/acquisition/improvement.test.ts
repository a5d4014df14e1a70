import { describe, expect, it } from 'vitest';
import { seededRng } from '../../../src/random/rng.ts';
import { cellsOf } from '../../../src/tuner/acquisition/cells.ts';
import { logExpectedImprovement } from '../../../src/tuner/acquisition/improvement.ts';
import { normalQuantile } from '../../../src/tuner/acquisition/normal.ts';
import type { Point } from '../../../src/tuner/pareto/dominance.ts';
import { hypervolume } from '../../../src/tuner/pareto/hypervolume.ts';

const rng = seededRng(6);
const random = (m: number): Point => Array.from({ length: m }, () => rng.uniform());

describe('the expected hypervolume improvement', () => {
  it('is the difference of volumes where nothing is uncertain', () => {
    for (const m of [1, 2, 3, 4]) {
      const reference = new Array<number>(m).fill(1.1);
      for (let trial = 0; trial < 20; trial++) {
        const front = Array.from({ length: 6 }, () => random(m));
        const point = random(m);
        const gain = hypervolume([...front, point], reference) - hypervolume(front, reference);
        const found = Math.exp(logExpectedImprovement(cellsOf(front, reference), point, new Float64Array(m)));
        expect(found).toBeCloseTo(gain, 10);
      }
    }
  });

  it('is the mean of many draws', () => {
    const reference = [1, 1];
    const front = [
      [0.2, 0.8],
      [0.5, 0.4],
      [0.9, 0.1],
    ];
    const cells = cellsOf(front, reference);
    for (const [means, sds] of [
      [
        [0.4, 0.4],
        [0.1, 0.2],
      ],
      [
        [0.7, 0.6],
        [0.2, 0.05],
      ],
      [
        [0.1, 0.9],
        [0.3, 0.3],
      ],
    ] as const) {
      const draws = 40_000;
      let [sum, squares] = [0, 0];
      for (let i = 0; i < draws; i++) {
        const point = means.map((mean, k) => mean + sds[k]! * normalQuantile(rng.uniform() * 0.999999 + 5e-7));
        const gain = hypervolume([...front, point], reference) - hypervolume(front, reference);
        sum += gain;
        squares += gain ** 2;
      }
      const mean = sum / draws;
      const error = Math.sqrt((squares / draws - mean ** 2) / draws);
      expect(Math.abs(Math.exp(logExpectedImprovement(cells, means, sds)) - mean)).toBeLessThanOrEqual(5 * error);
    }
  });

  it('still orders points that improve with a probability no double can hold', () => {
    const cells = cellsOf([[0.5, 0.5]], [1, 1]);
    const near = logExpectedImprovement(cells, [3, 3], [0.02, 0.02]);
    const far = logExpectedImprovement(cells, [4, 4], [0.02, 0.02]);
    expect(Number.isFinite(near)).toBe(true);
    expect(near).toBeGreaterThan(far);
    expect(far).toBeLessThan(-1000);
  });
});
