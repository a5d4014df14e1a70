/**
 * The graph that measures and corrects in one forward: behind each probed site the mean and variance over a batch become outputs, and
 * where targets are given the output goes on corrected. So every site sees inputs that are corrected already, as in a
 * sequential pass, for the price of one.
 */
import { freshNames } from '../../onnx/edit.ts';
import type { Attribute, Model, Node, Tensor, ValueInfo } from '../../onnx/graph.ts';
import { floatTensor, intTensor } from '../../onnx/tensor.ts';
import type { Site } from '../site.ts';
import type { ChannelMoments, CorrectionRule } from './moments.ts';
import { lastNode } from './site-node.ts';

export interface ProbedSite {
  readonly site: string;
  /** Names of outputs of the probe, one float32 number per channel. */
  readonly mean: string;
  readonly variance: string;
}

export interface MomentProbe {
  readonly model: Model;
  readonly sites: readonly ProbedSite[];
}

export interface Target {
  readonly dense: ChannelMoments;
  readonly rule: CorrectionRule;
}

/** @param targets by site name; null to measure only */
export function momentProbe(
  model: Model,
  sites: readonly Site[],
  targets: ReadonlyMap<string, Target> | null,
): MomentProbe {
  const writer = probeWriter(model);
  const probed: ProbedSite[] = [];
  const chains = new Map<Node, readonly Node[]>();
  for (const site of sites) {
    const node = lastNode(model, site);
    if (!node) throw new Error(`the model holds no node for site "${site.name}"`);
    const target = targets ? targets.get(site.name) : null;
    if (target === undefined) throw new Error(`no target for site "${site.name}"`);
    const { nodes, ...outputs } = writer.behind(node, site, target);
    chains.set(node, nodes);
    probed.push({ site: site.name, ...outputs });
  }
  const { graph } = model;
  return {
    model: {
      ...model,
      graph: {
        ...graph,
        nodes: graph.nodes.flatMap(node => chains.get(node) ?? [node]),
        initializers: new Map([...graph.initializers, ...writer.constants.map(each => [each.name, each] as const)]),
        outputs: [...graph.outputs, ...probed.flatMap(({ mean, variance }) => [float(mean), float(variance)])],
      },
    },
    sites: probed,
  };
}

const float = (name: string): ValueInfo => ({ name, elementType: 'float32', shape: null });
const ints = (...value: number[]): Attribute => ({ kind: 'ints', value });
const int = (value: number): Attribute => ({ kind: 'int', value });

function probeWriter({ graph, opsets }: Model) {
  const fresh = freshNames(graph);
  const constants: Tensor[] = [];
  // From opset 18 on, ReduceMean takes its axes as an input.
  const axesAreInput = (opsets.get('') ?? 0) >= 18;

  const behind = (node: Node, site: Site, target: Target | null) => {
    const nodes: Node[] = [];
    const prefix = `${site.name}/probe`;
    const put = (
      opType: string,
      inputs: readonly string[],
      attributes: Record<string, Attribute> = {},
      wanted = opType,
    ) => {
      const output = fresh(`${prefix}/${wanted}`);
      nodes.push({
        name: output,
        opType,
        domain: '',
        inputs,
        outputs: [output],
        attributes: new Map(Object.entries(attributes)),
      });
      return output;
    };
    const constant = (dims: readonly number[], values: ArrayLike<number>): string => {
      const tensor = floatTensor(fresh(`${prefix}/constant`), dims, Float32Array.from(values));
      constants.push(tensor);
      return tensor.name;
    };
    const wholes = (values: readonly number[]): string => {
      const tensor = intTensor(fresh(`${prefix}/sizes`), [values.length], values);
      constants.push(tensor);
      return tensor.name;
    };
    const reduceMean = (value: string, axes: readonly number[], wanted?: string): string =>
      axesAreInput
        ? put('ReduceMean', [value, wholes(axes)], { keepdims: int(1) }, wanted)
        : put('ReduceMean', [value], { axes: ints(...axes), keepdims: int(1) }, wanted);

    const isImage = node.opType === 'Conv';
    const perChannel = isImage ? [1, site.outChannels, 1, 1] : [1, site.outChannels];
    const raw = fresh(`${prefix}/raw`);
    nodes.push({ ...node, outputs: [raw, ...node.outputs.slice(1)] });
    const value = site.elementType === 'float32' ? raw : put('Cast', [raw], { to: int(1) });
    // A mean over the image and then over the batch is the mean over both, and each step has a fast kernel.
    const rows = isImage ? value : put('Reshape', [value, wholes([-1, site.outChannels])]);
    const over = (of: string, wanted: string): string =>
      isImage ? reduceMean(reduceMean(of, [2, 3]), [0], wanted) : reduceMean(of, [0], wanted);
    const mean = over(rows, 'mean');
    const centred = put('Sub', [rows, mean]);
    const variance = over(put('Mul', [centred, centred]), 'variance');

    let corrected = value;
    if (target) {
      const { dense, rule } = target;
      const wanted = constant(
        perChannel,
        dense.variance.map(each => each + rule.ridge),
      );
      const found = put('Add', [variance, constant([1], [rule.ridge])]);
      const gain = put('Sqrt', [put('Div', [wanted, found])]);
      const low = put('Max', [gain, constant([1], [1 / rule.maximumGain])]);
      const clamped = put('Min', [low, constant([1], [rule.maximumGain])]);
      const [some, rest] = [constant([1], [rule.trust]), constant([1], [1 - rule.trust])];
      const scale = put('Add', [put('Mul', [clamped, some]), rest]);
      const shifted = put('Add', [
        put('Mul', [mean, rest]),
        constant(
          perChannel,
          dense.mean.map(each => each * rule.trust),
        ),
      ]);
      // g (y - m') + t, as it is baked in: the batch has the wanted moments exactly.
      const product = put('Mul', [centred, scale]);
      corrected = put('Add', [product, shifted]);
      if (!isImage) corrected = put('Reshape', [corrected, put('Shape', [raw])]);
    }
    const half = target !== null && site.elementType === 'float16';
    nodes.push({
      name: fresh(`${prefix}/output`),
      opType: half ? 'Cast' : 'Identity',
      domain: '',
      inputs: [target ? corrected : raw],
      outputs: [site.output],
      attributes: new Map(half ? [['to', int(10)]] : []),
    });
    return { nodes, mean, variance };
  };
  return { behind, constants };
}
