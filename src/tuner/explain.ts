/** What the Bayesian tuner believes after a history, and how far that can be trusted. */
import { seededRng } from '../random/rng.ts';
import { normalQuantile } from './acquisition/normal.ts';
import { priorInputs } from './gp/inputs.ts';
import { leaveOneOut } from './gp/leave-one-out.ts';
import { learnedFrom, modelsOf, newModelCache, viewsOf } from './gp/models.ts';
import { type Process, predict } from './gp/process.ts';
import { insertIntoFront } from './pareto/front.ts';
import { hypervolume } from './pareto/hypervolume.ts';
import type { StrategyOptions } from './strategies.ts';
import type { Configuration, Constraint, Outcome, Problem } from './strategy.ts';

/**
 * What predicted an objective best: the measured table, the losses of the rungs, ramps along the ladders, or nothing but the places in
 * the ladders.
 */
export type Predictor = 'table' | 'losses' | 'ramps' | 'places';

export interface PredictionQuality {
  readonly by: Predictor;
  /** Trials that were left out, one after the other. */
  readonly trials: number;
  /** Share of them whose value lies in the 95 % interval of what the others predict. */
  readonly within95: number;
  /** Root mean square of what was predicted less what was observed, in the unit of the objective. */
  readonly rmse: number;
  /** Root mean square of what was observed less its mean: the error of knowing nothing. */
  readonly spread: number;
}

/** What the other trials say of one, and what was observed of it, in the unit of the objective. */
export interface LeftOut {
  readonly observed: number;
  readonly mean: number;
  /** Of the observation, its noise included. */
  readonly sd: number;
}

export interface Beliefs {
  /** By objective. */
  readonly calibration: readonly PredictionQuality[];
  /** Of every trial that the models learn from: of a long history, those near the front and some of all others. */
  readonly leftOut: readonly { readonly configuration: Configuration; readonly byObjective: readonly LeftOut[] }[];
  /**
   * By objective and site: how far the site's choice of rung moves the objective, as the model has it: the greatest less the least
   * mean over its rungs, all other sites as in a member of the front, on average over the members.
   */
  readonly importance: readonly (readonly number[])[];
  /** Predictions by objective. */
  readonly predict: (configuration: Configuration) => readonly { readonly mean: number; readonly sd: number }[];
}

/** Null with too few trials to learn from. */
export function beliefsAfter(
  problem: Problem,
  { seed, prior }: StrategyOptions,
  history: readonly Outcome[],
  front: readonly Configuration[],
): Beliefs | null {
  const views = viewsOf(problem, prior ?? null);
  const processes = modelsOf(problem, views, history, seed, newModelCache());
  if (!processes) return null;
  const informed = priorInputs(problem, prior ?? null);
  const by = processes.map(({ covariance: { fit } }, k): Predictor => {
    if (!fit.inputs.table) return 'places';
    // The prior's own view comes first, where it has something to say.
    if (!informed[k] || views[k]![0] !== fit.inputs) return 'ramps';
    return prior?.tables[k] ? 'table' : 'losses';
  });
  const leftOut = processes.map(leftOutOf);
  return {
    calibration: leftOut.map((each, k) => ({ by: by[k]!, ...qualityOf(each) })),
    leftOut: learnedFrom(problem.objectives, history).map(({ configuration }, a) => ({
      configuration,
      byObjective: leftOut.map(each => each[a]!),
    })),
    importance: processes.map(process => problem.ladderLengths.map((_, site) => swing(problem, process, front, site))),
    predict: configuration =>
      processes.map(process => {
        const { mean, variance } = predict(process, configuration);
        return { mean, sd: Math.sqrt(variance) };
      }),
  };
}

function leftOutOf(process: Process): LeftOut[] {
  const { offset, scale } = process.covariance.fit.standardisation;
  return leaveOneOut(process).map(({ mean, variance }, a) => ({
    observed: offset + scale * process.outputs[a]!,
    mean,
    sd: Math.sqrt(variance),
  }));
}

function qualityOf(leftOut: readonly LeftOut[]): Omit<PredictionQuality, 'by'> {
  const trials = leftOut.length;
  const average = leftOut.reduce((sum, { observed }) => sum + observed, 0) / trials;
  const rms = (error: (each: LeftOut) => number): number =>
    Math.sqrt(leftOut.reduce((sum, each) => sum + error(each) ** 2, 0) / trials);
  return {
    trials,
    within95: leftOut.filter(each => isWithin(each, normalQuantile(0.975))).length / trials,
    rmse: rms(({ mean, observed }) => mean - observed),
    spread: rms(({ observed }) => observed - average),
  };
}

/** What is exact is predicted to the last digit but for rounding. */
const isWithin = ({ observed, mean, sd }: LeftOut, z: number): boolean =>
  Math.abs(observed - mean) <= z * sd + 1e-9 * Math.abs(observed);

function swing({ ladderLengths }: Problem, process: Process, front: readonly Configuration[], site: number): number {
  const swings = front.map(member => {
    const means = Array.from(
      { length: ladderLengths[site]! },
      (_, rung) => predict(process, member.with(site, rung)).mean,
    );
    return Math.max(...means) - Math.min(...means);
  });
  return swings.reduce((sum, each) => sum + each, 0) / Math.max(1, swings.length);
}

export interface Outlook {
  /** The probability that it keeps to all constraints. */
  readonly feasible: number;
  /** The probability that it does and no member of the front is as good. */
  readonly entersFront: number;
  /** What it is expected to add to the hypervolume. */
  readonly improvement: number;
}

const draws = 2000;

/** What is expected of a prediction, by simulation with fixed draws, the objectives taken as independent. */
export function outlookOf(
  prediction: readonly { readonly mean: number; readonly sd: number }[],
  front: readonly (readonly number[])[],
  reference: readonly number[],
  constraints: readonly Constraint[],
): Outlook {
  const rng = seededRng(1);
  const now = hypervolume(front, reference);
  let [feasible, enters, improvement] = [0, 0, 0];
  for (let draw = 0; draw < draws; draw++) {
    const values = prediction.map(({ mean, sd }) => mean + sd * normalQuantile((rng.integer(2 ** 20) + 0.5) / 2 ** 20));
    if (!constraints.every(({ objective, max }) => values[objective]! <= max)) continue;
    feasible++;
    const after = insertIntoFront(front, values, each => each);
    if (!after.front.includes(values)) continue;
    enters++;
    improvement += Math.max(0, hypervolume(after.front, reference) - now);
  }
  return { feasible: feasible / draws, entersFront: enters / draws, improvement: improvement / draws };
}
