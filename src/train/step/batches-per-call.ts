/** How many batches of a step one call of its graph takes. */
import type { EngineChoice } from '../runner/engine-choice.ts';

/** A graph grows with its batches, and so do its compilation and the gradients that it holds at once. */
const largest = 4;

/**
 * Between two calls the state travels: on a CPU that is a copy in memory, which costs next to nothing beside the step; from a GPU
 * and back it does not. There one call takes as many batches as divide the accumulation, up to four.
 */
export function batchesPerCall(accumulation: number, engine: EngineChoice): number {
  if (engine.kind !== 'onnxruntime' || engine.provider === 'cpu') return 1;
  for (let count = Math.min(largest, accumulation); count > 1; count--) if (accumulation % count === 0) return count;
  return 1;
}
