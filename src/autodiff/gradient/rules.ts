/** The rule of each operator. */
import type { Node } from '../../onnx/graph.ts';
import { standardDomain } from '../../onnx/versions.ts';
import { abs } from './operators/abs.ts';
import { add } from './operators/add.ts';
import { averagePool } from './operators/average-pool.ts';
import { batchNormalization } from './operators/batch-normalization.ts';
import { cast } from './operators/cast.ts';
import { clip } from './operators/clip.ts';
import { concat } from './operators/concat.ts';
import { conv } from './operators/conv.ts';
import { div } from './operators/div.ts';
import { dropout } from './operators/dropout.ts';
import { erf } from './operators/erf.ts';
import { exp } from './operators/exp.ts';
import { expand } from './operators/expand.ts';
import { flatten } from './operators/flatten.ts';
import { gather } from './operators/gather.ts';
import { gelu } from './operators/gelu.ts';
import { gemm } from './operators/gemm.ts';
import { globalAveragePool } from './operators/global-average-pool.ts';
import { hardSigmoid } from './operators/hard-sigmoid.ts';
import { hardSwish } from './operators/hard-swish.ts';
import { identity } from './operators/identity.ts';
import { layerNormalization } from './operators/layer-normalization.ts';
import { leakyRelu } from './operators/leaky-relu.ts';
import { log } from './operators/log.ts';
import { logSoftmax } from './operators/log-softmax.ts';
import { matMul } from './operators/mat-mul.ts';
import { maxPool } from './operators/max-pool.ts';
import { mul } from './operators/mul.ts';
import { neg } from './operators/neg.ts';
import { pad } from './operators/pad.ts';
import { pow } from './operators/pow.ts';
import { reciprocal } from './operators/reciprocal.ts';
import { reduceMean } from './operators/reduce-mean.ts';
import { reduceSum } from './operators/reduce-sum.ts';
import { relu } from './operators/relu.ts';
import { reshape } from './operators/reshape.ts';
import { sigmoid } from './operators/sigmoid.ts';
import { slice } from './operators/slice.ts';
import { softmax } from './operators/softmax.ts';
import { split } from './operators/split.ts';
import { sqrt } from './operators/sqrt.ts';
import { squeeze } from './operators/squeeze.ts';
import { sub } from './operators/sub.ts';
import { sum } from './operators/sum.ts';
import { tanh } from './operators/tanh.ts';
import { transpose } from './operators/transpose.ts';
import { unsqueeze } from './operators/unsqueeze.ts';
import { where } from './operators/where.ts';
import { type GradientRule, type GradientRules, NoGradient } from './rule.ts';

/** Of the standard operators, by their names. */
export const rules: GradientRules = {
  Abs: abs,
  Add: add,
  AveragePool: averagePool,
  BatchNormalization: batchNormalization,
  Cast: cast,
  Clip: clip,
  Concat: concat,
  Conv: conv,
  Div: div,
  Dropout: dropout,
  Erf: erf,
  Exp: exp,
  Expand: expand,
  Flatten: flatten,
  Gather: gather,
  Gelu: gelu,
  Gemm: gemm,
  GlobalAveragePool: globalAveragePool,
  HardSigmoid: hardSigmoid,
  HardSwish: hardSwish,
  Identity: identity,
  LayerNormalization: layerNormalization,
  LeakyRelu: leakyRelu,
  Log: log,
  LogSoftmax: logSoftmax,
  MatMul: matMul,
  MaxPool: maxPool,
  Mul: mul,
  Neg: neg,
  Pad: pad,
  Pow: pow,
  Reciprocal: reciprocal,
  ReduceMean: reduceMean,
  ReduceSum: reduceSum,
  Relu: relu,
  Reshape: reshape,
  Sigmoid: sigmoid,
  Slice: slice,
  Softmax: softmax,
  Split: split,
  Sqrt: sqrt,
  Squeeze: squeeze,
  Sub: sub,
  Sum: sum,
  Tanh: tanh,
  Transpose: transpose,
  Unsqueeze: unsqueeze,
  Where: where,
};

/** Operators whose result is whole numbers, truth values or steps: their derivative is zero wherever there is one. */
const steps = new Set(
  (
    'And ArgMax ArgMin Ceil Constant ConstantOfShape Equal EyeLike Floor Greater GreaterOrEqual IsInf IsNaN Less ' +
    'LessOrEqual NonZero Not OneHot Or Round Shape Sign Size Xor'
  ).split(' '),
);

/** Whether nothing flows back through a node. */
export const stopsGradients = ({ domain, opType }: Node): boolean => standardDomain(domain) === '' && steps.has(opType);

/** Throws NoGradient for an operator without a rule. */
export function ruleOf({ domain, opType }: Node): GradientRule {
  const rule = standardDomain(domain) === '' && Object.hasOwn(rules, opType) ? rules[opType] : undefined;
  if (!rule) throw new NoGradient('this operator has no gradient here');
  return rule;
}
