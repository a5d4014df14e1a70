/** From the values that a trial is stored with, which are minimised, to amounts with a unit. */
import { type DenseFigures, denseFiguresOf, objectivesOf } from '../../objectives/objectives.ts';
import type { ObservationSummary } from '../../store/observation.ts';
import type { Study } from '../../store/study.ts';

type Objectives = Pick<Study, 'objectives'>;

/** @param values of the dense model; empty before it is measured */
export const denseAmountsOf = (
  { objectives }: Objectives,
  values: readonly number[],
  observations: readonly ObservationSummary[],
): DenseFigures => denseFiguresOf(objectives, values, observations);

/** In the order of the study's objectives: milliseconds, a share, bytes; null where it is not known. */
export const amountsOf = ({ objectives }: Objectives, values: readonly number[], dense: DenseFigures) =>
  objectivesOf(objectives).map(({ kind, amountOf }, i) => {
    const figure = dense[kind];
    const amount = figure === undefined ? Number.NaN : amountOf(values[i] ?? Number.NaN, figure);
    return Number.isFinite(amount) ? amount : null;
  });
