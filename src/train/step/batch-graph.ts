/** One batch through the network and back: images and targets in, the loss and the gradients out. */

import { gradientBuilder } from '../../autodiff/gradient/builder.ts';
import { gradients } from '../../autodiff/gradient/gradients.ts';
import { batchStatistics } from '../../autodiff/passes/batch-statistics.ts';
import { halfPrecision } from '../../autodiff/passes/half-precision.ts';
import type { Model, Node, Tensor, ValueInfo } from '../../onnx/graph.ts';
import { inferShapes } from '../../onnx/shapes.ts';
import { type Network, withBatchSize } from '../network/prepare.ts';
import { renamed } from '../network/rename.ts';
import type { TrainableSet } from '../trainer.ts';
import { buildLoss } from './loss.ts';

export interface BatchGraphOptions {
  readonly network: Network;
  readonly teacher: Network | null;
  readonly set: TrainableSet;
  readonly batchSize: number;
  /** Images in a step, over which the loss is averaged. */
  readonly stepSize: number;
  readonly labelSmoothing: number;
  readonly temperature: number;
  /** In float16 the gradients carry a factor that is fed, so that small ones are not lost. */
  readonly precision: 'float32' | 'float16';
}

export interface BatchGraph {
  readonly model: Model;
  /** Names of graph inputs. */
  readonly images: string;
  readonly targets: string;
  readonly distillationWeight: string | null;
  readonly lossScale: string | null;
  /** Initialisers that have become inputs: all but the settled ones. */
  readonly weights: readonly string[];
  readonly statistics: readonly string[];
  /** Scalars. */
  readonly loss: string;
  readonly correct: string;
  /** By trainable weight. */
  readonly gradients: ReadonlyMap<string, string>;
  /** By statistic of the BatchNormalization nodes that train, its value after the batch. */
  readonly updates: ReadonlyMap<string, string>;
}

export function buildBatchGraph(options: BatchGraphOptions): BatchGraph {
  const { network, teacher, set, batchSize } = options;
  const forward = withTeacher(withBatchSize(network, batchSize), network.input, teacher);
  const { model: normalised, updates } = batchStatistics(forward.model, { frozen: frozenNorm(set) });
  const { model: opened, weights, statistics } = openWeights(normalised, network, set, new Set(updates.keys()));
  const outside = new Set([network.scores, forward.teacherScores ?? '', ...updates.values()]);
  const computed = options.precision === 'float16' ? halfPrecision(opened, outside) : opened;
  const withLoss = appendLoss(computed, forward.teacherScores, options);
  const { graph, opsets } = withLoss.model;
  const wrt = network.weights.map(({ name }) => name).filter(name => set.trainable.has(name));
  const reverse = gradients(withLoss.model, {
    of: network.scores,
    seed: withLoss.gradient,
    wrt,
    shapes: inferShapes(graph, opsets),
  });
  return {
    ...withLoss,
    model: reverse.model,
    images: network.input,
    weights,
    statistics,
    gradients: reverse.gradients,
    updates,
  };
}

/**
 * A BatchNormalization of which neither scale nor shift is trained normalises by its running statistics and leaves them alone,
 * as in FreezeOut (Brock et al. 2017): its layer is as it will be in the finished network.
 */
const frozenNorm =
  ({ trainable }: TrainableSet) =>
  ({ inputs }: Node): boolean =>
    !trainable.has(inputs[1] ?? '') && !trainable.has(inputs[2] ?? '');

/** The teacher's nodes beside the network's own, on the same images. */
function withTeacher(model: Model, input: string, teacher: Network | null) {
  if (!teacher) return { model, teacherScores: null };
  const other = renamed(teacher.model.graph, name => (name === teacher.input ? input : `teacher/${name}`));
  const { graph } = model;
  const merged: Model = {
    ...model,
    opsets: newest(teacher.model.opsets, model.opsets),
    graph: {
      ...graph,
      nodes: [...other.nodes, ...graph.nodes],
      initializers: new Map([...other.initializers, ...graph.initializers]),
    },
  };
  return { model: merged, teacherScores: `teacher/${teacher.scores}` };
}

/** From opset 18 on, operators have gained abilities and lost none. */
function newest(a: ReadonlyMap<string, number>, b: ReadonlyMap<string, number>): ReadonlyMap<string, number> {
  const all = new Map(a);
  for (const [domain, version] of b) all.set(domain, Math.max(version, all.get(domain) ?? 0));
  return all;
}

/** Turns the initialisers that may change between two runs of the graph into inputs. */
function openWeights(model: Model, network: Network, set: TrainableSet, updated: ReadonlySet<string>) {
  const { graph } = model;
  const settledNorms = new Set(
    graph.nodes
      .filter(
        ({ opType, inputs }) =>
          opType === 'BatchNormalization' && inputs.slice(1, 3).every(each => set.settled.has(each)),
      )
      .map(({ outputs }) => outputs[0]),
  );
  const weights = network.weights.map(({ name }) => name).filter(name => !set.settled.has(name));
  const statistics = network.statistics
    .filter(({ name, output }) => updated.has(name) || !settledNorms.has(output))
    .map(({ name }) => name);
  const initializers = new Map(graph.initializers);
  const inputs: ValueInfo[] = [...weights, ...statistics].map(name => {
    const { dims } = initializers.get(name) as Tensor;
    initializers.delete(name);
    return { name, elementType: 'float32', shape: dims };
  });
  return {
    model: { ...model, graph: { ...graph, initializers, inputs: [...graph.inputs, ...inputs] } },
    weights,
    statistics,
  };
}

function appendLoss(
  model: Model,
  teacherScores: string | null,
  { network, batchSize, stepSize, labelSmoothing, temperature, precision }: BatchGraphOptions,
) {
  const { graph } = model;
  const { classes, scores } = network;
  const build = gradientBuilder(graph);
  const input = (name: string, shape: readonly number[]): ValueInfo => ({
    name: build.fresh(name),
    elementType: 'float32',
    shape,
  });
  const targets = input('targets', [batchSize, classes]);
  const weight = teacherScores === null ? null : input('distillation weight', []);
  const scale = precision === 'float16' ? input('loss scale', []) : null;
  build.within('loss');
  const flat = (value: string): string => build.reshape(value, [batchSize, classes]);
  const found = buildLoss(build, {
    scores: flat(scores),
    targets: targets.name,
    classes,
    labelSmoothing,
    divisor: stepSize,
    distillation:
      weight && teacherScores !== null
        ? { teacherScores: flat(teacherScores), weight: weight.name, temperature }
        : null,
  });
  const scaled = scale ? build.add('Mul', [found.gradient, scale.name]) : found.gradient;
  const gradient = build.add('Reshape', [scaled, build.add('Shape', [scores])]);
  const inputs = [...graph.inputs, targets, ...[weight, scale].filter(each => each !== null)];
  const nodes = [...graph.nodes, ...build.nodes()];
  return {
    model: { ...model, graph: { ...graph, nodes, inputs, initializers: build.initializers() } },
    targets: targets.name,
    distillationWeight: weight?.name ?? null,
    lossScale: scale?.name ?? null,
    loss: found.loss,
    correct: found.correct,
    gradient,
  };
}
