/**
 * The selection that AIMET makes, with every evaluation counted: each site alone at up to nine rungs, then for one
 * threshold after another the cheapest rung of every site that alone stays within it (sites are taken not to interact).
 */
import type { Configuration } from '../../src/tuner/strategy.ts';
import type { BenchProblem, Step } from './run.ts';

const rungsPerSite = 9;

/** Objective 0 is the cost and objective 1 the loss. It has no chance in it: there is one run and no seed. */
export async function runGreedy(
  { problem, given, evaluate }: BenchProblem,
  evaluations: number,
  rng: Parameters<BenchProblem['evaluate']>[1],
): Promise<Step[]> {
  const dense = problem.ladderLengths.map(length => length - 1);
  const steps: Step[] = [];
  const seen = new Set<string>([dense.join(' ')]);
  const observe = async (configuration: Configuration): Promise<readonly number[] | null> => {
    seen.add(configuration.join(' '));
    const evaluation = await evaluate(configuration, rng);
    steps.push({ configuration, ...evaluation, askMs: 0 });
    return evaluation.values;
  };
  const alone: { readonly site: number; readonly rung: number; readonly cost: number; readonly loss: number }[] = [];
  for (const [site, length] of problem.ladderLengths.entries()) {
    for (const rung of spread(length - 1, rungsPerSite)) {
      if (steps.length >= evaluations) return steps;
      const values = await observe(dense.map((each, i) => (i === site ? rung : each)));
      if (values) alone.push({ site, rung, cost: values[0]!, loss: values[1]! });
    }
  }
  const denseCost = given?.values[0] ?? Number.POSITIVE_INFINITY;
  const losses = [...new Set(alone.map(({ loss }) => loss))].sort((a, b) => a - b);
  const thresholds = spread(losses.length, evaluations - steps.length).map(i => losses[i]!);
  for (const threshold of thresholds) {
    const configuration = dense.map((rung, site) => {
      let best = { rung, cost: denseCost };
      for (const each of alone) if (each.site === site && each.loss <= threshold && each.cost < best.cost) best = each;
      return best.rung;
    });
    if (!seen.has(configuration.join(' '))) await observe(configuration);
  }
  return steps;
}

/** At most `count` of 0 to length - 1, evenly spread. */
function spread(length: number, count: number): number[] {
  if (length <= count) return Array.from({ length }, (_, i) => i);
  return Array.from({ length: count }, (_, i) => Math.round((i * (length - 1)) / Math.max(1, count - 1)));
}
