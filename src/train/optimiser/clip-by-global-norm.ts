/** Gradient clipping by the norm of all gradients together (Pascanu et al. 2013, algorithm 1). */
import type { Transformation } from './transformation.ts';

/** As PyTorch's `clip_grad_norm_` does it: g min(1, limit / (|g| + 1e-6)). */
export function clipByGlobalNorm(limit: number): Transformation {
  return {
    slots: [],
    update: ({ build, gradientNorm, weights }, updates) => {
      const number = (value: number): string => build.scalar(value, 'float32');
      const ratio = build.add('Div', [number(limit), build.add('Add', [gradientNorm, number(1e-6)])]);
      const factor = build.add('Min', [ratio, number(1)]);
      const clipped = weights.map(({ name }) => [name, build.add('Mul', [updates.get(name) ?? '', factor])] as const);
      return { updates: new Map(clipped), kept: new Map() };
    },
  };
}
