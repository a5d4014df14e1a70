/** What the graph of statistics tells of one batch, and outputs channel by channel. */
import { InferenceSession, Tensor as OrtTensor } from 'onnxruntime-node';
import { expect } from 'vitest';
import { accumulator } from '../../src/calibrate/accumulate.ts';
import { statisticsGraph } from '../../src/calibrate/statistics-graph.ts';
import type { Site } from '../../src/decompose/site.ts';
import type { SiteStatistics } from '../../src/decompose/statistics.ts';
import type { Model } from '../../src/onnx/graph.ts';
import { writeModel } from '../../src/onnx/write.ts';
import { withAllOutputs } from '../onnx/runtime.ts';

/** A batch for the only input of a model. */
export interface Batch {
  readonly dims: readonly number[];
  readonly x: Float32Array;
}

async function answersOf(model: Model, { dims, x }: Batch): Promise<Readonly<Record<string, OrtTensor>>> {
  const session = await InferenceSession.create(writeModel(model), { logSeverityLevel: 3, intraOpNumThreads: 1 });
  const answers = await session.run({ [model.graph.inputs[0]!.name]: new OrtTensor('float32', x, [...dims]) });
  await session.release();
  return answers as Record<string, OrtTensor>;
}

/** Per channel the numbers of a value at all positions; its channels lie along the axes given. */
export async function channelsOf(
  model: Model,
  value: string,
  channels: readonly number[],
  batch: Batch,
): Promise<Float64Array[]> {
  const found = (await answersOf(withAllOutputs(model), batch))[value]!;
  const { dims } = found;
  const count = channels.reduce((product, axis) => product * dims[axis]!, 1);
  const sorted = Array.from({ length: count }, (): number[] => []);
  (found.data as Float32Array).forEach((number, at) => {
    let rest = at;
    const index = dims.map(() => 0);
    for (let axis = dims.length - 1; axis >= 0; axis--) {
      index[axis] = rest % dims[axis]!;
      rest = Math.floor(rest / dims[axis]!);
    }
    sorted[channels.reduce((flat, axis) => flat * dims[axis]! + index[axis]!, 0)]!.push(number);
  });
  return sorted.map(each => Float64Array.from(each));
}

/** Of all positions: the batch must be too small for a sample. */
export async function measured(model: Model, site: Site, batch: Batch): Promise<SiteStatistics> {
  const { probes, model: probe } = statisticsGraph(model, [site], null);
  const [plan] = probes;
  const answers = await answersOf(probe, batch);
  expect(plan!.sample).toBeNull();
  const { outputs, taps, patches, kind, order } = plan!;
  const values = (name: string | null) => (name === null ? null : (answers[name]!.data as Float32Array));
  const entries = answers[outputs.inputMean]!.dims[1]!;
  const sums = accumulator({ groups: site.groups, taps, entries, outputs: site.outChannels });
  sums.add({
    images: batch.dims[0]!,
    patches: batch.dims[0]! * patches,
    inputMean: values(outputs.inputMean)!,
    outputMean: values(outputs.outputMean)!,
    outputSquare: values(outputs.outputSquare)!,
    input: values(outputs.input),
    output: values(outputs.output),
  });
  const found = sums.finish();
  return {
    ...found,
    site: site.name,
    input: kind && found.input && { kind, order, data: found.input },
    output: found.output && { order: site.outChannels / site.groups, data: found.output },
    outputScale: new Float64Array(site.outChannels).fill(1),
    sensitivity: null,
  };
}

export const meanOf = (values: Float64Array): number => values.reduce((sum, each) => sum + each, 0) / values.length;
export const dot = (a: Float64Array, b: Float64Array): number =>
  a.reduce((sum, each, i) => sum + each * b[i]!, 0) / a.length;

/** E[y y'] of channels, row by row. */
export const secondMomentOf = (channels: readonly Float64Array[]): Float64Array =>
  Float64Array.from(channels.flatMap(a => channels.map(b => dot(a, b))));

/** E |y - y'|^2. */
export const lostOf = (before: readonly Float64Array[], after: readonly Float64Array[]): number =>
  before.reduce((sum, channel, c) => {
    const error = channel.map((value, i) => value - after[c]![i]!);
    return sum + dot(error, error);
  }, 0);
