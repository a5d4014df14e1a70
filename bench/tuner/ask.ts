/** How long one ask takes on a long history: processor time of one thread, so that other work on the machine does not count. */
import { seededRng } from '../../src/random/rng.ts';
import { createStrategy } from '../../src/tuner/strategies.ts';
import type { Configuration, Outcome, Problem } from '../../src/tuner/strategy.ts';

export interface AskTimes {
  readonly trials: number;
  readonly sites: number;
  /** Seconds of processor time by ask, the first of a process apart: it fits what a running search has fitted before. */
  readonly seconds: readonly number[];
  readonly firstSeconds: number;
}

/** `asks` asks of the Bayesian tuner after `trials` trials on a made-up problem of two noisy objectives and twelve rungs per site. */
export function askTimes(trials: number, sites: number, asks: number, seed: number): AskTimes {
  const rng = seededRng(seed);
  const problem: Problem = { ladderLengths: new Array<number>(sites).fill(12), objectives: 2 };
  const observed = (configuration: Configuration): Outcome => {
    const cost = configuration.reduce((sum, rung, i) => sum + (rung + 1) * (1 + (i % 3)), 0) / (24 * sites);
    const loss = configuration.reduce((sum, rung, i) => sum + Math.exp(-rung / 3) * (1 + (i % 5)), 0) / sites;
    const noise = (): number => 0.006 * (rng.uniform() + rng.uniform() - 1);
    return {
      state: 'complete',
      configuration,
      values: [cost + noise(), loss + noise()],
      standardErrors: [0.003, 0.003],
      feasible: true,
    };
  };
  const history: Outcome[] = Array.from({ length: trials }, () =>
    observed(problem.ladderLengths.map(length => rng.integer(length))),
  );
  const strategy = createStrategy('bayesian', problem, { seed });
  const times: number[] = [];
  for (let ask = 0; ask <= asks; ask++) {
    const start = process.cpuUsage();
    const configuration = strategy.ask(history, [], rng);
    const { user, system } = process.cpuUsage(start);
    times.push((user + system) / 1e6);
    if (configuration) history.push(observed(configuration));
  }
  const [firstSeconds = Number.NaN, ...seconds] = times;
  return { trials, sites, seconds, firstSeconds };
}
