/**
 * The graph that measures and corrects in one forward: behind each probed site the mean and variance over a batch become outputs, and
 * where targets are given the output goes on corrected. So every site sees inputs that are corrected already, as in a
 * sequential pass, for the price of one.
 */
import { type Builder, graphBuilder, makeNode } from '../../onnx/builder.ts';
import type { Model, Node, ValueInfo } from '../../onnx/graph.ts';
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
  const build = graphBuilder(model.graph, 'probe');
  const probed: ProbedSite[] = [];
  const chains = new Map<Node, readonly Node[]>();
  for (const site of sites) {
    const node = lastNode(model, site);
    if (!node) throw new Error(`the model holds no node for site "${site.name}"`);
    const target = targets ? targets.get(site.name) : null;
    if (target === undefined) throw new Error(`no target for site "${site.name}"`);
    const outputs = probeBehind(build, model, node, site, target);
    chains.set(node, build.newNodes());
    probed.push({ site: site.name, ...outputs });
  }
  const { graph } = model;
  return {
    model: {
      ...model,
      graph: {
        ...graph,
        nodes: graph.nodes.flatMap(node => chains.get(node) ?? [node]),
        initializers: build.initializers(),
        outputs: [...graph.outputs, ...probed.flatMap(({ mean, variance }) => [float(mean), float(variance)])],
      },
    },
    sites: probed,
  };
}

const float = (name: string): ValueInfo => ({ name, elementType: 'float32', shape: null });

/** Appends what takes the place of `node`. */
function probeBehind(
  build: Builder,
  { opsets }: Model,
  node: Node,
  site: Site,
  target: Target | null,
): Omit<ProbedSite, 'site'> {
  const { add, integers } = build;
  const prefix = `${site.name}/probe`;
  build.within(prefix);
  // From opset 18 on, ReduceMean takes its axes as an input.
  const axesAreInput = (opsets.get('') ?? 0) >= 18;
  const reduceMean = (value: string, axes: readonly number[]): string =>
    axesAreInput
      ? add('ReduceMean', [value, integers(axes)], { keepdims: 1 })
      : add('ReduceMean', [value], { axes, keepdims: 1 });

  const { product } = site;
  const spatial = site.outputImage.map((_, axis) => axis + 2);
  const raw = build.fresh(`${prefix}/raw`);
  build.put({ ...node, outputs: [raw, ...node.outputs.slice(1)] });
  const value = site.elementType === 'float32' ? raw : add('Cast', [raw], { to: 1 });
  // A mean over the image and then over the batch is the mean over both, and each step has a fast kernel.
  const order = product?.outputOrder ?? null;
  const turned = order === null ? value : add('Transpose', [value], { perm: order });
  const rows = product ? add('Reshape', [turned, integers([-1, site.outChannels])]) : value;
  const over = (of: string): string => reduceMean(product ? of : reduceMean(of, spatial), [0]);
  const mean = over(rows);
  const centred = add('Sub', [rows, mean]);
  const variance = over(add('Mul', [centred, centred]));

  let corrected = value;
  if (target) {
    const perChannel = product ? [1, site.outChannels] : [1, site.outChannels, ...spatial.map(() => 1)];
    const boundsAreInput = (opsets.get('') ?? 0) >= 11;
    corrected = correctedRows(build, target, perChannel, { mean, centred, variance }, boundsAreInput);
    if (product) corrected = add('Reshape', [corrected, add('Shape', [order === null ? raw : turned])]);
    if (order !== null)
      corrected = add('Transpose', [corrected], { perm: order.map((_, axis) => order.indexOf(axis)) });
  }
  const half = target !== null && site.elementType === 'float16';
  const [opType, attributes] = half ? ['Cast', { to: 10 }] : ['Identity', {}];
  const read = target ? corrected : raw;
  build.put(makeNode(build.fresh(`${prefix}/output`), opType, [read], [site.output], attributes));
  return { mean, variance };
}

interface Centred {
  readonly mean: string;
  readonly centred: string;
  readonly variance: string;
}

/** g (y - m') + t, as it is baked in: the batch has the wanted moments exactly. */
function correctedRows(
  { add, constant }: Builder,
  { dense, rule }: Target,
  perChannel: readonly number[],
  { mean, centred, variance }: Centred,
  boundsAreInput: boolean,
): string {
  const one = (value: number): string => constant([1], [value], 'float32');
  const each = (of: ChannelMoments['mean'], change: (value: number) => number): string =>
    constant(perChannel, of.map(change), 'float32');
  const wanted = each(dense.variance, value => value + rule.ridge);
  const found = add('Add', [variance, one(rule.ridge)]);
  const gain = add('Sqrt', [add('Div', [wanted, found])]);
  const [least, most] = [1 / rule.maximumGain, rule.maximumGain];
  const clamped = boundsAreInput
    ? add('Min', [add('Max', [gain, one(least)]), one(most)])
    : add('Clip', [gain], { min: { float: least }, max: { float: most } });
  const [some, rest] = [one(rule.trust), one(1 - rule.trust)];
  const scale = add('Add', [add('Mul', [clamped, some]), rest]);
  const shifted = add('Add', [add('Mul', [mean, rest]), each(dense.mean, value => value * rule.trust)]);
  return add('Add', [add('Mul', [centred, scale]), shifted]);
}
