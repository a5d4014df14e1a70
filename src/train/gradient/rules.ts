/** The rule of each operator. */
import type { Node } from '../../onnx/graph.ts';
import { standardDomain } from '../../onnx/versions.ts';
import { add } from './operators/add.ts';
import { batchNormalization } from './operators/batch-normalization.ts';
import { conv } from './operators/conv.ts';
import { flatten } from './operators/flatten.ts';
import { gemm } from './operators/gemm.ts';
import { globalAveragePool } from './operators/global-average-pool.ts';
import { identity } from './operators/identity.ts';
import { matMul } from './operators/mat-mul.ts';
import { relu } from './operators/relu.ts';
import { type GradientRule, type GradientRules, NoGradient } from './rule.ts';

const standard: GradientRules = {
  Add: add,
  BatchNormalization: batchNormalization,
  Conv: conv,
  Flatten: flatten,
  Gemm: gemm,
  GlobalAveragePool: globalAveragePool,
  Identity: identity,
  MatMul: matMul,
  Relu: relu,
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
  const rule = standardDomain(domain) === '' && Object.hasOwn(standard, opType) ? standard[opType] : undefined;
  if (!rule) throw new NoGradient('this operator has no gradient here');
  return rule;
}
