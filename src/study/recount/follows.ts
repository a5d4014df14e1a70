/** Whether the stored figures of trials can be, and follow from each other: a look at every trial that needs no sample. */
import { objectivesOf } from '../../objectives/objectives.ts';
import type { ObservationSummary } from '../../store/observation.ts';
import type { TrialFigures } from '../../store/store.ts';
import { rounding } from './disagreement.ts';

type Listed = Pick<TrialFigures, 'values' | 'standardErrors'>;

/** As much as `recountTrial` allows between what is stored and what is recounted. */
const near = (stored: number | undefined, from: number, scale: number): boolean =>
  stored !== undefined && Math.abs(stored - from) <= rounding * scale;

/** Whether a report can be made with it. */
const isPossible = ({ kind, value }: ObservationSummary): boolean =>
  kind === 'accuracy' ? value >= 0 && value <= 1 : value > 0 && Number.isFinite(value);

/**
 * False too where an observation is missing. What is wrong is then told by recounting the trial.
 *
 * @param names the objectives as the study names them
 */
export function followsIn(
  names: readonly string[],
): (trial: Listed, observations: readonly ObservationSummary[]) => boolean {
  const wanted = objectivesOf(names);
  return ({ values, standardErrors }, observations) => {
    if (values.length !== wanted.length || standardErrors.length !== wanted.length) return false;
    const seen = (kind: string) => observations.find(each => each.kind === kind && each.phase === 'search');
    const scale = Math.abs(seen('latency')?.value ?? 0);
    return wanted.every(({ kind, minimised }, place) => {
      const found = seen(kind);
      if (!found || !isPossible(found)) return false;
      const value = minimised(found.value);
      return (
        near(values[place], value, Math.abs(value)) &&
        near(standardErrors[place], found.standardError, Math.max(Math.abs(found.standardError), scale))
      );
    });
  };
}
