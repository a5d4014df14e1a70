/** Runs the dense model over calibration images and measures the statistics of its sites. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Site } from '../decompose/site.ts';
import type { CalibrationStatistics, SiteStatistics } from '../decompose/statistics.ts';
import { type Attempt, complete } from '../errors/failure.ts';
import { entryUrl } from '../host/entry.ts';
import { scratchFolder } from '../host/scratch-folder.ts';
import type { BatchSource } from '../images/batch-source.ts';
import type { Model } from '../onnx/graph.ts';
import { writeModel } from '../onnx/write.ts';
import { startChild } from '../runtime/child.ts';
import type { SessionSettings } from '../runtime/session.ts';
import { outputScales } from './batch-norm.ts';
import type { CalibrationImages } from './images.ts';
import type { ProbeAverages, StatisticsRequest } from './messages.ts';
import { type Probe, statisticsGraph } from './statistics-graph.ts';

export interface MeasureOptions {
  readonly model: Model;
  readonly sites: readonly Site[];
  readonly images: CalibrationImages;
  readonly session: SessionSettings;
  /** Seeds the choice of positions within an image. */
  readonly seed: number;
  readonly onProgress?: ((done: number, total: number) => void) | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** Images between two answers of the child. */
const imagesPerRequest = 64;
/** Loading, or some images, may take so long; a slow machine and a large network included. */
const timeoutMs = 1_800_000;

/**
 * One pass over the images. Memory: the moments of all sites once in float64 (up to 130 MB for ResNet-18, 250 MB for ResNet-50)
 * and the patches of one batch of each site in turn.
 */
export async function measureStatistics(options: MeasureOptions): Promise<Attempt<CalibrationStatistics>> {
  const { model, sites, images, session, seed } = options;
  const first = model.graph.inputs[0]?.shape?.[0];
  const fixedBatch = typeof first === 'number' && first > 0 ? first : null;
  const { model: graph, probes } = statisticsGraph(model, sites, fixedBatch);
  const scratch = scratchFolder();
  const child = startChild({ entry: entryUrl('statistics-child', import.meta.url) });
  const ask = <T>(request: StatisticsRequest): Promise<Attempt<T>> => child.request<T>(request, timeoutMs);
  const abort = (): void => void child.close();
  options.signal?.addEventListener('abort', abort);
  try {
    const path = join(scratch.path, 'statistics.onnx');
    writeFileSync(path, writeModel(graph));
    const plans = probes.map(({ outputs, sample, patches, taps, site }) => ({
      outputs,
      sample,
      patches,
      taps,
      groups: site.groups,
    }));
    const opened = await ask<null>({ kind: 'open', model: path, session, probes: plans, seed });
    if (opened.state === 'failed') return opened;
    const total = images.positions.length;
    // A model of a fixed batch takes whole batches only.
    const step =
      fixedBatch === null ? imagesPerRequest : Math.max(1, Math.floor(imagesPerRequest / fixedBatch)) * fixedBatch;
    const used = fixedBatch === null ? total : Math.floor(total / fixedBatch) * fixedBatch;
    options.onProgress?.(0, used);
    for (let from = 0; from < used; from += step) {
      const part = batchSource(images, from, Math.min(used, from + step));
      const added = await ask<null>({ kind: 'add', images: part, batch: batchFor(probes, images.batch) });
      if (added.state === 'failed') return added;
      options.onProgress?.(Math.min(used, from + step), used);
    }
    const sums = await ask<readonly ProbeAverages[]>({ kind: 'finish' });
    if (sums.state === 'failed') return sums;
    return complete({ images: used, sites: statisticsOf(model, probes, sums.value) });
  } finally {
    options.signal?.removeEventListener('abort', abort);
    await child.close();
    scratch.remove();
  }
}

/** So many images per call that the largest patches of a site take no more than 256 MB. */
function batchFor(probes: readonly Probe[], wanted: number): number {
  const largest = probes.reduce((most, { site: { inChannels, kernel, outputSize } }) => {
    return Math.max(most, inChannels * kernel[0] * kernel[1] * outputSize[0] * outputSize[1]);
  }, 1);
  return Math.max(1, Math.min(wanted, Math.floor(2 ** 26 / largest)));
}

const batchSource = ({ inputs, positions, reading }: CalibrationImages, from: number, to: number): BatchSource =>
  inputs.source(positions.slice(from, to), reading);

function statisticsOf(
  model: Model,
  probes: readonly Probe[],
  answers: readonly ProbeAverages[],
): Map<string, SiteStatistics> {
  const scaleOf = outputScales(
    model.graph,
    probes.map(({ site }) => site),
  );
  return new Map(
    probes.flatMap(({ site, kind, order }, i) => {
      const answer = answers[i];
      if (!answer) return [];
      const { patches, inputMean, outputMean, outputVariance, input, output } = answer;
      const outputOrder = site.outChannels / site.groups;
      const statistics: SiteStatistics = {
        site: site.name,
        patches,
        inputMean,
        input: input && kind ? { kind, order, data: input } : null,
        output: output && { order: outputOrder, data: output },
        outputMean,
        outputVariance,
        outputScale: scaleOf(site),
        sensitivity: null,
      };
      return [[site.name, statistics] as const];
    }),
  );
}
