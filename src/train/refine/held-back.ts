/** Which images a candidate is refined on, and which only say when to stop. */
import { type Rng, shuffled } from '../../random/rng.ts';

/** Fewer images than this say nothing that would hold on others. */
export const leastRefiningImages = 16;
const heldBackShare = 1 / 5;

export interface Split {
  readonly trained: readonly number[];
  readonly held: readonly number[];
}

/** A fifth at random is held back. */
export function heldBackOf(count: number, rng: Rng): Split {
  const order = shuffled(
    Array.from({ length: count }, (_, i) => i),
    rng,
  );
  const held = Math.floor(count * heldBackShare);
  return { held: order.slice(0, held), trained: order.slice(held) };
}
