/** Sums by channel, of blocked values. */
import { intAttribute } from '../../onnx/attributes.ts';
import { meanByChannel, sumOfProducts } from './by-channel.ts';
import { alreadyBlocked, type BlockedRule } from './rule.ts';

/** Over batch and places, into a vector; of a product of two values, without writing the product. */
export const reduceSum: BlockedRule = (at, node) => {
  const { to, integers, producer } = at;
  const [input = '', axes = ''] = node.inputs;
  const sizes = alreadyBlocked(at, input);
  if (!sizes || String(integers(axes)) !== '0,2,3' || intAttribute(node, 'keepdims', 1) !== 0) return false;
  const [output = ''] = node.outputs;
  const factors = producer(input);
  if (factors?.opType === 'Mul' && factors.inputs.every(name => String(alreadyBlocked(at, name)) === String(sizes))) {
    const [a = '', b = ''] = factors.inputs;
    sumOfProducts(to, to.blocked(a), to.blocked(b), sizes, output);
    return true;
  }
  const [batch = 0, , height = 0, width = 0] = sizes;
  to.add('Mul', [meanByChannel(to, to.blocked(input)), to.number(batch * height * width)], {}, { output });
  return true;
};
