/** BatchNormalization as it is trained: normalised by the statistics of the batch, with running statistics kept up to date. */

import { floatAttribute, withAttribute } from '../../onnx/attributes.ts';
import { makeNode } from '../../onnx/builder.ts';
import type { Model, Node, Shape } from '../../onnx/graph.ts';
import { inferShapes } from '../../onnx/shapes.ts';
import { standardDomain } from '../../onnx/versions.ts';
import { type GradientBuilder, gradientBuilder } from '../gradient/builder.ts';
import { raiseOpset } from './raise-opset.ts';

export interface BatchStatisticsOptions {
  /** Whether a node stays as it is, normalising by its running statistics; by default none does. */
  readonly frozen?: (node: Node) => boolean;
  readonly shapes?: ReadonlyMap<string, Shape>;
}

export interface BatchStatistics {
  readonly model: Model;
  /** For each running mean and variance, by the name of its initialiser, the value that holds it after the step. */
  readonly updates: ReadonlyMap<string, string>;
}

/**
 * Turns each BatchNormalization into its training form and appends the update of its running statistics (Ioffe and Szegedy 2015,
 * algorithm 2): running = momentum running + (1 - momentum) batch, with the unbiased variance m / (m - 1), as PyTorch keeps it.
 * `momentum` is the node's attribute. The form is ONNX's own with `training_mode` and a momentum of 0, so that the second
 * and third outputs are the mean and the (biased) variance of the batch.
 */
export function batchStatistics(
  given: Model,
  { frozen = () => false, shapes }: BatchStatisticsOptions = {},
): BatchStatistics {
  const model = raiseOpset(given);
  const { graph } = model;
  const known = shapes ?? inferShapes(graph, model.opsets);
  const build = gradientBuilder(graph);
  const updates = new Map<string, string>();
  const nodes = graph.nodes.flatMap((node): Node[] => {
    if (node.opType !== 'BatchNormalization' || standardDomain(node.domain) !== '' || frozen(node)) return [node];
    const [y = ''] = node.outputs;
    const [mean, variance] = [build.fresh(`${y}/mean`), build.fresh(`${y}/variance`)];
    build.within(`${y}/running`);
    updateRunning(build, node, { mean, variance, shape: known.get(node.inputs[0] ?? '') ?? null }, updates);
    // onnxruntime writes the second and third outputs over the fourth and fifth inputs, even where those are inputs of the whole
    // graph: the running statistics, which the update has yet to read, must be out of its reach.
    const [x = '', scale = '', shift = '', ...running] = node.inputs;
    const zeros = running.map(name => {
      const zero = build.fresh(`${name}/zero`);
      return makeNode(zero, 'Sub', [name, name], [zero]);
    });
    const inputs = [x, scale, shift, ...zeros.map(({ name }) => name)];
    return [...zeros, trainingForm({ ...node, inputs }, [y, mean, variance])];
  });
  const whole = { ...graph, nodes: [...nodes, ...build.nodes()], initializers: build.initializers() };
  return { model: { ...model, graph: whole }, updates };
}

function trainingForm(node: Node, outputs: readonly string[]): Node {
  const training = withAttribute(node, 'training_mode', { kind: 'int', value: 1 });
  return { ...withAttribute(training, 'momentum', { kind: 'float', value: 0 }), outputs };
}

interface Statistics {
  readonly mean: string;
  readonly variance: string;
  readonly shape: Shape | null;
}

function updateRunning(
  build: GradientBuilder,
  node: Node,
  { mean, variance, shape }: Statistics,
  updates: Map<string, string>,
): void {
  const momentum = floatAttribute(node, 'momentum', 0.9);
  const [x = '', , , runningMean = '', runningVariance = ''] = node.inputs;
  const like = (value: number): string => build.add('CastLike', [build.scalar(value, 'float32'), mean]);
  const blend = (running: string, now: string): string =>
    build.add('Add', [build.add('Mul', [running, like(momentum)]), now]);
  const sizes = shape?.filter((_, axis) => axis !== 1) ?? null;
  let unbiased: string;
  if (sizes?.every(size => typeof size === 'number')) {
    const m = sizes.reduce((product: number, size) => product * Number(size), 1);
    unbiased = build.add('Mul', [variance, like((1 - momentum) * (m / Math.max(1, m - 1)))]);
  } else {
    const m = build.add('Div', [build.add('Size', [x]), build.add('Size', [mean])]);
    const less = build.add('Max', [build.add('Sub', [m, build.wholeScalar(1)]), build.wholeScalar(1)]);
    const asFloat = (value: string): string => build.add('CastLike', [value, mean]);
    const ratio = build.add('Div', [asFloat(m), asFloat(less)]);
    unbiased = build.add('Mul', [variance, build.add('Mul', [ratio, like(1 - momentum)])]);
  }
  updates.set(runningMean, blend(runningMean, build.add('Mul', [mean, like(1 - momentum)])));
  updates.set(runningVariance, blend(runningVariance, unbiased));
}
