/** y = x with a random share of its elements zeroed and the rest enlarged to make up for it (Srivastava et al. 2014). */
import { codeOf } from '../../../onnx/element-type.ts';
import { type GradientRule, NoGradient } from '../rule.ts';

/** dx = dy mask / (1 - ratio); outside training Dropout does nothing, and dx = dy. */
export const dropout: GradientRule = at => {
  const { build } = at;
  if (at.input(2) === '') return [at.dy];
  const training = at.integers(2)?.[0];
  if (training === undefined) throw new NoGradient('whether it drops anything is only known at run time');
  if (training === 0) return [at.dy];
  const ratio = at.input(1) === '' ? 0.5 : at.number(1);
  if (ratio === null) throw new NoGradient('the share that it drops is only known at run time');
  const type = at.elementType(0);
  const mask = build.add('Cast', [at.output(1)], { to: codeOf(type) });
  return [build.add('Mul', [at.dy, build.add('Mul', [mask, build.scalar(1 / (1 - ratio), type)])])];
};
