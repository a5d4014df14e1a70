/** y = a ^ b, element by element, broadcast. */
import { unbroadcast } from '../broadcast.ts';
import { type GradientRule, type GradientSituation, NoGradient } from '../rule.ts';

/** da = dy b a^(b - 1), and 0 where b is the number 0; db = dy y log a for positive a, and 0 at a = 0, as PyTorch has it. */
export const pow: GradientRule = at => {
  const { build, dy } = at;
  const [a, b] = [at.input(0), at.input(1)];
  const type = at.elementType(0);
  const back = (gradient: string, i: number): string => unbroadcast(build, gradient, at.shape(i), at.outputShape(0));
  const number = numberOf(at);
  const base = (): string => {
    if (number === null) {
      if (at.elementType(1) !== type) throw new NoGradient('its exponent is of another type than its base');
      const slope = build.add('Mul', [b, build.add('Pow', [a, build.add('Sub', [b, build.scalar(1, type)])])]);
      return build.add('Mul', [dy, slope]);
    }
    // A square is a product: Pow computes logarithms.
    const power = number === 2 ? a : build.add('Pow', [a, build.scalar(number - 1, type)]);
    return build.add('Mul', [build.add('Mul', [dy, build.scalar(number, type)]), power]);
  };
  const exponent = (): string => {
    const zero = build.scalar(0, type);
    const log = build.add('Where', [build.add('Equal', [a, zero]), zero, build.add('Log', [a])]);
    return build.add('Mul', [dy, build.add('Mul', [at.output(0), log])]);
  };
  return [at.needs(0) && number !== 0 ? back(base(), 0) : null, at.needs(1) ? back(exponent(), 1) : null];
};

/** The exponent, where it is one number. */
function numberOf(at: GradientSituation): number | null {
  const whole = at.integers(1);
  return at.number(1) ?? (whole?.length === 1 ? (whole[0] ?? null) : null);
}
