/** A step of refinement as one graph: both networks on the same images, the loss, its gradients, and Adam. */
import { gradientBuilder } from '../../autodiff/gradient/builder.ts';
import { gradients } from '../../autodiff/gradient/gradients.ts';
import { UserError } from '../../errors/user-error.ts';
import type { Model, ValueInfo } from '../../onnx/graph.ts';
import { keepLive } from '../../onnx/live.ts';
import { inferShapes } from '../../onnx/shapes.ts';
import { readsOf } from '../../onnx/subgraph.ts';
import { elementCount, floatsOf } from '../../onnx/tensor.ts';
import { parametersOf } from '../network/parameters.ts';
import { trainableForm } from '../network/prepare.ts';
import { renamed } from '../network/rename.ts';
import { optimiserOf } from '../optimiser/optimiser.ts';
import { chain, type ScalarSource, stateless, type TrainedWeight } from '../optimiser/transformation.ts';
import { finishedModel } from '../step/finished-model.ts';
import { updateInputs } from '../step/update-inputs.ts';
import { type BuiltObjective, buildObjective, type Objective, objectiveOf } from './objective.ts';

export interface RefineNetworks {
  readonly candidate: Model;
  readonly dense: Model;
  /** Intermediate values that both have, which are matched too. */
  readonly taps: readonly string[];
  /** Images of a step. */
  readonly batch: number;
  /** The sizes of one item, by input. */
  readonly items: ReadonlyMap<string, readonly number[]>;
}

/** Both networks side by side, with their loss. */
export interface RefinePair {
  /** Its outputs are the two losses. */
  readonly model: Model;
  readonly inputs: readonly ValueInfo[];
  readonly objective: Objective;
  readonly losses: BuiltObjective;
  readonly weights: readonly TrainedWeight[];
}

export interface RefineGraph {
  readonly model: Model;
  /** Graph input by name of state (`slot/NAME`), and the graph output that holds it after the step. */
  readonly state: ReadonlyMap<string, string>;
  readonly next: ReadonlyMap<string, string>;
  readonly scalars: ReadonlyMap<string, ScalarSource>;
  /** One element, finite only where all gradients are. */
  readonly squares: string;
}

const optimiser = { kind: 'adamw', beta1: 0.9, beta2: 0.999, epsilon: 1e-8 } as const;
/** Of the gradient of all weights: the first steps of a candidate that lost much may be steep. */
const clipNorm = 1;
/** A weight of zeros moves as one of this size. */
const leastSize = 1e-3;

/**
 * Free are all floating-point constants of layers that the candidate holds as they are read; norms keep their statistics, as in use.
 *
 * @throws UserError when the networks take what cannot be fed, share no output, or hold nothing to train
 */
export function refinePair({ candidate, dense, taps, batch, items }: RefineNetworks): RefinePair {
  const [student, teacher] = [candidate, dense].map(each => sized(trainableForm(each), batch, items)) as [Model, Model];
  const { graph } = student;
  const inputs = graph.inputs.filter(({ name }) => !graph.initializers.has(name));
  for (const { name, elementType } of inputs) if (elementType !== 'float32') throw unfed(name, elementType);
  const fed = new Set(inputs.map(({ name }) => name));
  const other = renamed(teacher.graph, name => (fed.has(name) ? name : teacherName(name)));
  const shapes = inferShapes(graph, student.opsets);
  const objective = objectiveOf(teacher, inferShapes(teacher.graph, teacher.opsets), shapes, taps);
  if (objective.heads.length === 0)
    throw new UserError(
      'Cannot refine: the network has no output in float32 that could be matched.',
      'Retrain the trial with labels: rankfront retrain.',
    );
  const merged: Model = {
    ...student,
    opsets: newest(student.opsets, teacher.opsets),
    graph: {
      ...graph,
      nodes: [...other.nodes, ...graph.nodes],
      initializers: new Map([...other.initializers, ...graph.initializers]),
      outputs: [],
    },
  };
  const build = gradientBuilder(merged.graph);
  build.within('objective');
  const losses = buildObjective(build, objective, batch, teacherName);
  const matched = [...objective.heads, ...objective.taps].map(({ name }) => name);
  const read = new Set(keepLive(graph.nodes, matched).flatMap(readsOf));
  const weights = parametersOf(graph).weights.filter(
    ({ name }) => read.has(name) && isOwn(candidate, name) && graph.initializers.get(name)?.elementType === 'float32',
  );
  if (weights.length === 0)
    throw new UserError('Cannot refine: the candidate holds no float32 weight to train.', 'Export it in float32.');
  const outputs = [losses.loss, losses.headLoss].map(name => ({ name, elementType: 'float32' as const, shape: null }));
  return {
    model: {
      ...merged,
      graph: {
        ...merged.graph,
        nodes: keepLive([...merged.graph.nodes, ...build.nodes()], [losses.loss, losses.headLoss]),
        initializers: build.initializers(),
        outputs,
        valueInfo: new Map(),
      },
    },
    inputs,
    objective,
    losses,
    weights: weights.map(({ name, dims }) => ({ name, dims, decays: false })),
  };
}

