/** The optimisers, as compositions. What comes out is subtracted from the weights after the learning rate is on it. */
import type { OptimiserOptions } from '../options.ts';
import { scaleByAdam } from './adam.ts';
import { clipByGlobalNorm } from './clip-by-global-norm.ts';
import { trace } from './momentum.ts';
import { chain, stateless, type Transformation } from './transformation.ts';

const scaleByLearningRate: Transformation = stateless(({ build, scalar }, _, given) =>
  build.add('Mul', [given, scalar('learning rate', ({ learningRate }) => learningRate)]),
);

/** @param decay what adds the gradient of a penalty on the weights: coupled in SGD, decoupled in AdamW */
export function optimiserOf(options: OptimiserOptions, decay: Transformation, clipNorm: number | null): Transformation {
  const clip = clipNorm === null ? chain() : clipByGlobalNorm(clipNorm);
  switch (options.kind) {
    case 'sgd':
      return chain(clip, decay, trace(options.momentum, options.nesterov), scaleByLearningRate);
    case 'adamw':
      return chain(clip, scaleByAdam(options), decay, scaleByLearningRate);
    default:
      return options satisfies never;
  }
}
