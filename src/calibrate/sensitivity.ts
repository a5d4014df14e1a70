/** How the network's answer depends on the output of each site, measured by a reverse pass over some calibration images. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Moments } from '../decompose/statistics.ts';
import { type Attempt, complete, failed } from '../errors/failure.ts';
import { entryUrl } from '../host/entry.ts';
import { scratchFolder } from '../host/scratch-folder.ts';
import { writeModel } from '../onnx/write.ts';
import { startChild } from '../runtime/child.ts';
import type { MeasureOptions } from './measure.ts';
import { sensitivityGraph } from './sensitivity-graph.ts';
import type { SensitivityAnswer, SensitivityRequest } from './sensitivity-messages.ts';

/** A gradient says much of many positions at once, and costs two forwards or three: a quarter of the usual images is enough. */
const sensitivityImages = 128;
/** Numbers of all values of the graph that one call may hold, forward and back: 1 GB. */
const liveNumbers = 2 ** 27;
const timeoutMs = 1_800_000;

/** By site name. A failure says why there is none: an operator without a gradient, or no class scores. */
export async function measureSensitivity(options: MeasureOptions): Promise<Attempt<ReadonlyMap<string, Moments>>> {
  const { model, sites, images, session, seed } = options;
  const graph = sensitivityGraph(model, sites);
  if (typeof graph === 'string') return failed('runtime-rejected', graph);
  const scratch = scratchFolder();
  const child = startChild({ entry: entryUrl('sensitivity-child', import.meta.url) });
  const abort = (): void => void child.close();
  options.signal?.addEventListener('abort', abort);
  try {
    const path = join(scratch.path, 'sensitivity.onnx');
    writeFileSync(path, writeModel(graph.model));
    const { inputs, positions, reading } = images;
    const chosen = spread(positions, sensitivityImages);
    const request: SensitivityRequest = {
      model: path,
      session,
      images: inputs.source(chosen, reading),
      batch: batchFor(options),
      noise: { name: graph.noise, classes: graph.classes, seed },
      outputs: graph.outputs.map((name, i) => ({ name, groups: sites[i]?.groups ?? 1 })),
    };
    options.onProgress?.(0, chosen.length);
    const answer = await child.request<SensitivityAnswer>(request, timeoutMs);
    if (answer.state === 'failed') return answer;
    options.onProgress?.(chosen.length, chosen.length);
    return complete(
      new Map(
        answer.value.moments.flatMap((data, i) => {
          const site = sites[i];
          return site ? [[site.name, { order: site.outChannels / site.groups, data }] as const] : [];
        }),
      ),
    );
  } finally {
    options.signal?.removeEventListener('abort', abort);
    await child.close();
    scratch.remove();
  }
}

/** At most `count` of them, evenly spread. */
const spread = (positions: Int32Array, count: number): Int32Array => {
  const taken = Math.min(count, positions.length);
  return Int32Array.from({ length: taken }, (_, i) => positions[Math.floor((i * positions.length) / taken)] ?? 0);
};

/** Behind a site there are about three values of its size, and as many gradients. */
function batchFor({ sites, images }: MeasureOptions): number {
  const numbers = sites.reduce((sum, site) => sum + site.outChannels * site.outputSize[0] * site.outputSize[1], 1);
  return Math.max(1, Math.min(images.batch, Math.floor(liveNumbers / (6 * numbers))));
}
