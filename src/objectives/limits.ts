/** The limits of all objectives together: what they come to for a study, and whether they are kept. */
import type { Constraint } from '../tuner/strategy.ts';
import type { Limit, LimitKey, Limits } from './limit.ts';
import type { Kind } from './objective.ts';
import { type DenseFigures, objectives, objectivesOf } from './objectives.ts';

/** Accuracy first, as people ask for it. */
const inWords: readonly Kind[] = ['accuracy', 'latency', 'size', 'memory'];

/** Every limit there is, with the objective that it is of, in the order in which they are told. */
export const limitTable: readonly (Limit & { readonly kind: Kind })[] = inWords.flatMap(kind =>
  objectives[kind].limits.map(limit => ({ ...limit, kind })),
);

export const limitKeys: readonly LimitKey[] = limitTable.map(({ key }) => key);

/** Those that are set. */
export const givenLimits = (limits: Limits): readonly (Limit & { readonly kind: Kind; readonly given: number })[] =>
  limitTable.flatMap(limit => {
    const given = limits[limit.key];
    return given === undefined ? [] : [{ ...limit, given }];
  });

/** At most one per objective of the study; none without a limit. */
export const constraintsOf = (names: readonly string[], limits: Limits, dense: DenseFigures): Constraint[] =>
  objectivesOf(names).flatMap(({ kind }, objective) => {
    const figure = dense[kind] ?? { value: Number.NaN, amount: Number.NaN };
    const maxima = givenLimits(limits).flatMap(each => (each.kind === kind ? [each.max(each.given, figure)] : []));
    return maxima.length === 0 ? [] : [{ objective, max: Math.min(...maxima) }];
  });

/** What rounding alone adds to a value on its limit breaks nothing. */
const rounding = 1e-12;

/** Whether measured values keep to all constraints. */
export const keepsTo = (constraints: readonly Constraint[], values: readonly number[]): boolean =>
  constraints.every(({ objective, max }) => (values[objective] ?? Number.NaN) <= max + rounding);

export const hasLimits = (limits: Limits): boolean => givenLimits(limits).length > 0;

export const sameLimits = (a: Limits, b: Limits): boolean => limitKeys.every(key => a[key] === b[key]);

/** `at most 1.00 pp lost, at least 1.20x as fast`; empty without limits. */
export const limitsText = (limits: Limits): string =>
  givenLimits(limits)
    .map(({ words, given }) => words(given))
    .join(', ');
