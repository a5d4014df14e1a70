/**
 * Two views of one objective, with the prior's table and without, and which of them has foreseen the trials better.
 *
 * A table may be false (a device that fuses layers, a model that was changed since). Both views are fitted and compared by the
 * log density that each gives to every trial left out; the table's has the benefit of the doubt. A view that lost is not fitted
 * again before the next milestone.
 */
import type { Rng } from '../../random/rng.ts';
import { type Fit, fitParameters, type Observations } from './fit.ts';
import type { Inputs } from './inputs.ts';
import { logPredictiveDensity } from './leave-one-out.ts';
import { condition } from './process.ts';

export interface Contest {
  readonly even: Fit | null;
  readonly informed: Fit | null;
  readonly winner: Fit;
}

export interface ContestOptions {
  /** How the last milestone ended. */
  readonly warm: Contest | null;
  /** Whether a view that lost the last one may come back. */
  readonly open: boolean;
  readonly draws: number;
}

/** ln of the odds that are given to the table before any trial. */
const benefitOfDoubt = 1;
const maxSteps = 60;

export function contest(
  evenInputs: Inputs,
  informedInputs: Inputs | null,
  observations: Observations,
  { warm, open, draws }: ContestOptions,
  rng: Rng,
): Contest {
  const fitted = (inputs: Inputs, last: Fit | null): Fit =>
    fitParameters(inputs, observations, { warm: last?.theta ?? null, draws, maxSteps }, rng);
  const lost = (view: Fit | null): boolean => !open && warm !== null && warm.winner !== view;
  const informed =
    informedInputs && !lost(warm?.informed ?? null) ? fitted(informedInputs, warm?.informed ?? null) : null;
  const even = !informedInputs || !lost(warm?.even ?? null) ? fitted(evenInputs, warm?.even ?? null) : null;
  if (!even || !informed) return { even, informed, winner: (informed ?? even)! };
  const foresight = (view: Fit): number => logPredictiveDensity(condition(view, observations));
  const winner = foresight(informed) + benefitOfDoubt >= foresight(even) ? informed : even;
  return { even, informed, winner };
}
