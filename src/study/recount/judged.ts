/** Feasibility, front and hypervolumes as they follow from the values of the trials. */
import { frontFor } from '../../objectives/front.ts';
import type { Limits } from '../../objectives/limit.ts';
import { constraintsOf, keepsTo } from '../../objectives/limits.ts';
import { denseFiguresOf } from '../../objectives/objectives.ts';
import { judgedAgain } from '../../store/judge.ts';
import type { ObservationSummary } from '../../store/observation.ts';
import type { TrialFigures } from '../../store/store.ts';
import type { Study } from '../../store/study.ts';
import type { Constraint } from '../../tuner/strategy.ts';
import { close, type Disagreement } from './disagreement.ts';

/** A complete trial: its values as they are believed, the rest as it is stored. */
export type Valued = Pick<TrialFigures, 'number' | 'finishedSequence' | 'values' | 'feasible' | 'hypervolume'>;

export interface JudgedStudy {
  /** The numbers of the members of the front. */
  readonly front: readonly number[];
  /** Of that front; null before the first complete trial. */
  readonly hypervolume: number | null;
  /** By the limits of the study, of complete trials. */
  readonly feasible: ReadonlySet<number>;
  /** What is stored otherwise, in the order in which the trials were finished. */
  readonly disagreements: readonly Disagreement[];
}

/**
 * @param complete all complete trials
 * @param inFront the numbers of the members as they are stored
 */
export function judgedStudy(
  { objectives }: Pick<Study, 'objectives'>,
  complete: readonly Valued[],
  constraints: readonly Constraint[],
  inFront: ReadonlySet<number>,
): JudgedStudy {
  const { trials, members } = judgedAgain(complete, ({ values }) => keepsTo(constraints, values), frontFor(objectives));
  const before = new Map(complete.map(trial => [trial.number, trial]));
  const front = new Set(members);
  return {
    front: members,
    hypervolume: trials.at(-1)?.hypervolume ?? null,
    feasible: new Set(trials.filter(({ feasible }) => feasible).map(({ number }) => number)),
    disagreements: trials.flatMap(now => {
      const was = before.get(now.number);
      return was ? judgedDifferently(was, now, inFront.has(now.number), front.has(now.number)) : [];
    }),
  };
}

/**
 * None before a first proposal: limits are applied when the first candidate is asked for.
 *
 * @param dense its values as they are believed, and what was observed of it; null while it is not measured
 * @param begun whether anything but the dense model was
 */
export function constraintsIn(
  { objectives }: Pick<Study, 'objectives'>,
  limits: Limits,
  dense: { readonly values: readonly number[]; readonly observations: readonly ObservationSummary[] } | null,
  begun: boolean,
): readonly Constraint[] {
  if (!dense || !begun) return [];
  return constraintsOf(objectives, limits, denseFiguresOf(objectives, dense.values, dense.observations));
}

function judgedDifferently(before: Valued, now: Valued, wasMember: boolean, isMember: boolean): Disagreement[] {
  const of = { trial: before.number, phase: null };
  const words = (is: boolean): string => (is ? 'yes' : 'no');
  return [
    ...(before.feasible === now.feasible
      ? []
      : [{ ...of, figure: 'feasibility' as const, stored: words(before.feasible), recounted: words(now.feasible) }]),
    ...(wasMember === isMember
      ? []
      : [{ ...of, figure: 'front' as const, stored: words(wasMember), recounted: words(isMember) }]),
    ...(close(before.hypervolume, now.hypervolume, 1e-9)
      ? []
      : [{ ...of, figure: 'hypervolume' as const, stored: before.hypervolume, recounted: now.hypervolume }]),
  ];
}
