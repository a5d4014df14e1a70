/**
 * What turns gradients into changes of the weights: transformations with a state, one after the other, each a few nodes of the
 * step's graph. The words are optax's: a transformation says what it keeps (`slots`) and how it updates.
 */
import type { GradientBuilder } from '../../autodiff/gradient/builder.ts';

/** What is known of a step before it runs. */
export interface Now {
  readonly learningRate: number;
  readonly emaDecay: number;
  readonly distillationWeight: number;
  readonly lossScale: number;
}

/** A number that is fed anew at each step. */
export type ScalarSource = (now: Now) => number;

export interface TrainedWeight {
  /** The value of the graph that holds it before the step; the name of its initialiser. */
  readonly name: string;
  readonly dims: readonly number[];
  /** Whether weight decay applies. */
  readonly decays: boolean;
}

/** What is kept of each weight from one step that trains it to the next; zeros at the start. */
export interface Slot {
  readonly name: string;
  /** In the shape of the weight, or one number for all of it. */
  readonly size: 'weight' | 'scalar';
}

export interface UpdateScope {
  readonly build: GradientBuilder;
  readonly weights: readonly TrainedWeight[];
  /** The value that holds what was kept of a weight before the step. */
  readonly slot: (slot: string, weight: string) => string;
  /** The graph input that is fed from `source`; the same name gives the same input. */
  readonly scalar: (name: string, source: ScalarSource) => string;
  /** A scalar: the norm of the gradient of all weights, before anything was done to it. */
  readonly gradientNorm: string;
}

/** By weight, a value in the shape of the weight. */
export type Updates = ReadonlyMap<string, string>;

export interface Updated {
  readonly updates: Updates;
  /** What is kept for the next step, by `slot/NAME`. */
  readonly kept: ReadonlyMap<string, string>;
}

export interface Transformation {
  readonly slots: readonly Slot[];
  readonly update: (scope: UpdateScope, updates: Updates) => Updated;
}

/** One after the other, each on what the one before it gave. */
export const chain = (...parts: readonly Transformation[]): Transformation => ({
  slots: parts.flatMap(({ slots }) => slots),
  update: (scope, updates) =>
    parts.reduce<Updated>(
      (so, part) => {
        const next = part.update(scope, so.updates);
        return { updates: next.updates, kept: new Map([...so.kept, ...next.kept]) };
      },
      { updates, kept: new Map() },
    ),
});

/** A transformation that keeps nothing and treats each weight by itself. */
export const stateless = (
  update: (scope: UpdateScope, weight: TrainedWeight, given: string) => string,
): Transformation => ({
  slots: [],
  update: (scope, updates) => ({
    updates: new Map(scope.weights.map(weight => [weight.name, update(scope, weight, updateOf(updates, weight))])),
    kept: new Map(),
  }),
});

export function updateOf(updates: Updates, { name }: Pick<TrainedWeight, 'name'>): string {
  const update = updates.get(name);
  if (update === undefined) throw new Error(`weight "${name}" has no gradient`);
  return update;
}
