import { describe, expect, it } from 'vitest';
import { seededRng } from '../../../src/random/rng.ts';
import { cellsOf } from '../../../src/tuner/acquisition/cells.ts';
import { changed } from '../../../src/tuner/acquisition/change.ts';
import { logExpectedImprovement } from '../../../src/tuner/acquisition/improvement.ts';
import { distribution } from '../../../src/tuner/acquisition/normal.ts';
import { openSurface } from '../../../src/tuner/acquisition/surface.ts';
import { drawWorlds, type Worlds } from '../../../src/tuner/acquisition/worlds.ts';
import { condition, predict } from '../../../src/tuner/gp/process.ts';
import type { Configuration } from '../../../src/tuner/strategy.ts';
import { inputsOf, ladderLengths, someFit, trials } from '../gp/samples.ts';

const observed = trials(9, 1);
const { configurations } = observed;
const rng = seededRng(3);
const random = (): Configuration => ladderLengths.map(length => rng.integer(length));
// More than one batch, and not a whole number of them.
const candidates = Array.from({ length: 150 }, random);

describe.each([['even', 'linear'] as const, ['root', 'linear'] as const])('a surface over %s and %s', (...kinds) => {
  const processes = kinds.map((kind, k) => condition(someFit(inputsOf[kind], observed, 5 + k), observed));
  const reference = [8, 8];

  it('is the improvement, feasibility and usability of what the processes predict', () => {
    const front = configurations.slice(0, 4).map(each => processes.map(process => predict(process, each).mean));
    const worlds: Worlds = { places: [[], []], draws: [[new Float64Array(), new Float64Array()]], fronts: [front] };
    const [max, logUsable] = [4, (configuration: Configuration) => -0.1 * configuration[0]!];
    const constraints = [{ objective: 1, max }];
    const scores = openSurface({ processes, worlds, reference, constraints, logUsable }).score(candidates);
    const cells = cellsOf(front, reference);
    candidates.forEach((candidate, i) => {
      const predicted = processes.map(process => predict(process, candidate));
      const means = predicted.map(({ mean }) => mean);
      const sds = predicted.map(({ variance }) => Math.sqrt(variance));
      const feasible = Math.log(distribution((max - means[1]!) / sds[1]!));
      expect(scores[i]!).toBeCloseTo(logExpectedImprovement(cells, means, sds) + feasible + logUsable(candidate), 6);
    });
  });

  it('scores the steps from a centre as the configurations that they lead to', () => {
    const worlds = drawWorlds(processes, configurations, [random(), random()], 4, 2);
    const surface = openSurface({ processes, worlds, reference, constraints: [], logUsable: null });
    const centre = random();
    const steps = candidates.map((to, i) => [0, 1, 2].slice(i % 3).map(site => ({ site, rung: to[site]! })));
    const stepped = surface.scoreSteps(centre, steps);
    const whole = surface.score(steps.map(step => changed(centre, step)));
    stepped.forEach((score, i) => {
      expect(Math.abs(score / whole[i]! - 1)).toBeLessThan(1e-6);
    });
    expect(new Set(whole).size).toBeGreaterThan(50);
    expect(surface.scored).toBe(2 * steps.length);
  });
});
