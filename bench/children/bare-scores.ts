/** Bare calls of onnxruntime over float batches that lie ready in memory: what `npm run bench -- evaluate` compares with. */
import { readFileSync } from 'node:fs';
import { complete } from '../../src/errors/failure.ts';
import type { ImageBatchSource } from '../../src/images/batch-source.ts';
import { InferenceSession, Tensor } from '../../src/runtime/onnxruntime.ts';
import { serve } from '../../src/runtime/serve.ts';
import type { SessionSettings } from '../../src/runtime/session.ts';

export type BareRequest =
  | { readonly kind: 'load'; readonly images: ImageBatchSource; readonly input: string; readonly batch: number }
  | { readonly kind: 'run'; readonly model: string; readonly output: string; readonly session: SessionSettings };

let feeds: Record<string, Tensor>[] = [];

serve(async (request: BareRequest) => {
  if (request.kind === 'load') {
    feeds = batches(request);
    return complete([]);
  }
  const { model, output, session: settings } = request;
  const session = await InferenceSession.create(model, {
    executionProviders: [settings.provider],
    intraOpNumThreads: settings.threads,
    graphOptimizationLevel: settings.graphOptimization,
  });
  const predictions: number[] = [];
  for (const feed of feeds) {
    const scores = (await session.run(feed, [output]))[output]!;
    const [rows, classes] = scores.dims as [number, number];
    const data = scores.data as Float32Array;
    for (let i = 0; i < rows; i++) {
      const row = data.subarray(i * classes, (i + 1) * classes);
      predictions.push(row.indexOf(Math.max(...row)));
    }
  }
  await session.release();
  return complete(predictions);
});

function batches({ images, input, batch }: Extract<BareRequest, { kind: 'load' }>): Record<string, Tensor>[] {
  const { path, height, width, positions, table } = images;
  const bytes = readFileSync(path);
  const length = 3 * height * width;
  const result: Record<string, Tensor>[] = [];
  for (let from = 0; from < positions.length; from += batch) {
    const size = Math.min(batch, positions.length - from);
    const data = new Float32Array(size * length);
    for (let i = 0; i < size * length; i++) {
      const position = positions[from + Math.floor(i / length)]!;
      const at = i % length;
      data[i] = table[Math.floor(at / (height * width)) * 256 + bytes[position * length + at]!]!;
    }
    result.push({ [input]: new Tensor('float32', data, [size, 3, height, width]) });
  }
  return result;
}