const teacherName = (name: string): string => (name === '' ? '' : `dense network/${name}`);

/** Under the name that it has in the candidate, so that what it is trained to can be put back there. */
const isOwn = ({ graph }: Model, name: string): boolean => graph.initializers.get(name)?.elementType === 'float32';

const unfed = (name: string, type: string): UserError =>
  new UserError(
    `Cannot refine: the input "${name}" takes ${type}, and images or arrays of float32 are refined on.`,
    'Retrain the trial with labels: rankfront retrain.',
  );

function sized(model: Model, batch: number, items: RefineNetworks['items']): Model {
  const { graph } = model;
  const inputs = graph.inputs.map(({ name, elementType, shape }): ValueInfo => {
    const item = items.get(name);
    return { name, elementType, shape: item ? [batch, ...item] : shape };
  });
  return { ...model, graph: { ...graph, inputs, valueInfo: new Map() } };
}

function newest(a: ReadonlyMap<string, number>, b: ReadonlyMap<string, number>): ReadonlyMap<string, number> {
  const all = new Map(a);
  for (const [domain, version] of b) all.set(domain, Math.max(version, all.get(domain) ?? 0));
  return all;
}

/** The pair with its weights as inputs, under their own names: what is scored, and what the step begins with. */
export function opened({ model, weights }: RefinePair): Model {
  const initializers = new Map(model.graph.initializers);
  const inputs = weights.map(({ name, dims }): ValueInfo => {
    initializers.delete(name);
    return { name, elementType: 'float32', shape: dims };
  });
  const { graph } = model;
  return { ...model, graph: { ...graph, inputs: [...graph.inputs, ...inputs], initializers } };
}

/** @throws UserError naming the node, where one on the way has no gradient */
export function refineGraph(pair: RefinePair): RefineGraph {
  const { losses, weights } = pair;
  const whole = opened(pair);
  const reverse = gradients(whole, {
    of: losses.loss,
    wrt: weights.map(({ name }) => name),
    shapes: inferShapes(whole.graph, whole.opsets),
  });
  const { graph } = reverse.model;
  const build = gradientBuilder(graph);
  build.within('step');
  const update = transformation(pair);
  const dimsOf = new Map(weights.map(({ name, dims }) => [name, dims]));
  const { inputs, state, scalars, slot, scalar } = updateInputs(build, update, weight => dimsOf.get(weight) ?? []);
  for (const { name } of weights) state.set(`weight/${name}`, name);
  const squares = weights.map(({ name }) => {
    const gradient = reverse.gradients.get(name) ?? '';
    return build.reshape(build.add('ReduceSumSquare', [gradient], { keepdims: 0 }), [1]);
  });
  const total = build.add('ReduceSum', [build.add('Concat', squares, { axis: 0 })], { keepdims: 0 });
  const scope = { build, weights, slot, scalar, gradientNorm: build.add('Sqrt', [total]) };
  const { updates, kept } = update.update(scope, reverse.gradients);
  const next = new Map(kept);
  for (const { name } of weights) next.set(`weight/${name}`, build.add('Sub', [name, updates.get(name) ?? '']));
  const outputs = [losses.loss, losses.headLoss, total, ...next.values()];
  return {
    model: finishedModel(reverse.model, build, inputs, outputs),
    state,
    next,
    scalars,
    squares: total,
  };
}

/** The learning rate is a share of the size (root mean square) of a weight before the first step: factors of all sizes move alike. */
const transformation = ({ model, weights }: RefinePair) => {
  const sizes = new Map(weights.map(({ name }) => [name, sizeOf(model, name)]));
  return chain(
    optimiserOf(optimiser, chain(), clipNorm),
    stateless(({ build }, { name }, given) =>
      build.add('Mul', [given, build.scalar(sizes.get(name) ?? leastSize, 'float32')]),
    ),
  );
};

function sizeOf({ graph }: Model, name: string): number {
  const tensor = graph.initializers.get(name);
  if (!tensor) return leastSize;
  const squares = floatsOf(tensor).reduce((sum, each) => sum + each * each, 0);
  return Math.max(leastSize, Math.sqrt(squares / Math.max(1, elementCount(tensor.dims))));
}
