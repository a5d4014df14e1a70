/** BatchNormalization in the blocked layout, with given statistics and with those of the batch. */
import { floatAttribute, intAttribute } from '../../onnx/attributes.ts';
import { meanByChannel, scaleByChannel, sumOfProducts } from './by-channel.ts';
import { alreadyBlocked, type BlockedRule } from './rule.ts';

/**
 * Mean and (biased) variance of a batch are taken in two passes, as (x - mean)^2 loses nothing to cancellation. Running statistics are
 * blended in ONNX's own operator alone.
 */
export const batchNormalization: BlockedRule = (at, node) => {
  const { to } = at;
  const [input = '', scale = '', shift = '', givenMean = '', givenVariance = ''] = node.inputs;
  const [output = '', meanName, varianceName] = node.outputs;
  const sizes = alreadyBlocked(at, input);
  const training = intAttribute(node, 'training_mode', 0) !== 0;
  if (!sizes || (training && floatAttribute(node, 'momentum', 0.9) !== 0)) return false;
  const [batch = 0, channels = 0, height = 0, width = 0] = sizes;
  const epsilon = to.number(floatAttribute(node, 'epsilon', 1e-5));
  const factorOf = (variance: string): string =>
    to.add('Div', [to.plain(scale), to.add('Sqrt', [to.add('Add', [variance, epsilon], {})], {})], {});
  const x = to.blocked(input);
  if (training) {
    const mean = meanByChannel(to, x, meanName);
    const centred = scaleByChannel(to, x, to.ones(channels), to.add('Neg', [mean], {}), channels);
    const squares = sumOfProducts(to, centred, centred, sizes);
    const count = to.number(batch * height * width);
    const variance = to.add('Div', [squares, count], {}, { output: varianceName });
    to.define(output, scaleByChannel(to, centred, factorOf(variance), to.plain(shift), channels), channels);
  } else {
    const factor = factorOf(to.plain(givenVariance));
    const moved = to.add('Sub', [to.plain(shift), to.add('Mul', [to.plain(givenMean), factor], {})], {});
    to.define(output, scaleByChannel(to, x, factor, moved, channels), channels);
  }
  return true;
};
