/** What the Bayesian tuner would propose now, and what it expects of it. */
import type { Rng } from '../../random/rng.ts';
import { cellsOf } from '../acquisition/cells.ts';
import { probabilityOfEntry } from '../acquisition/entry.ts';
import { usability } from '../acquisition/usable.ts';
import { type Decision, decide, leading, type Preparation, referenceFor } from '../bayesian.ts';
import { type ModelCache, modelsOf } from '../gp/models.ts';
import { predict } from '../gp/process.ts';
import { type Eligible, frontOf, isEligible } from '../pareto/front.ts';
import { fits } from '../seen.ts';
import type { Configuration, Outcome } from '../strategy.ts';

/** Of an objective without the noise of an observation, in its units. */
export interface Expectation {
  readonly mean: number;
  readonly sd: number;
}

export interface NextAsk {
  readonly configuration: Configuration;
  readonly from: Decision['from'];
  /** By objective; null before there is a model. */
  readonly expected: readonly Expectation[] | null;
  /** What was maximised, in units of the hypervolume: the expected improvement, less where it may fail or break a limit; null outside the acquisition. */
  readonly expectedImprovement: number | null;
  /** That it enters the front of what the models think of the trials; null before there is a model. */
  readonly probabilityOfEntry: number | null;
  /** That it can be measured at all: 1 where no trial ever failed. */
  readonly probabilityOfUse: number;
  /** The member of the front that it differs from at the fewest sites; null without a front. */
  readonly nearest: Eligible | null;
}

/** Null when no configuration is left. The same proposal as the strategy's, from the same state of `rng`. */
export function nextAsk(
  preparation: Preparation,
  cache: ModelCache,
  history: readonly Outcome[],
  pending: readonly Configuration[],
  rng: Rng,
): NextAsk | null {
  const decision = decide(preparation, cache, history, pending, rng);
  if (!decision) return null;
  const { problem, options, views } = preparation;
  const { configuration, from, score } = decision;
  const fitting = history.filter(each => fits(problem, each.configuration));
  const eligible = leading(fitting.filter(isEligible));
  const models = modelsOf(problem, views, fitting, options.seed, cache);
  const reference = referenceFor(problem, options, eligible);
  const expectations = (of: Configuration): Expectation[] | null =>
    models?.map(process => {
      const { mean, variance } = predict(process, of);
      return { mean, sd: Math.sqrt(variance) };
    }) ?? null;
  const expected = expectations(configuration);
  const means = (of: Configuration): number[] => expectations(of)?.map(({ mean }) => mean) ?? [];
  const entry = (at: readonly Expectation[], limits: readonly number[]): number =>
    probabilityOfEntry(
      cellsOf(
        eligible.map(each => means(each.configuration)),
        limits,
      ),
      at.map(({ mean }) => mean),
      at.map(({ sd }) => sd),
    );
  return {
    configuration,
    from,
    expected,
    expectedImprovement: score === null ? null : Math.exp(score),
    probabilityOfEntry: expected && reference ? entry(expected, reference) : null,
    probabilityOfUse: Math.exp(usability(problem, fitting)?.(configuration) ?? 0),
    nearest: nearestOf(configuration, frontOf(fitting)),
  };
}

function nearestOf(configuration: Configuration, front: readonly Eligible[]): Eligible | null {
  const moved = (each: Eligible): number =>
    each.configuration.filter((rung, site) => rung !== configuration[site]).length;
  return front.reduce<Eligible | null>((best, each) => (best && moved(best) <= moved(each) ? best : each), null);
}
