/**
 * The processes of all objectives after a history: a function of the history alone, remembered while it grows.
 *
 * Parameters are fitted at stages: a fixed set of numbers of trials, so that they depend on the order of the outcomes and not
 * on when somebody asked. The fit of stage n starts from that of the last milestone below n (4, 6, 8, 12, 16, ...), and trials since
 * the stage are added row by row. A process that resumes therefore fits the milestones and one stage, not all of them.
 */
import { seededRng } from '../../random/rng.ts';
import type { TunerPrior } from '../prior.ts';
import type { Observed, Outcome, Problem } from '../strategy.ts';
import { type Contest, contest, winnerOf } from './contest.ts';
import type { Fit, Observations } from './fit.ts';
import { evenInputs, type Inputs, priorInputs, rampInputs } from './inputs.ts';
import { nearFront } from './near-front.ts';
import { condition, type Process, withTrial } from './process.ts';

/** What a model may see of a configuration, by objective: what is most believed first. */
export type Views = readonly (readonly Inputs[])[];

export const viewsOf = (problem: Problem, prior: TunerPrior | null): Views =>
  priorInputs(problem, prior).map(informed => [
    ...(informed ? [informed] : []),
    ...[1, 2].map(power => rampInputs(problem.ladderLengths, power)).filter(each => each !== null),
    evenInputs(problem.ladderLengths),
  ]);

export interface ModelCache {
  /** Keys of the outcomes that everything here was computed from. */
  keys: string[];
  readonly fits: Map<number, readonly Contest[]>;
  processes: { readonly n: number; readonly all: readonly Process[] } | null;
}

export const newModelCache = (): ModelCache => ({ keys: [], fits: new Map(), processes: null });

const isObserved =
  (objectives: number) =>
  (outcome: Outcome): outcome is Observed =>
    outcome.state !== 'failed' && outcome.values.length === objectives && outcome.values.every(Number.isFinite);

/** Null with less than two trials to learn from. */
export function modelsOf(
  problem: Problem,
  views: Views,
  history: readonly Outcome[],
  seed: number,
  cache: ModelCache,
): readonly Process[] | null {
  const observed = history.filter(isObserved(problem.objectives));
  const n = observed.length;
  if (n < 2) return null;
  forgetFrom(cache, observed);
  const stage = stageAt(n);
  const fits = fitsAt(problem, views, observed, stage, seed, cache).map(winnerOf);
  if (cache.processes && cache.processes.n >= stage && cache.processes.n <= n && sameFits(cache.processes.all, fits)) {
    cache.processes = extended(cache.processes, observed);
  } else {
    const near = nearFront(observed.slice(0, stage));
    const all = fits.map((each, k) => condition(each, observationsOf(near, k)));
    cache.processes = extended({ n: stage, all }, observed);
  }
  return cache.processes.all;
}

/**
 * The trials that processes made afresh from this history are conditioned on, in the order of their rows.
 *
 * @param objectives how many
 */
export function learnedFrom(objectives: number, history: readonly Outcome[]): readonly Observed[] {
  const observed = history.filter(isObserved(objectives));
  if (observed.length < 2) return [];
  const stage = stageAt(observed.length);
  return [...nearFront(observed.slice(0, stage)), ...observed.slice(stage)];
}

const sameFits = (processes: readonly Process[], fits: readonly Fit[]): boolean =>
  processes.every((process, k) => process.covariance.fit === fits[k]);

function extended(
  from: { readonly n: number; readonly all: readonly Process[] },
  observed: readonly Observed[],
): { readonly n: number; readonly all: readonly Process[] } {
  let all = from.all;
  for (let a = from.n; a < observed.length; a++) {
    const { configuration, values, standardErrors } = observed[a]!;
    all = all.map((process, k) => withTrial(process, configuration, values[k]!, standardErrors[k] ?? 0));
  }
  return { n: observed.length, all };
}

/** Drops what was computed from outcomes that this history does not begin with. */
function forgetFrom(cache: ModelCache, observed: readonly Observed[]): void {
  const keys = observed.map(
    ({ configuration, values, standardErrors }) => `${configuration}|${values}|${standardErrors}`,
  );
  let same = 0;
  while (same < cache.keys.length && same < keys.length && cache.keys[same] === keys[same]) same++;
  if (same < cache.keys.length) {
    for (const stage of [...cache.fits.keys()]) if (stage > same) cache.fits.delete(stage);
    if (cache.processes && cache.processes.n > same) cache.processes = null;
  }
  cache.keys = keys;
}

function fitsAt(
  problem: Problem,
  views: Views,
  observed: readonly Observed[],
  stage: number,
  seed: number,
  cache: ModelCache,
): readonly Contest[] {
  const known = cache.fits.get(stage);
  if (known) return known;
  const parent = milestoneBelow(stage);
  const warm = parent === null ? null : fitsAt(problem, views, observed, parent, seed, cache);
  const rng = seededRng(Math.imul(seed + 1, 0x9e3779b1) ^ stage);
  const isMilestone = stage === milestoneBelow(stage + 1);
  const near = nearFront(observed.slice(0, stage));
  const fits = Array.from({ length: problem.objectives }, (_, k) =>
    contest(
      views[k]!,
      observationsOf(near, k),
      {
        warm: warm?.[k] ?? null,
        open: isMilestone || stage <= alwaysOpen,
        draws: isMilestone && stage <= 128 ? 1 : 0,
        maxSteps: stage <= 64 ? 60 : 12,
      },
      rng,
    ),
  );
  cache.fits.set(stage, fits);
  return fits;
}

/** The last stage at or below n >= 2: every number to 12, every second to 32, every fourth to 64, then steps of about a tenth. */
function stageAt(n: number): number {
  if (n <= 12) return n;
  if (n <= 32) return n - (n % 2);
  if (n <= 64) return n - (n % 4);
  let stage = 64;
  for (;;) {
    const next = stage + Math.round(stage / 10);
    if (next > n) return stage;
    stage = next;
  }
}

/** Up to this many trials every stage is a contest of all views. */
const alwaysOpen = 16;

/** The last of 4, 6, 8, 12, 16, 24, 32, 48, ... (powers of two, and half as much again) that is below `stage`. */
function milestoneBelow(stage: number): number | null {
  let milestone: number | null = null;
  for (let power = 4; power < stage; power *= 2) milestone = 1.5 * power < stage ? 1.5 * power : power;
  return milestone;
}

const observationsOf = (observed: readonly Observed[], k: number): Observations => ({
  configurations: observed.map(({ configuration }) => configuration),
  values: observed.map(({ values }) => values[k]!),
  standardErrors: observed.map(({ standardErrors }) => standardErrors[k] ?? 0),
});
