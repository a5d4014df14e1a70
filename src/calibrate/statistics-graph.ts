/**
 * The dense model with what calibration wants to know of each site as its outputs. Patches are taken apart by a depthwise convolution with
 * one-hot kernels, which follows any padding, stride and dilation, and their second moments are matrix products: the runtime does the work.
 * Only operators that every version of ONNX writes alike.
 */
import { type DenseNode, dataInput, type MatrixProduct, nodesOf } from '../decompose/dense-node.ts';
import type { Site } from '../decompose/site.ts';
import type { InputMoments } from '../decompose/statistics.ts';
import { graphBuilder } from '../onnx/builder.ts';
import type { Graph, Model, ValueInfo } from '../onnx/graph.ts';
import { elementCount, floatsOf } from '../onnx/tensor.ts';
import { constantsOf, resolved } from '../onnx/weights.ts';

/** What is measured of one site, and the names of the outputs that hold it. */
export interface Probe {
  readonly site: Site;
  readonly kind: InputMoments['kind'] | null;
  /** Of the input moments; 0 where there are none. */
  readonly order: number;
  readonly outputs: {
    /** [images or 1, entries of a patch, 1, 1]; the same for the outputs and their squares. */
    readonly inputMean: string;
    readonly outputMean: string;
    readonly outputSquare: string;
    /** [groups, order, order], summed over samples. */
    readonly input: string | null;
    readonly output: string | null;
  };
  /** Patches of each image that the moments are taken from, and columns or channels of each (1 for whole patches). */
  readonly patches: number;
  readonly taps: number;
  /** Which of the positions those are; null where it is all of them. */
  readonly sample: Sample | null;
}

/** `count` of the `of` positions of an image, whose numbers the value `input` takes. */
export interface Sample {
  readonly input: string;
  readonly of: number;
  readonly count: number;
  /** Whether the positions of all images lie in one list, image after image, and not per image. */
  readonly inOneList: boolean;
}

export interface StatisticsGraph {
  readonly model: Model;
  readonly probes: readonly Probe[];
}

/** What a site may take. */
export interface StatisticsLimits {
  /** The largest order of a moment of whole patches of a k x k kernel. */
  readonly patch: number;
  /** The largest order of any other moment. */
  readonly order: number;
  /** Multiply-accumulates per image and site that a sample may cost, and how many positions are taken all the same. */
  readonly sampleMacs: number;
  readonly leastSamples: number;
}

/** At most 11.5 MB of float64 for whole patches and 42 MB for the rest. */
const defaultLimits: StatisticsLimits = { patch: 1200, order: 2304, sampleMacs: 2 ** 26, leastSamples: 49 };

/** @param fixedBatch the number of images that the model takes per call, null where it is open */
export function statisticsGraph(
  model: Model,
  sites: readonly Site[],
  fixedBatch: number | null,
  limits = defaultLimits,
): StatisticsGraph {
  const writer = graphWriter(model.graph);
  const probes = sites.map(site => probeOf(writer, site, fixedBatch, limits));
  return { model: { ...model, graph: writer.finish() }, probes };
}

type Writer = ReturnType<typeof graphWriter>;

function probeOf(writer: Writer, site: Site, fixedBatch: number | null, limits: StatisticsLimits): Probe {
  if (site.transposed) return transposedProbe(writer, site, limits);
  const { groups, kernel, inChannels, outChannels } = site;
  const ins = inChannels / groups;
  const outs = outChannels / groups;
  const [height, width] = kernel;
  const patch = ins * height * width;
  const kind = kindOf(ins, height, width, limits);
  const order = kind === null ? 0 : { patch, column: ins * height, channel: ins }[kind];
  const isMatrix = site.product !== null;
  // Of a matrix the rows of all images lie in one list; of a convolution each image has its own positions.
  const positionsOf = ({ outputPositions, outputSize }: DenseNode): number =>
    isMatrix ? outputPositions / (fixedBatch ?? 1) : outputSize[0] * outputSize[1];
  const positions = nodesOf(site).reduce((sum, each) => sum + positionsOf(each), 0);
  const taps = kind === 'patch' ? 1 : kind === 'column' ? width : height * width;
  const affordable = Math.floor(limits.sampleMacs / (groups * order ** 2 * taps || 1));
  const count = Math.min(positions, Math.max(limits.leastSamples, affordable));
  const input = writer.input(site, count < positions);
  const [x, y] = pooledValues(writer, site);
  const dims: Dims = [groups, ins, height, width];
  const wantsOutput = kind !== null && kind !== 'patch' && outs <= limits.order;
  return {
    site,
    kind,
    order,
    outputs: {
      inputMean: writer.output(writer.mean(x)),
      outputMean: writer.output(writer.mean(y)),
      outputSquare: writer.output(writer.mean(writer.add('Mul', [y, y]))),
      input: kind === null ? null : writer.output(momentOf(writer, x, input, dims, kind)),
      output: wantsOutput
        ? writer.output(momentOf(writer, unbiased(writer, site, y), input, [groups, outs, 1, 1], 'patch'))
        : null,
    },
    patches: count,
    taps,
    sample: input === null ? null : { input, of: positions, count, inOneList: isMatrix },
  };
}

