/** What there is to know of one objective. Everything that holds of one objective alone is in its record, and nowhere else. */
import type { Observation, ObservationSummary } from '../store/observation.ts';
import type { DenseFigure, Limit } from './limit.ts';

/** By the kind of the observation that it is read from. */
export type Kind = Observation['kind'];

/** With or without its raw samples. */
export type AnyObservation = Observation | ObservationSummary;

/** What is minimised of one objective of one trial. */
export interface Reading {
  readonly value: number;
  readonly standardError: number;
}

export interface Objective {
  readonly kind: Kind;
  /** As studies store it: `top1` and `agreement` are both accuracies, and so is the metric that a user brings. */
  readonly names: readonly string[];
  /** For people, as a heading and in a sentence. */
  readonly words: string;
  /** Of `amount`, for programs; null for a share. */
  readonly unit: 'ms' | 'B' | null;
  /** For people: `6.13 ms`. */
  readonly amountText: (amount: number) => string;
  /** Which way people read what they are shown: milliseconds, bytes, per cent of images. */
  readonly better: 'lower' | 'higher';
  /** What is minimised, in hundredths, for people. */
  readonly hundredths: '% of dense' | 'pp';
  /**
   * The coordinate of the point that hypervolumes are taken against. It is the same for every study, so that volumes of studies on
   * the same network can be compared.
   */
  readonly reference: number;
  /** What is minimised, from the value of an observation: the sign turns here and nowhere else. */
  readonly minimised: (value: number) => number;
  /** The amount that a minimised value stands for. */
  readonly amountOf: (value: number, dense: DenseFigure) => number;
  /** The amount that an observation of the dense model tells; NaN for an observation of another kind. */
  readonly denseAmount: (observation: AnyObservation) => number;
  /** Whether an observation of the confirm phase confirms it. Null where there is nothing to confirm, since it is exact. */
  readonly confirms: ((observation: AnyObservation) => boolean) | null;
  readonly limits: readonly Limit[];
}

/** The signs of minimising turn values and leave the width of what is not known of them. */
export const readingOf = (
  { minimised }: Objective,
  { value, standardError }: { readonly value: number; readonly standardError: number },
): Reading => ({ value: minimised(value), standardError });
