/**
 * Reconstruction in order: the sites of a candidate refitted one after the other, each given those before it. Candidate
 * and dense model run side by side from site to site, and what later stages read stays in the memory of the child
 * process. So a pass costs one forward of both, however many sites there are, and the products that least squares
 * needs.
 */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { correctCandidate } from '../decompose/corrections/apply.ts';
import type { SiteCorrection } from '../decompose/corrections/moments.ts';
import { type RefitProbe, refitProbe } from '../decompose/corrections/refit-probe.ts';
import { type Segment, sideBySide, stageOf, targetsOf } from '../decompose/corrections/side-by-side.ts';
import { addedBy, lastWeight, uncorrectable } from '../decompose/corrections/site-node.ts';
import type { Site } from '../decompose/site.ts';
import { type Attempt, complete, failed } from '../errors/failure.ts';
import { entryUrl } from '../host/entry.ts';
import { reasonOf } from '../host/model-file.ts';
import type { BatchSource } from '../images/batch-source.ts';
import type { ElementType, Graph, Model, ValueInfo } from '../onnx/graph.ts';
import { bodiesOf } from '../onnx/subgraph.ts';
import { writeModel } from '../onnx/write.ts';
import { startChild } from '../runtime/child.ts';
import type { SessionSettings } from '../runtime/session.ts';
import type { Corrector } from './calibrator.ts';
import type { CalibrationImages } from './images.ts';
import type { BeginAnswer, ReconstructRequest, StageAnswer, StageRequest, ValueFacts } from './reconstruct-messages.ts';

export type SiteReconstruction = SiteCorrection & {
  /** Infinite where the weight stays and only means and variances are brought back. */
  readonly ridge: number;
  /** Squared error of the site's output over its variance, on the images that were fitted: means brought back only, and closest. */
  readonly errorBefore: number;
  readonly errorAfter: number;
};

export interface Reconstructor extends Corrector {
  corrections(candidate: Model, sites: readonly Site[]): Promise<Attempt<ReadonlyMap<string, SiteReconstruction>>>;
  close(): Promise<void>;
}

export interface ReconstructorOptions {
  readonly images: CalibrationImages;
  readonly threads: number;
  /** Where the dense model is written for the child process. */
  readonly scratch: string;
  readonly timeoutMs: number;
}

/** More say little more, and what is read later is kept of all of them. */
const mostImages = 256;
/** For the values that are kept, of all images together: fewer images are taken where they would need more. */
const valueBytes = 1.5 * 2 ** 30;
/** Values that are alive between two sites: the streams of both networks, and what the site and its dense twin made. */
const aliveAtOnce = 4;

export function openReconstructor(
  dense: Model,
  all: readonly Site[],
  { images, threads, scratch, timeoutMs }: ReconstructorOptions,
): Attempt<Reconstructor> {
  if (!sideBySide(dense, dense, all))
    return failed('runtime-rejected', 'the model has branches or loops behind a site');
  const size = dense.graph.inputs[0]?.shape?.[0];
  if (typeof size === 'number' && size > imagesFor(all, images.positions.length)) {
    return failed('runtime-rejected', `the model takes ${size} images at once, which are more than there are`);
  }
  const child = startChild({ entry: entryUrl('reconstruct-child', import.meta.url) });
  const session: SessionSettings = { provider: 'cpu', threads, graphOptimization: 'all' };
  const ask = <T>(request: ReconstructRequest): Promise<Attempt<T>> => child.request<T>(request, timeoutMs);
  const path = join(scratch, 'reconstructed.onnx');
  try {
    writeFileSync(path, writeModel(dense));
  } catch (error) {
    return failed('disk-full', `cannot write to the scratch folder: ${reasonOf(error)}`);
  }

  const corrections: Reconstructor['corrections'] = async (candidate, asked) => {
    const sites = asked.filter(site => uncorrectable(candidate, site) === null);
    const found = new Map<string, SiteReconstruction>();
    if (sites.length === 0) return complete(found);
    const chosen = batchesOf(images, imagesFor(sites, images.positions.length));
    const begun = await ask<BeginAnswer>({ kind: 'begin', model: path, session, ...chosen });
    if (begun.state === 'failed') return begun;
    const trust = begun.value.images / (begun.value.images + 1);
    const facts = new Map(begun.value.values.map(each => [each.name, each]));
    let live: ReadonlySet<string> = new Set(facts.keys());
    let model = candidate;
    for (const [i, site] of sites.entries()) {
      const both = sideBySide(dense, model, asked);
      if (!both) return failed('runtime-rejected', 'the model has branches or loops behind a site');
      const wanted = sites.slice(i).map(each => targetsOf(model, both, each));
      const now = wanted[0]!;
      const namesOf = ({ input, target }: typeof now): string[] => [input, target];
      const stage = stageOf(both.graph, live, namesOf(now), wanted.slice(1).flatMap(namesOf));
      const probe = refitProbe(both.graph, now, site.elementType, begun.value.images, i);
      const weight = lastWeight(model, site);
      const { feeds, made, kept } = stage;
      const answer = await ask<StageAnswer>({
        kind: 'stage',
        model: writeModel({ ...model, graph: stageGraph(both.graph, stage, probe, facts) }),
        session,
        feeds,
        made,
        kept,
        probe: { order: probe.order, groups: probe.groups, outputs: probe.outputs },
        outs: site.outChannels / site.groups,
        weight: probe.fits ? weight : null,
      } satisfies StageRequest);
      if (answer.state === 'failed') return answer;
      for (const each of answer.value.values) facts.set(each.name, each);
      live = new Set([...made, ...kept]);
      const refit = believed(answer.value, probe, weight, addedBy(model, site), trust);
      const { ridge, errorBefore, errorAfter } = answer.value;
      found.set(site.name, { ...refit, ridge, errorBefore, errorAfter });
      model = correctCandidate(model, [site], new Map([[site.name, refit]]));
    }
    const ended = await ask<null>({ kind: 'end' });
    return ended.state === 'failed' ? ended : complete(found);
  };
  return complete({ corrections, images: imagesFor(all, images.positions.length), close: () => child.close() });
}