/**
 * A transposed convolution is one over its input with zeros in between. Of that the channels are measured, over all positions, and the output. With as
 * many patches as there are outputs, the zeros count as they do where a convolution pads.
 */
function transposedProbe(writer: Writer, site: Site, limits: StatisticsLimits): Probe {
  const { groups, inChannels, outChannels } = site;
  const [ins, outs] = [inChannels / groups, outChannels / groups];
  const x = writer.asFloat(site, writer.graph.nodes[site.index]!.inputs[0]!);
  const y = writer.asFloat(site, site.output);
  const known = ins <= limits.order && outs <= limits.order;
  const moment = (value: string, channels: number): string =>
    writer.output(momentOf(writer, value, null, [groups, channels, 1, 1], 'patch'));
  return {
    site,
    kind: known ? 'channel' : null,
    order: known ? ins : 0,
    outputs: {
      inputMean: writer.output(writer.mean(x)),
      outputMean: writer.output(writer.mean(y)),
      outputSquare: writer.output(writer.mean(writer.add('Mul', [y, y]))),
      input: known ? moment(x, ins) : null,
      output: known ? moment(withoutBias(writer, site, y), outs) : null,
    },
    patches: site.outputSize[0] * site.outputSize[1],
    taps: 1,
    sample: null,
  };
}

function kindOf(ins: number, height: number, width: number, limits: StatisticsLimits): Probe['kind'] {
  const patch = ins * height * width;
  if (patch <= (height * width > 1 ? limits.patch : limits.order)) return 'patch';
  if (ins * height <= limits.order) return 'column';
  return ins <= limits.order ? 'channel' : null;
}

type Dims = readonly [groups: number, ins: number, height: number, width: number];

/** What comes in and what goes out, of a site with twins those of all its nodes one after the other. */
function pooledValues(writer: Writer, site: Site): [string, string] {
  const each = nodesOf(site).map(node =>
    node.product ? matrixValues(writer, node, node.product) : convValues(writer, node),
  );
  if (each.length === 1) return each[0]!;
  const side = (i: 0 | 1): string =>
    writer.add(
      'Concat',
      each.map((values, at) =>
        writer.reshape(i === 0 ? values[0] : withoutBias(writer, nodesOf(site)[at]!, values[1]), [0, 0, -1]),
      ),
      { axis: 2 },
    );
  return [side(0), side(1)];
}

/** Biases of twins are their own and have been taken off already. */
const unbiased = (writer: Writer, site: Site, y: string): string => (site.twins ? y : withoutBias(writer, site, y));

/** The entries of every patch as the channels of an image, [N, inChannels * height * width, ., .], and the output. */
function convValues(writer: Writer, site: DenseNode): [string, string] {
  const { kernelShape, strides, pads, dilations, inChannels } = site;
  const area = elementCount(kernelShape);
  const x = writer.asFloat(site, writer.graph.nodes[site.index]!.inputs[0]!);
  const y = writer.asFloat(site, site.output);
  if (area === 1 && strides.every(each => each === 1) && pads.every(each => each === 0)) return [x, y];
  const oneHot = new Float32Array(inChannels * area * area);
  for (let i = 0; i < inChannels * area; i++) oneHot[i * area + (i % area)] = 1;
  const weight = writer.constant([inChannels * area, 1, ...kernelShape], oneHot, 'float32');
  const attributes = {
    group: inChannels,
    kernel_shape: kernelShape,
    strides,
    pads,
    dilations,
  };
  return [writer.add('Conv', [x, weight], attributes), y];
}

