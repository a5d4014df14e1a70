/**
 * Adam's scaling (Kingma and Ba 2015, algorithm 1), with u the update so far and t the number of the step:
 *   m' = b1 m + (1 - b1) u,   v' = b2 v + (1 - b2) u^2,   update = (m' / (1 - b1^t)) / (sqrt(v' / (1 - b2^t)) + eps).
 * The corrections are fed, since 1 - b2^t in float32 would lose four digits at the first steps.
 */
import { type Transformation, updateOf } from './transformation.ts';

export interface AdamOptions {
  readonly beta1: number;
  readonly beta2: number;
  readonly epsilon: number;
}

export const scaleByAdam = ({ beta1, beta2, epsilon }: AdamOptions): Transformation => ({
  slots: ['first-moment', 'second-moment'],
  update: ({ build, weights, slot, scalar }, updates) => {
    const number = (value: number): string => build.scalar(value, 'float32');
    const stepSize = scalar('1 / (1 - beta1^t)', ({ step }) => 1 / (1 - beta1 ** step));
    const spread = scalar('1 / sqrt(1 - beta2^t)', ({ step }) => 1 / Math.sqrt(1 - beta2 ** step));
    const mul = (a: string, b: string): string => build.add('Mul', [a, b]);
    const add = (a: string, b: string): string => build.add('Add', [a, b]);
    const next = new Map<string, string>();
    const kept = new Map<string, string>();
    for (const weight of weights) {
      const { name } = weight;
      const u = updateOf(updates, weight);
      const first = add(mul(slot('first-moment', name), number(beta1)), mul(u, number(1 - beta1)));
      const second = add(mul(slot('second-moment', name), number(beta2)), mul(mul(u, u), number(1 - beta2)));
      kept.set(`first-moment/${name}`, first);
      kept.set(`second-moment/${name}`, second);
      const root = add(mul(build.add('Sqrt', [second]), spread), number(epsilon));
      next.set(name, build.add('Div', [mul(first, stepSize), root]));
    }
    return { updates: next, kept };
  },
});
