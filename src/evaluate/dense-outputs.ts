/** What the dense model says of the images, kept from one candidate to the next as far as memory allows. */
import type { ImageOutputs } from './grade-messages.ts';

/** What is kept at most: a thousand detections of 8,400 x 84 floats would take 2.8 GB, and are computed again for every candidate. */
const keptBytes = 512 * 2 ** 20;

export interface DenseOutputs {
  /** Forgets what is of other images. @param key tells the dense model and its images apart from others */
  readonly open: (key: string) => void;
  /** Null where it is not kept. */
  readonly at: (image: number) => ImageOutputs | null;
  readonly keep: (image: number, outputs: ImageOutputs) => void;
}

export function denseOutputs(limitBytes = keptBytes): DenseOutputs {
  let known = '';
  let bytes = 0;
  const kept = new Map<number, ImageOutputs>();
  return {
    open: key => {
      if (key === known) return;
      known = key;
      bytes = 0;
      kept.clear();
    },
    at: image => kept.get(image) ?? null,
    keep: (image, outputs) => {
      const size = outputs.reduce((sum, { data }) => sum + 8 * data.length, 0);
      if (bytes + size > limitBytes) return;
      bytes += size;
      kept.set(image, outputs);
    },
  };
}
