/**
 * Momentum in PyTorch's form (torch.optim.SGD), with m the momentum kept and u the update so far:
 *   m' = mu m + u;   the update is m', or u + mu m' with Nesterov's look ahead (Sutskever et al. 2013).
 * A momentum that starts at zero gives PyTorch's first step, m = u, by itself.
 */
import { type Transformation, updateOf } from './transformation.ts';

export function trace(mu: number, nesterov: boolean): Transformation {
  if (mu === 0) return { slots: [], update: (_, updates) => ({ updates, kept: new Map() }) };
  return {
    slots: [{ name: 'momentum', size: 'weight' }],
    update: ({ build, weights, slot }, updates) => {
      const next = new Map<string, string>();
      const kept = new Map<string, string>();
      const factor = build.scalar(mu, 'float32');
      for (const weight of weights) {
        const given = updateOf(updates, weight);
        const momentum = build.add('Add', [build.add('Mul', [slot('momentum', weight.name), factor]), given]);
        kept.set(`momentum/${weight.name}`, momentum);
        const ahead = (): string => build.add('Add', [given, build.add('Mul', [momentum, factor])]);
        next.set(weight.name, nesterov ? ahead() : momentum);
      }
      return { updates: next, kept };
    },
  };
}
