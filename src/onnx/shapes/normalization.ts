/** Operators that normalise along an axis: the first output is shaped as the first input. */

import { intAttribute } from '../attributes.ts';
import { axisOf } from './dimension.ts';
import { likeFirst, type Rule, type Rules, shaped } from './rule.ts';

const alike =
  'Softmax LogSoftmax Hardmax InstanceNormalization GroupNormalization LRN LpNormalization MeanVarianceNormalization RMSNormalization RotaryEmbedding'.split(
    ' ',
  );

/** In training mode the running mean and variance come with it, one per channel. */
const batchNormalization: Rule = at => {
  const { shape } = at.input(0);
  const perChannel = shaped(at.input(1).shape);
  return [shaped(shape), perChannel, perChannel];
};

/** Mean and inverse deviation have size 1 along the normalised axes. */
const layerNormalization: Rule = at => {
  const { shape } = at.input(0);
  const axis = shape && axisOf(intAttribute(at.node, 'axis', -1), shape.length);
  const reduced = shaped(shape && axis !== null ? shape.map((size, i) => (i < axis ? size : 1)) : null);
  return [shaped(shape), reduced, reduced];
};

export const normalizationRules: Rules = {
  ...Object.fromEntries(alike.map(name => [name, likeFirst])),
  BatchNormalization: batchNormalization,
  LayerNormalization: layerNormalization,
};
