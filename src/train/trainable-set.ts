/** Whether a set of trainable weights fits a network. */
import { UserError } from '../errors/user-error.ts';
import { nearest } from '../units/nearest.ts';
import type { TrainableSet } from './trainer.ts';

/** @param weights every weight of the network */
export function requireTrainable({ trainable, settled }: TrainableSet, weights: readonly string[]): void {
  const known = new Set(weights);
  for (const name of [...trainable, ...settled]) {
    if (known.has(name)) continue;
    const guess = nearest(name, weights);
    throw new UserError(
      `Cannot train "${name}": the network has no such weight.`,
      guess === null ? 'Name weights as the model does.' : `Did you mean "${guess}"?`,
    );
  }
  if (trainable.size === 0) {
    throw new UserError(
      `Cannot train with all ${weights.length} weights frozen: nothing is left to train.`,
      'Freeze fewer of them.',
    );
  }
  const both = [...trainable].find(name => settled.has(name));
  if (both !== undefined) throw new Error(`weight "${both}" is trainable and settled`);
}
