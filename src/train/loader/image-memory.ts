/** Small images of one size, decoded once and shared by all threads. */
import type { Dataset } from '../../data/dataset.ts';
import { itemsOf, loadItem } from '../../data/load.ts';
import type { ImageMemory } from './make-batch.ts';

/** More than this stays on disk. */
const limitBytes = 1 << 30;
const side = 32;
const imageBytes = 3 * side * side;

/** Null for images in files, whose sizes differ and which are decoded when they are needed. */
export async function imageMemory(dataset: Dataset): Promise<ImageMemory | null> {
  if (dataset.source.kind === 'folder' || dataset.source.kind === 'slices' || dataset.count * imageBytes > limitBytes)
    return null;
  const bytes = new SharedArrayBuffer(dataset.count * imageBytes);
  const all = new Uint8Array(bytes);
  for (const [i, item] of itemsOf(dataset.source).entries()) all.set((await loadItem(item)).data, i * imageBytes);
  return { bytes, height: side, width: side };
}
