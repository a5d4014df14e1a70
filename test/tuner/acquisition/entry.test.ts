import { describe, expect, it } from 'vitest';
import { seededRng } from '../../../src/random/rng.ts';
import { cellsOf } from '../../../src/tuner/acquisition/cells.ts';
import { probabilityOfEntry } from '../../../src/tuner/acquisition/entry.ts';
import { quantile } from '../../../src/tuner/acquisition/normal.ts';
import { hypervolumeContribution } from '../../../src/tuner/pareto/hypervolume.ts';

const rng = seededRng(12);

describe('the probability of entering a front', () => {
  it('is the share of draws that add volume', () => {
    for (const m of [1, 2, 3]) {
      const reference = new Array<number>(m).fill(1);
      const random = (): number[] => Array.from({ length: m }, () => rng.uniform());
      for (let trial = 0; trial < 4; trial++) {
        const front = Array.from({ length: 5 }, random);
        const [means, sds] = [random(), random().map(each => 0.05 + 0.3 * each)];
        const draws = 8000;
        let entered = 0;
        for (let i = 0; i < draws; i++) {
          const point = means.map((mean, k) => mean + sds[k]! * quantile(rng.uniform() * 0.999999 + 5e-7));
          if (hypervolumeContribution(point, front, reference) > 0) entered++;
        }
        const p = entered / draws;
        const error = Math.sqrt((p * (1 - p) + 1 / draws) / draws);
        expect(Math.abs(probabilityOfEntry(cellsOf(front, reference), means, sds) - p)).toBeLessThan(5 * error);
      }
    }
  });

  it('is 0 or 1 where nothing is uncertain', () => {
    const cells = cellsOf([[0.5, 0.5]], [1, 1]);
    expect(probabilityOfEntry(cells, [0.4, 0.9], [0, 0])).toBe(1);
    expect(probabilityOfEntry(cells, [0.6, 0.9], [0, 0])).toBe(0);
    expect(probabilityOfEntry(cells, [0.4, 1.1], [0, 0])).toBe(0);
  });
});
