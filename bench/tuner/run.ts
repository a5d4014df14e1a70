/** One strategy on one problem with one seed: the sequence of what it evaluated. */
import { type Rng, seededRng } from '../../src/random/rng.ts';
import type { TunerPrior } from '../../src/tuner/prior.ts';
import type { Configuration, Outcome, Problem, Strategy } from '../../src/tuner/strategy.ts';

/** What came of an evaluation; null values: it failed. */
export interface Evaluation {
  readonly values: readonly number[] | null;
  readonly standardErrors: readonly number[];
}

/** A problem as a benchmark sees it; every objective is minimised. */
export interface BenchProblem {
  readonly name: string;
  readonly problem: Problem;
  /** Where the hypervolume is taken. */
  readonly reference: readonly number[];
  /** Known to every strategy before its first evaluation, and not counted; null where there is nothing of the kind. */
  readonly given: { readonly configuration: Configuration; readonly values: readonly number[] } | null;
  /** What a tuner may be told of it; nothing when absent. */
  readonly prior?: TunerPrior | undefined;
  /** May be noisy; `rng` is that of the noise. */
  evaluate(configuration: Configuration, rng: Rng): Promise<Evaluation>;
}

export interface Step extends Evaluation {
  readonly configuration: Configuration;
  readonly askMs: number;
}

/** Asks and tells, one at a time. The noise has a generator of its own, so that it does not depend on the strategy's draws. */
export async function runStrategy(
  { given, evaluate }: BenchProblem,
  strategy: Strategy,
  evaluations: number,
  seed: number,
): Promise<Step[]> {
  const rng = seededRng(seed);
  const noise = seededRng(seed + 1_000_003);
  const history: Outcome[] = [];
  if (given) history.push({ state: 'complete', ...given, standardErrors: given.values.map(() => 0), feasible: true });
  const steps: Step[] = [];
  while (steps.length < evaluations) {
    const start = performance.now();
    const configuration = strategy.ask(history, [], rng);
    const askMs = performance.now() - start;
    if (configuration === null) break;
    const { values, standardErrors } = await evaluate(configuration, noise);
    history.push(
      values
        ? { state: 'complete', configuration, values, standardErrors, feasible: true }
        : { state: 'failed', configuration },
    );
    steps.push({ configuration, values, standardErrors, askMs });
  }
  return steps;
}