/** As much of the way to the fit as the number of images is believed: the error of a site is convex along it. */
function believed(
  { weight, scale, bias }: StageAnswer,
  probe: RefitProbe,
  from: Float32Array,
  added: Float32Array,
  trust: number,
): SiteCorrection {
  if (weight) {
    return {
      weight: weight.map((each, i) => from[i]! + trust * (each - from[i]!)),
      shift: Float32Array.from(bias, (each, c) => trust * (each - added[c]!)),
    };
  }
  // What the layer adds is part of its own output, and not of what it makes of its input.
  const offset = (c: number): number => (probe.fits ? scale[c]! * added[c]! : 0);
  return {
    scale: Float32Array.from(scale, each => 1 + trust * (each - 1)),
    shift: Float32Array.from(bias, (each, c) => trust * (each - offset(c))),
  };
}

/** So many images that the values of all of them fit; at least four, so that some are held back. */
function imagesFor(sites: readonly Site[], count: number): number {
  const largest = sites.reduce(
    (most, { outChannels, inChannels, inputSize, outputSize }) =>
      Math.max(most, outChannels * outputSize[0] * outputSize[1], inChannels * inputSize[0] * inputSize[1]),
    1,
  );
  const fitting = Math.floor(valueBytes / (4 * aliveAtOnce * largest));
  return Math.min(count, mostImages, Math.max(4, fitting));
}

/** Spread over the batches like cards that are dealt, so that what is held back is like the rest where images lie in the order of their classes. */
function batchesOf(
  { inputs, positions, reading, batch }: CalibrationImages,
  count: number,
): { readonly images: BatchSource; readonly batch: number } {
  const size = Math.max(1, Math.min(batch, Math.ceil(count / 4)));
  const spread = Array.from({ length: count }, (_, i) => positions[Math.floor((i * positions.length) / count)]!);
  const batches = Math.ceil(count / size);
  const dealt = Array.from({ length: batches }, (_, b) => spread.filter((_, i) => i % batches === b)).flat();
  return { images: inputs.source(Int32Array.from(dealt), reading), batch: size };
}

function stageGraph(
  { name, initializers }: Graph,
  { nodes, feeds, made }: Segment,
  probe: RefitProbe,
  facts: ReadonlyMap<string, ValueFacts>,
): Graph {
  const all = [...nodes, ...probe.nodes];
  const read = new Set(all.flatMap(node => [...node.inputs, ...bodiesOf(node).reads]));
  const infoOf = (value: string): ValueInfo => {
    const { type, dims } = facts.get(value)!;
    // The number of images differs from batch to batch.
    return { name: value, elementType: type as ElementType, shape: dims.length > 1 ? [null, ...dims.slice(1)] : null };
  };
  const output = (value: string, elementType: ElementType): ValueInfo => ({ name: value, elementType, shape: null });
  const { extent, ...floats } = probe.outputs;
  return {
    name,
    nodes: all,
    inputs: feeds.map(infoOf),
    // The runtime knows better of what type a value is.
    outputs: [
      ...made.map(value => output(value, 'other')),
      ...Object.values(floats).map(value => output(value, 'float32')),
      output(extent, 'int64'),
    ],
    initializers: new Map([
      ...[...initializers].filter(([constant]) => read.has(constant)),
      ...probe.constants.map(each => [each.name, each] as const),
    ]),
    valueInfo: new Map(),
  };
}
