/** The published problems: how far each strategy's volume is from the whole front's. */

import { hypervolume } from '../../src/tuner/pareto/hypervolume.ts';
import { runContender } from './contenders.ts';
import { type Figure, figure } from './figures.ts';
import { problems, type SyntheticProblem } from './problems.ts';

/** log10 of the volume that is missing after all evaluations, noise taken out, over seeds 1 to `seeds`. */
export async function gapFigure(problem: SyntheticProblem, strategy: string, seeds: number): Promise<Figure> {
  const { name, evaluations, reference, maxHypervolume } = problem;
  const gaps: number[] = [];
  for (let seed = 1; seed <= seeds; seed++) {
    const steps = await runContender(strategy, problem, evaluations, seed);
    const volume = hypervolume(
      steps.map(({ configuration }) => problem.truth(configuration)),
      reference,
    );
    gaps.push(Math.log10(maxHypervolume - volume));
  }
  return figure({ problem: name, strategy, evaluations, metric: 'log10HvGap' }, gaps);
}

export const syntheticNames = problems.map(({ name }) => name);
export const syntheticProblem = (name: string): SyntheticProblem | undefined =>
  problems.find(each => each.name === name);
