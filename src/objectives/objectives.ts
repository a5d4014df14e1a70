/** The objectives by kind and by the names that studies store, and everything that depends on their order. */
import { UserError } from '../errors/user-error.ts';
import { metricNamed } from '../metric/metric.ts';
import type { ObservationSummary } from '../store/observation.ts';
import { accuracy } from './accuracy.ts';
import { latency } from './latency.ts';
import type { DenseFigure } from './limit.ts';
import { memory } from './memory.ts';
import { type AnyObservation, type Kind, type Objective, type Reading, readingOf } from './objective.ts';
import { size } from './size.ts';

/** In the order in which a study has them. */
export const objectives: Readonly<Record<Kind, Objective>> = { latency, accuracy, size, memory };

export const kinds = Object.keys(objectives) as readonly Kind[];

/** Every study has these, and its front is drawn in them. */
export const axes: readonly Kind[] = ['latency', 'accuracy'];

/** Null for a name that this version does not know. */
const named = (name: string): Objective | null =>
  Object.values(objectives).find(({ names }) => names.includes(name)) ?? (metricNamed(name) ? accuracy : null);

/**
 * In the order of the trials' values.
 *
 * @param names as a study stores them
 * @throws UserError for a name that this version does not know
 */
export const objectivesOf = (names: readonly string[]): readonly Objective[] =>
  names.map(name => {
    const objective = named(name);
    if (objective) return objective;
    throw new UserError(
      `Cannot read the objective ${JSON.stringify(name)} of the study: this version knows ${kinds.join(', ')}.`,
      'Use the version that made the study, or a later one.',
    );
  });

export const kindsOf = (names: readonly string[]): readonly Kind[] => objectivesOf(names).map(({ kind }) => kind);

/** Those beside latency and accuracy. */
export const furtherOf = (names: readonly string[]): readonly Objective[] =>
  objectivesOf(names).filter(({ kind }) => !axes.includes(kind));

/** Where an objective stands among the values of a trial; -1 where the study does not have it. */
export const positionOf = (names: readonly string[], kind: Kind): number =>
  names.findIndex(name => named(name)?.kind === kind);

/** One entry of a list that has one per objective; NaN where the study does not have it. */
export const entryOf = (names: readonly string[], kind: Kind, list: readonly number[]): number =>
  list[positionOf(names, kind)] ?? Number.NaN;

/** The point that the hypervolume is taken against. */
export const referencePoint = (names: readonly string[]): readonly number[] =>
  objectivesOf(names).map(({ reference }) => reference);

/** A list with one entry per objective, from what is known by kind; NaN where something is missing. */
const listOf = (names: readonly string[], of: (kind: Kind) => number | undefined): readonly number[] =>
  objectivesOf(names).map(({ kind }) => of(kind) ?? Number.NaN);

export interface MeasuredValues {
  /** One per objective of the study, minimised. */
  readonly values: readonly number[];
  readonly standardErrors: readonly number[];
}

export type Readings = Readonly<Partial<Record<Kind, Reading>>>;

export const readingsOf = (observations: readonly AnyObservation[]): Readings =>
  Object.fromEntries(observations.map(each => [each.kind, readingOf(objectives[each.kind], each)]));

export const measuredFrom = (names: readonly string[], readings: Readings): MeasuredValues => ({
  values: listOf(names, kind => readings[kind]?.value),
  standardErrors: listOf(names, kind => readings[kind]?.standardError),
});

/** What was measured, with some of it taken again. */
export const withReadings = (
  names: readonly string[],
  { values, standardErrors }: MeasuredValues,
  again: Readings,
): MeasuredValues => ({
  values: listOf(names, kind => again[kind]?.value ?? entryOf(names, kind, values)),
  standardErrors: listOf(names, kind => again[kind]?.standardError ?? entryOf(names, kind, standardErrors)),
});

/** By kind; limits are measured against these. */
export type DenseFigures = Readonly<Partial<Record<Kind, DenseFigure>>>;

/** Of trial 0, by its values and what its search has seen. */
export function denseFiguresOf(
  names: readonly string[],
  values: readonly number[],
  observations: readonly ObservationSummary[],
): DenseFigures {
  const ofSearch = observations.filter(({ phase }) => phase === 'search');
  return Object.fromEntries(
    objectivesOf(names).map(({ kind, denseAmount }) => {
      const seen = ofSearch.find(each => each.kind === kind);
      return [kind, { value: entryOf(names, kind, values), amount: seen ? denseAmount(seen) : Number.NaN }];
    }),
  );
}

/** Every objective of the study that can be confirmed has its observation of that phase, and it is good. */
export const isConfirmedBy = (names: readonly string[], observations: readonly ObservationSummary[]): boolean =>
  unconfirmedKinds(names, observations).length === 0;

/** Those that are still to be confirmed. */
export const unconfirmedKinds = (
  names: readonly string[],
  observations: readonly ObservationSummary[],
): readonly Kind[] =>
  objectivesOf(names)
    .filter(
      ({ kind, confirms }) =>
        confirms !== null &&
        !observations.some(each => each.phase === 'confirm' && each.kind === kind && confirms(each)),
    )
    .map(({ kind }) => kind);
