/** A made-up network: latency and accuracy drop are sums over sites, as they nearly are in a real one. */
import { type Rng, seededRng } from '../../src/random/rng.ts';
import { hypervolume } from '../../src/tuner/pareto/hypervolume.ts';
import type { Configuration, Outcome, Problem, Strategy } from '../../src/tuner/strategy.ts';

export interface Synthetic {
  readonly problem: Problem;
  /** [latency over dense, accuracy drop], without noise. */
  readonly truth: (configuration: Configuration) => [number, number];
  readonly costs: readonly (readonly number[])[];
  readonly losses: readonly (readonly number[])[];
  readonly observe: (configuration: Configuration, rng: Rng) => Outcome;
}

const normal = (rng: Rng): number =>
  Math.sqrt(-2 * Math.log(1 - rng.uniform())) * Math.cos(2 * Math.PI * rng.uniform());

/**
 * Per site: a share of the latency and a sensitivity, both log-normal and independent; rung r of L costs a fraction rising
 * from about 0.3 to 1 (dense) of the share, with a step of tile effects; the loss is sensitivity (1 - x)^p, p = 2 to 3.
 * The drop saturates at 0.7, as an accuracy does. Observed with 1 % noise of latency and 0.4 points of accuracy.
 */
export function syntheticNetwork(sites: number, seed: number): Synthetic {
  const rng = seededRng(seed);
  const ladderLengths = Array.from({ length: sites }, () => 6 + rng.integer(5));
  const shares = ladderLengths.map(() => Math.exp(0.8 * normal(rng)));
  const total = shares.reduce((a, b) => a + b, 0);
  const costs = ladderLengths.map((length, site) =>
    Array.from({ length }, (_, r) => {
      if (r === length - 1) return shares[site]! / total;
      return (shares[site]! / total) * Math.min(1.05, (0.3 + (0.6 * r) / (length - 2)) * Math.exp(0.04 * normal(rng)));
    }),
  );
  const losses = ladderLengths.map(length => {
    const sensitivity = (1.5 / sites) * Math.exp(1.2 * normal(rng));
    const power = 2 + rng.uniform();
    return Array.from({ length }, (_, r) => sensitivity * (1 - r / (length - 1)) ** power);
  });
  const truth = (configuration: Configuration): [number, number] => {
    let latency = 0;
    let loss = 0;
    configuration.forEach((rung, site) => {
      latency += costs[site]![rung]!;
      loss += losses[site]![rung]!;
    });
    return [latency, 0.7 * (1 - Math.exp(-loss / 0.7))];
  };
  const observe = (configuration: Configuration, noise: Rng): Outcome => {
    const [latency, drop] = truth(configuration);
    return {
      state: 'complete',
      configuration,
      values: [latency * (1 + 0.01 * normal(noise)), drop + 0.004 * normal(noise)],
      standardErrors: [0.01 * latency, 0.004],
      feasible: true,
    };
  };
  return { problem: { ladderLengths, objectives: 2 }, costs, losses, truth, observe };
}

/** A study of `trials` trials, the dense model first, as the loop does it. */
export function runStudy(network: Synthetic, strategy: Strategy, trials: number, seed: number): Outcome[] {
  const rng = seededRng(seed);
  const noise = seededRng(seed + 1_000_003);
  const history = [
    network.observe(
      network.problem.ladderLengths.map(length => length - 1),
      noise,
    ),
  ];
  while (history.length < trials) {
    const configuration = strategy.ask(history, [], rng);
    if (!configuration) break;
    history.push(network.observe(configuration, noise));
  }
  return history;
}

/** The noiseless hypervolume of what a study visited: no slower than dense, at most 20 points of accuracy lost. */
export const trueHypervolume = (network: Synthetic, history: readonly Outcome[]): number =>
  hypervolume(
    history.map(each => network.truth(each.configuration)),
    [1, 0.2],
  );
