/**
 * Adam's scaling (Kingma and Ba 2015, algorithm 1), with u the update so far and t the steps that the weight itself has taken:
 *   m' = b1 m + (1 - b1) u,   v' = b2 v + (1 - b2) u^2,   update = (m' / (1 - b1^t)) / (sqrt(v' / (1 - b2^t)) + eps).
 * The corrections are the shares of the updates in the averages, c' = b c + (1 - b), and are kept as such. A weight
 * that was frozen has taken fewer steps than the training, and 1 - b2^t in float32 would lose four digits at the first
 * ones.
 */
import { type Transformation, updateOf } from './transformation.ts';

export interface AdamOptions {
  readonly beta1: number;
  readonly beta2: number;
  readonly epsilon: number;
}

export const scaleByAdam = ({ beta1, beta2, epsilon }: AdamOptions): Transformation => ({
  slots: [
    { name: 'first-moment', size: 'weight' },
    { name: 'second-moment', size: 'weight' },
    { name: 'first-share', size: 'scalar' },
    { name: 'second-share', size: 'scalar' },
  ],
  update: ({ build, weights, slot }, updates) => {
    const number = (value: number): string => build.scalar(value, 'float32');
    const mul = (a: string, b: string): string => build.add('Mul', [a, b]);
    const add = (a: string, b: string): string => build.add('Add', [a, b]);
    const next = new Map<string, string>();
    const kept = new Map<string, string>();
    for (const weight of weights) {
      const average = (name: string, decay: number, news: (share: string) => string): string => {
        const value = add(mul(slot(name, weight.name), number(decay)), news(number(1 - decay)));
        kept.set(`${name}/${weight.name}`, value);
        return value;
      };
      const u = updateOf(updates, weight);
      const first = average('first-moment', beta1, share => mul(u, share));
      const second = average('second-moment', beta2, share => mul(mul(u, u), share));
      const stepSize = build.add('Reciprocal', [average('first-share', beta1, share => share)]);
      const spread = build.add('Reciprocal', [build.add('Sqrt', [average('second-share', beta2, share => share)])]);
      const root = add(mul(build.add('Sqrt', [second]), spread), number(epsilon));
      next.set(weight.name, build.add('Div', [mul(first, stepSize), root]));
    }
    return { updates: next, kept };
  },
});
