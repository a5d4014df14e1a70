/** Training images that are held out to choose by, so that test images have nothing but the last word. */
import type { Dataset } from './dataset.ts';
import { partOf } from './part.ts';
import { splitProxy } from './subset.ts';

/** A twentieth: of the 50,000 of CIFAR-10 2,500, by which two epochs are told apart that differ by a point. */
export const usualHoldOut = 0.05;

export interface HeldOut {
  readonly train: Dataset;
  readonly held: Dataset;
}

/**
 * The share `share` of every class, at least one image in all, chosen by `seed`; the others stay training images.
 *
 * @param all with labels, at least two images
 * @param share above 0, at most a half
 */
export function heldOut(all: Dataset, share: number, seed: number): HeldOut {
  const wanted = Math.max(1, Math.round(share * all.count));
  const { proxy } = splitProxy(all.labels, all.count, wanted, seed);
  const ofClass = new Map<number, number>();
  for (const label of all.labels ?? []) ofClass.set(label, (ofClass.get(label) ?? 0) + 1);
  // The only image of a class is needed to train on.
  const held = proxy.filter(at => (ofClass.get(all.labels?.[at] ?? 0) ?? 0) > 1);
  const isHeld = new Set(held);
  const train = Int32Array.from({ length: all.count }, (_, at) => at).filter(at => !isHeld.has(at));
  return { train: partOf(all, train, 'training'), held: partOf(all, held, 'held-out') };
}
