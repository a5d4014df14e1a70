import { describe, expect, it } from 'vitest';
import { importanceOf } from '../../../src/tuner/explain/importance.ts';
import { evenInputs } from '../../../src/tuner/gp/inputs.ts';
import { condition, type Process, predict } from '../../../src/tuner/gp/process.ts';
import { configurationAt } from '../../../src/tuner/seen.ts';
import type { Configuration } from '../../../src/tuner/strategy.ts';
import { inputsOf, ladderLengths, someFit, trials } from '../gp/samples.ts';

const size = ladderLengths.reduce((product, length) => product * length, 1);
const everything = Array.from({ length: size }, (_, index) => configurationAt({ ladderLengths, objectives: 1 }, index));
const meanOf = (values: readonly number[]): number => values.reduce((sum, each) => sum + each, 0) / values.length;

/** Straight from the definition, over the whole space. */
function enumerated(process: Process): { total: number[]; effects: number[][] } {
  const f = new Map(everything.map(each => [each.join(), predict(process, each).mean]));
  const at = (each: Configuration): number => f.get(each.join())!;
  const withRung = (each: Configuration, site: number, rung: number): Configuration =>
    each.map((old, i) => (i === site ? rung : old));
  const total = ladderLengths.map((length, i) =>
    meanOf(
      everything.map(each => {
        const values = Array.from({ length }, (_, rung) => at(withRung(each, i, rung)));
        return meanOf(values.map(value => (value - meanOf(values)) ** 2));
      }),
    ),
  );
  const effects = ladderLengths.map((length, i) => {
    const main = Array.from({ length }, (_, rung) => meanOf(everything.filter(x => x[i] === rung).map(at)));
    return main.map(each => each - main.at(-1)!);
  });
  return { total, effects };
}

describe('importance', () => {
  it.each(['even', 'linear', 'root'] as const)('with %s inputs is what enumeration says, but for the draws', kind => {
    const observations = trials(40, 5);
    const process = condition(someFit(inputsOf[kind], observations, 6), observations);
    const { total, effects } = enumerated(process);
    const sum = total.reduce((all, each) => all + each, 0);
    importanceOf(process).forEach(({ share, effects: found }, i) => {
      expect(Math.abs(share - total[i]! / sum)).toBeLessThan(0.04);
      const range = Math.max(...effects[i]!) - Math.min(...effects[i]!);
      found.forEach((each, rung) => {
        expect(Math.abs(each - effects[i]![rung]!)).toBeLessThan(0.06 * range + 0.02);
      });
      expect(found.at(-1)).toBe(0);
    });
  });

  it('of a sum of sites is exact: the variance of each, whatever the draws', () => {
    const inputs = evenInputs(ladderLengths);
    const weights = [4, 0, -2];
    const values = everything.map(each =>
      each.reduce((sum, rung, i) => sum + (weights[i]! * rung) / (ladderLengths[i]! - 1), 0),
    );
    const observations = { configurations: everything, values, standardErrors: values.map(() => 0) };
    const fit = someFit(inputs, observations, 1);
    fit.theta.fill(3, 0, 3);
    fit.theta[3] = 8;
    fit.theta[4] = -12;
    const found = importanceOf(condition(fit, observations));
    const variances = ladderLengths.map((length, i) => {
      const rungs = Array.from({ length }, (_, rung) => (weights[i]! * rung) / (length - 1));
      return meanOf(rungs.map(each => (each - meanOf(rungs)) ** 2));
    });
    const sum = variances.reduce((all, each) => all + each, 0);
    found.forEach(({ share }, i) => {
      expect(share).toBeCloseTo(variances[i]! / sum, 2);
    });
    expect(found[0]!.effects[0]).toBeCloseTo(-4, 1);
    expect(found[2]!.effects[0]).toBeCloseTo(2, 1);
  });

  it('goes through a part of a long ladder and draws lines between', () => {
    const lengths = [101, 3];
    const configurations = Array.from({ length: 60 }, (_, a) => [(a * 37) % 101, a % 3]);
    const values = configurations.map(([rung]) => rung! / 100);
    const observations = { configurations, values, standardErrors: values.map(() => 0) };
    const fit = someFit(evenInputs(lengths), observations, 2);
    fit.theta.fill(1.5, 0, 2);
    fit.theta[3] = -12;
    const [first] = importanceOf(condition(fit, observations));
    expect(first!.effects).toHaveLength(101);
    [0, 13, 50, 77, 100].forEach(rung => {
      expect(first!.effects[rung]).toBeCloseTo(rung / 100 - 1, 1);
    });
  });
});
