/** The end of a step's graph: from the gradients to the next weights. */
import type { GradientBuilder } from '../../autodiff/gradient/builder.ts';
import type { ScalarSource, TrainedWeight, Transformation, UpdateScope } from '../optimiser/transformation.ts';
import { updateOf } from '../optimiser/transformation.ts';
import type { BatchGraph } from './batch-graph.ts';
import type { Checks } from './not-finite.ts';

export interface UpdateOptions {
  readonly build: GradientBuilder;
  readonly slot: (slot: string, weight: string) => string;
  readonly scalar: (name: string, source: ScalarSource) => string;
  /** Filled with what comes out, by name of state. */
  readonly next: Map<string, string>;
  readonly batch: BatchGraph;
  readonly optimiser: Transformation;
  readonly trained: readonly TrainedWeight[];
  /** The weights and statistics of which a moving average is kept, those that rest too. */
  readonly averaged: readonly string[];
}

/** @param sums the gradient of each trained weight over all batches of the step */
export function buildUpdate(options: UpdateOptions, sums: ReadonlyMap<string, string>): Checks {
  const { build, batch, scalar, slot, next, optimiser, trained } = options;
  const unscale = batch.lossScale === null ? null : scalar('1 / loss scale', ({ lossScale }) => 1 / lossScale);
  const gradients = new Map(
    [...sums].map(([name, sum]) => [name, unscale === null ? sum : build.add('Mul', [sum, unscale])]),
  );
  const squares = trained.map(({ name }) => squareSum(build, gradients.get(name) ?? ''));
  const gradientSquares = build.add('Concat', squares, { axis: 0 });
  const gradientNorm = build.add('Sqrt', [build.add('ReduceSum', [gradientSquares], { keepdims: 0 })]);
  const scope: UpdateScope = { build, weights: trained, slot, scalar, gradientNorm };
  const { updates, kept } = optimiser.update(scope, gradients);
  for (const [name, value] of kept) next.set(name, value);
  for (const weight of trained) {
    next.set(`weight/${weight.name}`, build.add('Sub', [weight.name, updateOf(updates, weight)]));
  }
  const changed = [...next].filter(([name]) => name.startsWith('weight/') || name.startsWith('statistic/'));
  for (const name of options.averaged) {
    averageOf(options, name, next.get(`weight/${name}`) ?? next.get(`statistic/${name}`) ?? name);
  }
  return {
    gradients: gradientSquares,
    gradientNames: trained.map(({ name }) => name),
    state: build.add(
      'Concat',
      changed.map(([, value]) => squareSum(build, value)),
      { axis: 0 },
    ),
    stateNames: changed.map(([name]) => name),
  };
}

/** One element, the sum of the squares of all of `value`. */
const squareSum = (build: GradientBuilder, value: string): string =>
  build.reshape(build.add('ReduceSumSquare', [value], { keepdims: 0 }), [1]);

/** e' = d e + (1 - d) w (Polyak and Juditsky 1992, with exponential weights); of the running statistics as well. */
function averageOf({ build, scalar, slot, next }: UpdateOptions, name: string, value: string): void {
  const decay = scalar('EMA decay', ({ emaDecay }) => emaDecay);
  const rest = scalar('1 - EMA decay', ({ emaDecay }) => 1 - emaDecay);
  const before = build.add('Mul', [slot('ema', name), decay]);
  next.set(`ema/${name}`, build.add('Add', [before, build.add('Mul', [value, rest])]));
}
