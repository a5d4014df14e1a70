/**
 * Several views of one objective, with a table and without, and which of them has foreseen the trials best.
 *
 * A table may be false (a device that fuses layers, a model that was changed since). All views are fitted and compared by the log
 * density that each gives to every trial left out; earlier views have the benefit of the doubt. While trials are few all of them
 * are fitted at every stage; later those that lost are not fitted again before the next milestone.
 */
import type { Rng } from '../../random/rng.ts';
import { type Fit, fitParameters, type Observations } from './fit.ts';
import type { Inputs } from './inputs.ts';
import { logPredictiveDensity } from './leave-one-out.ts';
import { condition } from './process.ts';

export interface Contest {
  /** By view; null where it was not fitted. */
  readonly fits: readonly (Fit | null)[];
  readonly winner: number;
}

export interface ContestOptions {
  /** How the last milestone ended. */
  readonly warm: Contest | null;
  /** Whether views that lost the last one may come back. */
  readonly open: boolean;
  readonly draws: number;
  readonly maxSteps: number;
}

/** ln of the odds of each view to the next, before any trial. */
const benefitOfDoubt = 1;

/** @param views what is most believed first */
export function contest(
  views: readonly Inputs[],
  observations: Observations,
  { warm, open, draws, maxSteps }: ContestOptions,
  rng: Rng,
): Contest {
  const fits = views.map((inputs, view) =>
    open || !warm || warm.winner === view
      ? fitParameters(inputs, observations, { warm: warm?.fits[view]?.theta ?? null, draws, maxSteps }, rng)
      : null,
  );
  const alone = fits.filter(each => each !== null).length === 1;
  const foresight = fits.map((each, view) =>
    each && !alone ? logPredictiveDensity(condition(each, observations)) - benefitOfDoubt * view : each ? 0 : -Infinity,
  );
  return { fits, winner: foresight.indexOf(Math.max(...foresight)) };
}

export const winnerOf = ({ fits, winner }: Contest): Fit => fits[winner]!;
