/** What the Bayesian tuner has learned from trials, whichever strategy proposed them, and what it would do next. */
import type { Rng } from '../../random/rng.ts';
import { type BayesianOptions, prepare } from '../bayesian.ts';
import { priorInputs } from '../gp/inputs.ts';
import { conditionedOn, modelsOf, newModelCache, type Views } from '../gp/models.ts';
import type { Process } from '../gp/process.ts';
import type { TunerPrior } from '../prior.ts';
import { fits } from '../seen.ts';
import type { Configuration, Outcome, Problem } from '../strategy.ts';
import { type Calibration, calibrationOf } from './calibration.ts';
import { type Importance, importanceOf } from './importance.ts';
import { type NextAsk, nextAsk } from './next-ask.ts';

/**
 * What an objective was foreseen best from: the measured table, the losses of the rungs, ramps along the ladders, or nothing but
 * the places in the ladders.
 */
export type ViewKind = 'table' | 'losses' | 'ramp' | 'even';

export interface ObjectiveExplanation {
  readonly view: ViewKind;
  /** Standard deviation of noise beyond what the trials reported, in the units of the objective. */
  readonly noise: number;
  readonly calibration: Calibration;
  /** One per site. */
  readonly importance: readonly Importance[];
}

export interface Explanation {
  /** Null with less than two trials to learn from. */
  readonly objectives: readonly ObjectiveExplanation[] | null;
  /** Null when no configuration is left. */
  readonly next: NextAsk | null;
}

export function explain(
  problem: Problem,
  options: BayesianOptions,
  history: readonly Outcome[],
  pending: readonly Configuration[],
  rng: Rng,
): Explanation {
  const cache = newModelCache();
  const preparation = prepare(problem, options);
  const next = nextAsk(preparation, cache, history, pending, rng);
  const fitting = history.filter(each => fits(problem, each.configuration));
  const models = modelsOf(problem, preparation.views, fitting, options.seed, cache);
  const trials = conditionedOn(problem, fitting);
  const objectives = models?.map((process, k) => {
    const { fit, noise2 } = process.covariance;
    return {
      view: viewOf(problem, options.prior ?? null, preparation.views, process, k),
      noise: fit.standardisation.scale * Math.sqrt(noise2),
      calibration: calibrationOf(process, trials),
      importance: importanceOf(process),
    };
  });
  return { objectives: objectives ?? null, next };
}

function viewOf(
  problem: Problem,
  prior: TunerPrior | null,
  views: Views,
  { covariance }: Process,
  k: number,
): ViewKind {
  const { inputs } = covariance.fit;
  if (!inputs.table) return 'even';
  // The prior's own view comes first, where its table has something to say.
  if (!prior || !priorInputs(problem, prior)[k] || views[k]![0] !== inputs) return 'ramp';
  return prior.tables[k] ? 'table' : 'losses';
}