/** Rows as the positions of one image: [1, inChannels, rows, 1] and [1, outChannels, rows, 1]. */
function matrixValues(writer: Writer, site: DenseNode, { inputOrder, outputOrder }: MatrixProduct): [string, string] {
  const node = writer.graph.nodes[site.index]!;
  const asImage = (value: string, channels: number, order: readonly number[] | null): string => {
    const float = writer.asFloat(site, value);
    if (order?.length === 2) return writer.reshape(float, [1, channels, -1, 1]); // the columns of a matrix are rows
    const turned = order === null ? float : writer.add('Transpose', [float], { perm: order });
    const rows = writer.add('Transpose', [writer.reshape(turned, [-1, channels])], { perm: [1, 0] });
    return writer.reshape(rows, [1, channels, -1, 1]);
  };
  return [
    asImage(node.inputs[dataInput(site)]!, site.inChannels, inputOrder),
    asImage(site.output, site.outChannels, outputOrder),
  ];
}

/** The sum of v v' over the sampled positions, where v are patches, their columns, or their channels: [groups, order, order]. */
function momentOf(
  writer: Writer,
  values: string,
  sample: string | null,
  [groups, ins, height, width]: Dims,
  kind: InputMoments['kind'],
): string {
  const flat = writer.reshape(values, [0, 0, -1]);
  const taken = sample === null ? flat : writer.add('Gather', [flat, sample], { axis: 2 });
  const apart = writer.reshape(taken, [0, groups, ins, height, width, -1]); // N, g, c, y, x, p
  const orders = { patch: [1, 2, 3, 4, 0, 5], column: [1, 2, 3, 0, 4, 5], channel: [1, 2, 0, 3, 4, 5] };
  const sizes = { patch: ins * height * width, column: ins * height, channel: ins };
  const sorted = writer.add('Transpose', [apart], { perm: orders[kind] });
  const rows = writer.reshape(sorted, [groups, sizes[kind], -1]);
  return writer.add('MatMul', [rows, writer.add('Transpose', [rows], { perm: [0, 2, 1] })]);
}

function withoutBias(writer: Writer, site: DenseNode, y: string): string {
  const found = constantsOf(writer.graph)(writer.graph.nodes[site.index]!.inputs[2] ?? '');
  const bias = found && resolved(found);
  if (!bias) return y;
  // A matrix product is laid out as an image of one column.
  const axes = site.product ? 2 : site.outputImage.length;
  const dims = [1, site.outChannels, ...new Array<number>(axes).fill(1)];
  return writer.add('Sub', [y, writer.constant(dims, floatsOf(bias), 'float32')]);
}

/** Gathers nodes, constants, inputs and outputs beside those of `graph`, whose own outputs are not wanted any more. */
function graphWriter(graph: Graph) {
  const build = graphBuilder(graph, 'calibrate');
  const { add, constant, integers } = build;
  const inputs: ValueInfo[] = [];
  const outputs: ValueInfo[] = [];
  return {
    graph,
    add,
    constant,
    reshape: (value: string, dims: readonly number[]): string => add('Reshape', [value, integers(dims)]),
    mean: (value: string): string => add('GlobalAveragePool', [value]),
    asFloat: ({ elementType }: DenseNode, value: string): string =>
      elementType === 'float32' ? value : add('Cast', [value], { to: 1 }),
    input: ({ name }: Site, wanted: boolean): string | null => {
      if (!wanted) return null;
      const input = build.fresh(`calibrate/positions of ${name}`);
      inputs.push({ name: input, elementType: 'int64', shape: [null] });
      return input;
    },
    output: (name: string): string => {
      outputs.push({ name, elementType: 'float32', shape: null });
      return name;
    },
    finish: (): Graph => ({
      ...graph,
      nodes: [...graph.nodes, ...build.nodes()],
      inputs: [...graph.inputs, ...inputs],
      outputs,
      initializers: build.initializers(),
    }),
  };
}
