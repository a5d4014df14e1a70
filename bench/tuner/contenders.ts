/** Who is compared: our strategies, and the tools that people use today. */
import { seededRng } from '../../src/random/rng.ts';
import { createStrategy } from '../../src/tuner/strategies.ts';
import { runGreedy } from './greedy.ts';
import { optunaSamplers, runOptuna } from './optuna.ts';
import { type BenchProblem, runStrategy, type Step } from './run.ts';

export type Contender = (problem: BenchProblem, evaluations: number, seed: number) => Promise<Step[]>;

const ours =
  (name: string): Contender =>
  (problem, evaluations, seed) =>
    runStrategy(problem, createStrategy(name, problem.problem, { seed }), evaluations, seed);

const noiseRng = (seed: number) => seededRng(seed + 1_000_003);

/** What others offer, by name; `random` and `nsga2` are ours, with nothing known beforehand. */
export const peers: Readonly<Record<string, Contender>> = {
  random: ours('random'),
  nsga2: ours('nsga2'),
  greedy: (problem, evaluations, seed) => runGreedy(problem, evaluations, noiseRng(seed)),
  ...Object.fromEntries(
    optunaSamplers.map(sampler => [
      `optuna-${sampler}`,
      (problem: BenchProblem, evaluations: number, seed: number) =>
        runOptuna(problem, sampler, evaluations, seed, noiseRng(seed)),
    ]),
  ),
};
