/** y = alpha A' B' + beta c, where A' is A or its transpose, and c is broadcast. */
import { floatAttribute, intAttribute } from '../../../onnx/attributes.ts';
import { unbroadcast } from '../broadcast.ts';
import type { GradientRule } from '../rule.ts';

/** dA' = alpha dy B'^T, dB' = alpha A'^T dy, dc = beta dy; those of A and B are transposed back by the order of the product. */
export const gemm: GradientRule = at => {
  const { build, node, dy } = at;
  const [alpha, beta] = [floatAttribute(node, 'alpha', 1), floatAttribute(node, 'beta', 1)];
  const [transA, transB] = [intAttribute(node, 'transA', 0), intAttribute(node, 'transB', 0)];
  const [a, b] = [at.input(0), at.input(1)];
  const product = (left: string, right: string, transLeft: number, transRight: number): string =>
    build.add('Gemm', [left, right], { alpha: { float: alpha }, transA: transLeft, transB: transRight });
  const da = () => (transA ? product(b, dy, transB, 1) : product(dy, b, 0, 1 - transB));
  const db = () => (transB ? product(dy, a, 1, transA) : product(a, dy, 1 - transA, 0));
  const dc = () => {
    const scaled = beta === 1 ? dy : build.add('Mul', [dy, build.scalar(beta, at.elementType(2))]);
    return unbroadcast(build, scaled, at.shape(2), at.outputShape(0));
  };
  return [at.needs(0) ? da() : null, at.needs(1) ? db() : null, at.needs(2) ? dc() : null];
};
