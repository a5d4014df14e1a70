/**
 * `npm run bench -- evaluate`: the scorer against bare onnxruntime calls on the same float batches, each in a child process
 * of its own, in random order. Timed is all of it: the request, loading the model, every call, the predictions.
 */

import { existsSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { type NormalizationName, normalizationTable } from '../src/data/normalize.ts';
import { openDataset } from '../src/data/open.ts';
import { parseDataSpec } from '../src/data/spec.ts';
import type { Transform } from '../src/data/transform.ts';
import type { Attempt } from '../src/errors/failure.ts';
import { startModelRunner } from '../src/evaluate/model-runner.ts';
import { openScorer } from '../src/evaluate/open.ts';
import { entryUrl } from '../src/host/entry.ts';
import { prepare } from '../src/images/prepare.ts';
import { seededRng } from '../src/random/rng.ts';
import { startChild } from '../src/runtime/child.ts';
import { ratioInterval, ratioOfMedians } from '../src/stats/ratio-of-medians.ts';
import { median, relativeSpread } from '../src/stats/robust.ts';

interface Case {
  readonly model: string;
  readonly data: string;
  readonly normalize: NormalizationName;
}

const assets = join(import.meta.dirname, '..', '..', 'shared', 'assets');
const shared = (model: string, data: string, normalize: NormalizationName = 'torchvision'): Case => ({
  model: join(assets, 'models', model),
  data: data.replace(':', `:${assets}/`),
  normalize,
});
const usual: readonly Case[] = [
  shared('resnet20.onnx', 'cifar10:cifar10'),
  shared('resnet18-hybrid.bn.onnx', 'folder:imagenet-val350'),
  shared('mobilenet_v1_0.75_224.bn.onnx', 'folder:imagenet-val350', 'tf'),
];

export async function bench(args: string[]): Promise<void> {
  const { values } = parseArgs({
    args,
    options: {
      model: { type: 'string' },
      data: { type: 'string' },
      normalize: { type: 'string', default: 'torchvision' },
      repetitions: { type: 'string', default: '25' },
      /** By default as many as a search scores every trial on. */
      images: { type: 'string' },
      threads: { type: 'string', default: String(Math.min(2, availableParallelism())) },
    },
  });
  const { model, data } = values;
  const cases = model && data ? [{ model, data, normalize: values.normalize as NormalizationName }] : usual;
  if (cases === usual && !existsSync(assets)) {
    console.log('The shared networks are not here: give --model M.onnx --data folder:DIR.');
    return;
  }
  for (const each of cases)
    await compare(
      each,
      Number(values.repetitions),
      Number(values.threads),
      values.images ? Number(values.images) : undefined,
    );
}

async function compare(
  { model, data, normalize }: Case,
  repetitions: number,
  threads: number,
  proxyImages: number | undefined,
): Promise<void> {
  const settings = { provider: 'cpu', threads, graphOptimization: 'all' } as const;
  const dataset = await openDataset(parseDataSpec(data), { normalize });
  const scorer = await openScorer({ modelPath: model, dataset, host: settings, seed: 1, proxyImages });
  const prepared = await prepare(dataset, scorer.info.transform as Transform);
  const positions = scorer.proxyIndices.map(index => prepared.kept.indexOf(index));
  const runner = startModelRunner(settings);
  const {
    inputs: [input],
    output,
  } = done(await runner.describe(model, 60_000));
  await runner.close();
  const bare = startChild({ entry: entryUrl('children/bare-scores', import.meta.url) });
  const { path, height, width } = prepared;
  const images = { path, height, width, positions, table: normalizationTable(normalize), channels: 'rgb' };
  done(await bare.request({ kind: 'load', images, input: input?.name ?? '', batch: scorer.info.batch }, 600_000));

  const ours = async (): Promise<ArrayLike<number>> =>
    done(await scorer.accuracy(model, { images: 'proxy', timeoutMs: 600_000 })).predictions ?? [];
  const theirs = async (): Promise<ArrayLike<number>> =>
    done(await bare.request<number[]>({ kind: 'run', model, output, session: settings }, 600_000));
  const samples = await interleaved(ours, theirs, repetitions);
  await Promise.all([scorer.close(), bare.close()]);
  report(model, positions.length, samples);
}

interface Samples {
  readonly oursMs: number[];
  readonly bareMs: number[];
  /** Images on which the two disagree. */
  readonly different: number;
}

/** Pairs in random order; the first pair warms up and is thrown away. */
async function interleaved(
  ours: () => Promise<ArrayLike<number>>,
  bare: () => Promise<ArrayLike<number>>,
  repetitions: number,
): Promise<Samples> {
  const rng = seededRng(1);
  const timed = async (work: () => Promise<ArrayLike<number>>) => {
    const start = performance.now();
    const predictions = await work();
    return { ms: performance.now() - start, predictions };
  };
  const samples = { oursMs: [] as number[], bareMs: [] as number[], different: 0 };
  for (let i = 0; i <= repetitions; i++) {
    const first = rng.integer(2) === 0;
    const a = await timed(first ? ours : bare);
    const b = await timed(first ? bare : ours);
    const [mine, other] = first ? [a, b] : [b, a];
    samples.different = Array.from(mine.predictions).filter((each, at) => each !== other.predictions[at]).length;
    if (i === 0) continue;
    samples.oursMs.push(mine.ms);
    samples.bareMs.push(other.ms);
  }
  return samples;
}

function report(model: string, images: number, { oursMs, bareMs, different }: Samples): void {
  const ratio = ratioOfMedians(oursMs, bareMs);
  const [low, high] = ratioInterval(oursMs, bareMs, { rng: seededRng(2) });
  const percent = (value: number): string => `${(100 * value).toFixed(1)} %`;
  console.log(
    [
      `${model.split('/').at(-1)}: ${images} images, ${oursMs.length} pairs`,
      `  scorer ${median(oursMs).toFixed(0)} ms (spread ${percent(relativeSpread(oursMs))}), bare onnxruntime ${median(bareMs).toFixed(0)} ms (spread ${percent(relativeSpread(bareMs))})`,
      `  overhead ${percent(ratio - 1)}, 95 % interval ${percent(low - 1)} to ${percent(high - 1)}; ${different} predictions differ`,
    ].join('\n'),
  );
}

function done<T>(attempt: Attempt<T>): T {
  if (attempt.state === 'failed') throw new Error(attempt.detail);
  return attempt.value;
}
