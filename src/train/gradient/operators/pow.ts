/** y = a ^ b, element by element, broadcast. */
import { unbroadcast } from '../broadcast.ts';
import { type GradientRule, NoGradient } from '../rule.ts';

/** da = dy b a^(b - 1); db = dy y log a, which is for positive a only. */
export const pow: GradientRule = at => {
  const { build, dy } = at;
  const [a, b] = [at.input(0), at.input(1)];
  const back = (gradient: string, i: number): string => unbroadcast(build, gradient, at.shape(i), at.outputShape(0));
  const base = (): string => {
    const type = at.elementType(0);
    const exponent = at.number(1);
    if (exponent === null) {
      if (at.elementType(1) !== type) throw new NoGradient('its exponent is of another type than its base');
      const slope = build.add('Mul', [b, build.add('Pow', [a, build.add('Sub', [b, build.scalar(1, type)])])]);
      return build.add('Mul', [dy, slope]);
    }
    // A square is a product: Pow computes logarithms.
    const power = exponent === 2 ? a : build.add('Pow', [a, build.scalar(exponent - 1, type)]);
    return build.add('Mul', [build.add('Mul', [dy, build.scalar(exponent, type)]), power]);
  };
  const exponent = (): string => build.add('Mul', [dy, build.add('Mul', [at.output(0), build.add('Log', [a])])]);
  return [at.needs(0) ? back(base(), 0) : null, at.needs(1) ? back(exponent(), 1) : null];
};
