/** The objectives of a front beside latency and accuracy, which are its axes. */
import type { Interval } from '../../events/event.ts';
import type { Limits } from '../../objectives/limit.ts';
import { givenLimits } from '../../objectives/limits.ts';
import type { Kind } from '../../objectives/objective.ts';
import { axes, furtherOf, objectives } from '../../objectives/objectives.ts';

/** One of them, of one trial in one phase. */
export interface FurtherFigure {
  readonly kind: Kind;
  /** Over that of the dense model: what is minimised. */
  readonly ratio: number;
  /** 95 %, of `ratio`. */
  readonly interval: Interval;
  /** In the unit of the objective, such as bytes. */
  readonly amount: number;
}

interface WithFurther {
  readonly further: readonly FurtherFigure[];
}

/** What a limit is held against. */
export type Limited = Pick<FurtherFigure, 'ratio' | 'amount'>;

/** Undefined where it was not measured. */
export const figureOf = (kind: Kind, { further }: WithFurther): Limited | undefined =>
  further.find(each => each.kind === kind);

/** NaN where it was not measured. */
export const amountOf = (kind: Kind, point: WithFurther): number => figureOf(kind, point)?.amount ?? Number.NaN;

/** `, size 7.91 MB`; empty where there are none. */
export const furtherWords = ({ further }: WithFurther): string =>
  further.map(({ kind, amount }) => `, ${objectives[kind].words} ${objectives[kind].amountText(amount)}`).join('');

/** `12`, or `12 (7.91 MB)` where there are any: what a chart writes beside a point. */
export const labelOf = ({ trial, further }: WithFurther & { readonly trial: number }): string =>
  further.length === 0
    ? `${trial}`
    : `${trial} (${further.map(({ kind, amount }) => objectives[kind].amountText(amount)).join(', ')})`;

/** `. In brackets: size`, for whoever reads such labels. */
export const labelLegend = (names: readonly string[]): string => {
  const words = furtherOf(names).map(each => each.words);
  return words.length === 0 ? '' : `. In brackets: ${words.join(', ')}`;
};

/** A value on its limit keeps to it. */
const rounding = 1e-9;

type Given = ReturnType<typeof givenLimits>[number];

/** Nothing that was not measured keeps to a limit. */
export const keeps = ({ max, given }: Given, figure: Limited | undefined): boolean =>
  figure !== undefined &&
  figure.ratio <= max(given, { value: 1, amount: figure.amount / figure.ratio }) * (1 + rounding);

/** Whether figures keep to the limits of the objectives that are no axes. */
export const keepsFurther = (limits: Limits, figure: (kind: Kind) => Limited | undefined): boolean =>
  givenLimits(limits).every(each => axes.includes(each.kind) || keeps(each, figure(each.kind)));
