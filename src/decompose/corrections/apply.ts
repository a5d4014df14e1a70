/** The pass that writes a correction into the last layer of a site: a scale per channel or another weight, and a shift. */
import { consumersOf, freshNames } from '../../onnx/edit.ts';
import type { Graph, Model, Node, Tensor } from '../../onnx/graph.ts';
import { type Pass, runPass } from '../../onnx/pass.ts';
import { elementCount, floatsOf, floatTensor } from '../../onnx/tensor.ts';
import { swapped, transposed } from '../block.ts';
import { asPair } from '../geometry.ts';
import type { Site } from '../site.ts';
import type { SiteCorrection } from './moments.ts';
import type { Corrections } from './packing.ts';
import { betaOf, constantBias, lastNode, layoutOf, uncorrectable, weightInputOf, weightOf } from './site-node.ts';

/**
 * y becomes scale y + shift, or the weight another one and y gains shift. A convolution or Gemm without a bias gets
 * one, which costs nothing where a BatchNormalization follows (the runtime folds both). Behind a MatMul the shift goes
 * into the constant that is added to it, or into an Add of its own.
 */
export function correctionPass(site: Site, correction: SiteCorrection): Pass {
  return {
    name: `correction of "${site.name}"`,
    requires: model => uncorrectable(model, site),
    apply: model => ({ model: corrected(model, site, correction), modified: true }),
    ensures: ({ graph: before }, { graph: after }) =>
      before.inputs === after.inputs && before.outputs === after.outputs ? null : 'the inputs or outputs were changed',
  };
}

/** Corrects `sites` of a candidate; one with scale 1 and shift 0 throughout, or without a correction, stays as it is. */
export function correctCandidate(candidate: Model, sites: readonly Site[], corrections: Corrections): Model {
  return sites.reduce((model, site) => {
    const correction = corrections.get(site.name);
    if (!correction || isIdentity(correction)) return model;
    return runPass(correctionPass(site, correction), model).model;
  }, candidate);
}

const isIdentity = (correction: SiteCorrection): boolean =>
  'scale' in correction && correction.scale.every(each => each === 1) && correction.shift.every(each => each === 0);

function corrected(model: Model, site: Site, correction: SiteCorrection): Model {
  const { shift } = correction;
  const scaleOf = (channel: number): number => ('scale' in correction ? correction.scale[channel]! : 1);
  const node = lastNode(model, site)!;
  const edit = editor(model.graph, node);
  const weight = weightOf(model.graph, node);
  const layout = layoutOf(model.graph, node);
  const replaced = edit.constant(weight.name, weight.dims, correctedWeight(site, weight, layout, correction));
  const operands = node.inputs.slice(0, 2).map(name => (name === weight.name ? replaced : name));
  if (node.opType === 'MatMul' || node.opType === 'Einsum')
    return { ...model, graph: shiftedBehind(edit.with({ ...node, inputs: operands }), site, shift) };
  const beta = betaOf(node);
  const before = node.inputs[2] ? constantBias(model.graph, node.inputs[2], site.outChannels) : null;
  // With beta 0 the node ignores its bias; then beta becomes 1, and the old bias stays ignored.
  const share = beta === 0 ? 1 : beta;
  const kept = beta === 0 ? null : before;
  const bias = shift.map((each, c) => (kept ? scaleOf(c) * kept[c]! : 0) + each / share);
  const name = edit.constant(node.inputs[2] || `${node.name}.bias`, [site.outChannels], bias);
  const attributes = beta === 0 ? new Map(node.attributes).set('beta', { kind: 'float', value: 1 }) : node.attributes;
  return { ...model, graph: edit.with({ ...node, inputs: [...operands, name], attributes }) };
}

/** Output channels lie along the first axis of a weight; of one that is stored as [in, out, ...], along the others for a product and along the second for a convolution. */
function correctedWeight(
  { groups, product }: Site,
  tensor: Tensor,
  layout: ReturnType<typeof layoutOf>,
  correction: SiteCorrection,
): Float32Array {
  const [ins = 1, outs = 1, ...kernel] = tensor.dims;
  if ('weight' in correction) {
    const { weight, shift } = correction;
    if (layout === 'out-in') return weight;
    if (product) return transposed(weight, shift.length, weight.length / shift.length);
    return swapped(weight, { groups, outPerGroup: ins / groups, inPerGroup: outs, kernel: asPair(kernel) });
  }
  const { scale } = correction;
  const values = floatsOf(tensor);
  const channels = scale.length;
  const inner = values.length / channels;
  const area = elementCount(kernel);
  const channelOf = (i: number): number => {
    if (layout === 'out-in') return Math.floor(i / inner);
    if (product) return i % channels;
    const group = Math.floor(i / ((ins / groups) * outs * area));
    return group * outs + (Math.floor(i / area) % outs);
  };
  for (let i = 0; i < values.length; i++) values[i] = Math.fround(values[i]! * scale[channelOf(i)]!);
  return values;
}

/** Replaces `node` and constants that it reads; those that others read too get a name of their own. */
function editor(graph: Graph, node: Node) {
  const fresh = freshNames(graph);
  const readers = consumersOf(graph);
  const initializers = new Map(graph.initializers);
  const outputs = new Set(graph.outputs.map(({ name }) => name));
  return {
    constant: (name: string, dims: readonly number[], values: Float32Array): string => {
      const own = (readers.get(name) ?? []).every(reader => reader === node) && !outputs.has(name);
      const as = own && graph.initializers.has(name) ? name : fresh(name);
      const { elementType } = graph.initializers.get(node.inputs[weightInputOf(graph, node) ?? 1]!)!;
      initializers.set(as, floatTensor(as, dims, values, elementType === 'float16' ? 'float16' : 'float32'));
      return as;
    },
    with: (replacement: Node): Graph => ({
      ...graph,
      nodes: graph.nodes.map(other => (other === node ? replacement : other)),
      initializers,
    }),
  };
}

/** The shift of a MatMul or an Einsum, which have no bias. */
function shiftedBehind(graph: Graph, site: Site, shift: Float32Array): Graph {
  const perChannel = site.product?.perChannel ?? [site.outChannels];
  const readers = consumersOf(graph).get(site.output) ?? [];
  const [add] = readers;
  const isOutput = graph.outputs.some(({ name }) => name === site.output);
  if (readers.length === 1 && add?.opType === 'Add' && !isOutput) {
    const other = add.inputs.find(name => name !== site.output) ?? '';
    const bias = constantBias(graph, other, site.outChannels);
    const alongLast = perChannel.length === 1;
    if (bias && alongLast && graph.initializers.get(other)!.dims.filter(size => size !== 1).length <= 1) {
      const edit = editor(graph, add);
      const name = edit.constant(
        other,
        [site.outChannels],
        bias.map((each, c) => each + shift[c]!),
      );
      return edit.with({ ...add, inputs: add.inputs.map(each => (each === other ? name : each)) });
    }
  }
  const fresh = freshNames(graph);
  const raw = fresh(`${site.name}/unshifted`);
  const name = fresh(`${site.name}/shift`);
  const constant = floatTensor(name, perChannel, shift, site.elementType);
  return {
    ...graph,
    nodes: graph.nodes.flatMap(node =>
      node.outputs[0] === site.output
        ? [
            { ...node, outputs: [raw, ...node.outputs.slice(1)] },
            { name, opType: 'Add', domain: '', inputs: [raw, name], outputs: [site.output], attributes: new Map() },
          ]
        : [node],
    ),
    initializers: new Map([...graph.initializers, [name, constant]]),
  };
}
