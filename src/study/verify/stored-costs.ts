/** Multiply-accumulates and parameters of the dense model, stored against counted now. */
import type { Study } from '../../store/study.ts';
import type { Trial } from '../../store/trial.ts';
import type { Disagreement } from '../recount/disagreement.ts';

export const costs = [
  { key: 'macs', figure: 'MACs' },
  { key: 'params', figure: 'parameters' },
] as const;

export type CostFigure = (typeof costs)[number]['figure'];

export interface StoredCosts {
  readonly disagreements: readonly Disagreement[];
  /** What another version counted in another way: of files that are the same, the stored counts say nothing to this one. */
  readonly countedOtherwise: readonly CostFigure[];
}

type Cost = Study['dense'];

/**
 * The file is the same, so that its stored count is either wrong or was made in another way. It was made so where the trial of the dense
 * model, which is stored by itself, has it too.
 *
 * @param now of the same file
 * @param trial of the dense model; undefined where there is none
 */
export function storedCosts(stored: Cost, now: Cost, trial: Trial | undefined): StoredCosts {
  const other = costs.filter(({ key }) => stored[key] !== now[key]);
  const twice = ({ key }: (typeof costs)[number]): boolean => trial?.state === 'complete' && trial[key] === stored[key];
  return {
    disagreements: other
      .filter(each => !twice(each))
      .map(({ key, figure }) => ({ trial: null, phase: null, figure, stored: stored[key], recounted: now[key] })),
    countedOtherwise: other.filter(twice).map(({ figure }) => figure),
  };
}
