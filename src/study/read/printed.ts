/** Which trials anything prints of a front: those are recounted before it does. */
import { frontReport } from '../../report/front/front-report.ts';
import type { ObservationSummary } from '../../store/observation.ts';
import type { Study } from '../../store/study.ts';
import { followsIn } from '../recount/follows.ts';
import { frontInputOf, isComparable } from './front-input.ts';
import { seenBy } from './phase-observations.ts';
import type { Fronts, StoredFigures, WithoutFronts } from './study-reading.ts';

type Accuracy = Extract<ObservationSummary, { kind: 'accuracy' }>;

/** Null while the dense model has not been measured, and where it does not add up. */
export function frontsOf(reading: WithoutFronts): Fronts | null {
  if (!isComparable(reading)) return null;
  const input = frontInputOf(reading, false);
  const search = frontReport(input);
  const any = input.trials.some(({ confirm, refined }) => confirm !== null || refined);
  return { search, best: any ? frontReport({ ...input, confirmed: true }) : search };
}

/**
 * Before any front is chosen: those that were confirmed, since what is known of one depends on all of them; those whose change of
 * accuracy was not stored; the front as it is stored; and those whose stored figures contradict each other.
 */
export function toRecountFirst(
  { objectives }: Study,
  { figures, observations, inFront }: StoredFigures,
): readonly number[] {
  const follows = followsIn(objectives);
  const observationsIn = seenBy(objectives);
  return figures
    .filter(trial => {
      const seen = observations.get(trial.number) ?? [];
      const accuracy = seen.find((each): each is Accuracy => each.kind === 'accuracy' && each.phase === 'search');
      return (
        inFront.has(trial.number) ||
        !follows(trial, seen) ||
        accuracy?.drop === undefined ||
        !isShare(accuracy.value) ||
        (trial.confirmed.length > 0 && observationsIn(seen, 'confirm') !== null) ||
        seen.some(({ phase }) => phase === 'refined')
      );
    })
    .map(({ number }) => number);
}

/** No images give another one: a report cannot even say its interval. */
const isShare = (value: number): boolean => value >= 0 && value <= 1;

/**
 * By what is known so far: the front by the values of trials, the fronts of the report, and what has left them. What else is beaten by
 * figures of the search is a dot of a chart, by its stored figures.
 */
export const printedOf = (front: readonly number[], fronts: Fronts | null): readonly number[] => [
  ...front,
  ...(fronts
    ? [
        ...fronts.search.points,
        ...fronts.best.points,
        ...fronts.best.best,
        ...(fronts.best.confirmed ? fronts.best.dominated : []),
      ].map(({ trial }) => trial)
    : []),
];
