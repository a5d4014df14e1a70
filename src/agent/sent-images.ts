/** Images that a search has sent, as a child process reads them: each is a file of the store by its SHA-256. */
import { rgb8 } from '../data/pixel-form.ts';
import type { TensorPlace } from '../data/tensors/arrays.ts';
import type { SentImages } from '../device/remote/score-work.ts';
import { sha256Of } from '../host/model-file.ts';
import type { BatchSource } from '../images/batch-source.ts';
import type { BlobStore } from './blob-store.ts';

export function batchSourceOf(sent: SentImages, store: Pick<BlobStore, 'path'>): BatchSource {
  const file = (sha256: string): string => store.path(sha256) ?? '';
  if (sent.kind === 'pixels') {
    const { height, width, form = rgb8, table, channels, images } = sent;
    return {
      // Names them: what was filled from them once is filled for the next candidate.
      path: sha256Of(Buffer.from(images.join())),
      files: images.map(file),
      height,
      width,
      form,
      positions: Int32Array.from(images.keys()),
      table: Float32Array.from(table),
      channels,
    };
  }
  const count = sent.inputs[0]?.items.length ?? 0;
  return {
    positions: Int32Array.from({ length: count }, (_, i) => i),
    ...(sent.whole ? { whole: true } : {}),
    tensors: sent.inputs.map(({ name, items }) => ({
      name,
      items: items.map(
        ({ sha256, type, dims, bytes }): TensorPlace => ({
          path: file(sha256),
          type,
          dims,
          start: 0,
          bytes,
          packed: null,
        }),
      ),
    })),
  };
}
