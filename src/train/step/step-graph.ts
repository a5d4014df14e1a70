/**
 * A whole step as one graph: forward, loss, backward and update, with the state as inputs and the next state as outputs.
 *
 * One graph may take several batches, one after the other with the same weights. Where a step takes more batches than one
 * graph does, graphs of the form `accumulate` add up gradients and the one of the form `finish` takes the step.
 */

import { type GradientBuilder, gradientBuilder } from '../../autodiff/gradient/builder.ts';
import type { Model, Node, Shape, ValueInfo } from '../../onnx/graph.ts';
import { renamed } from '../network/rename.ts';
import type { ScalarSource, TrainedWeight, Transformation } from '../optimiser/transformation.ts';
import type { BatchGraph } from './batch-graph.ts';
import { finishedModel } from './finished-model.ts';
import type { Checks } from './not-finite.ts';
import { buildUpdate } from './update.ts';
import { updateInputs } from './update-inputs.ts';

export type Form = 'whole' | 'accumulate' | 'finish';

export interface StepGraphOptions {
  readonly batch: BatchGraph;
  readonly batches: number;
  readonly form: Form;
  readonly optimiser: Transformation;
  readonly trained: readonly TrainedWeight[];
  /** The weights and statistics of which a moving average is kept. */
  readonly averaged: readonly string[];
}

export interface StepGraph {
  readonly model: Model;
  /** Graph inputs, one per batch. */
  readonly images: readonly string[];
  readonly targets: readonly string[];
  /** Graph inputs, each a scalar that is fed anew. */
  readonly scalars: ReadonlyMap<string, ScalarSource>;
  /** Graph input by name of state (`slot/NAME`). */
  readonly state: ReadonlyMap<string, string>;
  /** Graph output by name of state. */
  readonly next: ReadonlyMap<string, string>;
  /** Scalars, over the batches of this graph. */
  readonly loss: string;
  readonly correct: string;
  /** Null for the form `accumulate`. */
  readonly checks: Checks | null;
}

/** The slot in which gradients are added up between the graphs of one step. */
export const accumulatorSlot = 'accumulated';

export function buildStepGraph(options: StepGraphOptions): StepGraph {
  const { batch, batches, form } = options;
  const joined = joinBatches(batch, batches);
  const build = gradientBuilder(joined.model.graph);
  build.within('step');
  const next = new Map<string, string>();
  const { graph } = joined.model;
  const dimsOf = new Map(graph.inputs.map(({ name, shape }): [string, Shape] => [name, shape ?? []]));
  for (const { name, dims } of graph.initializers.values()) dimsOf.set(name, dims);
  const { inputs, state, scalars, slot, scalar } = updateInputs(
    build,
    options.optimiser,
    weight => dimsOf.get(weight) ?? null,
  );
  for (const name of batch.weights) state.set(`weight/${name}`, name);
  for (const name of batch.statistics) state.set(`statistic/${name}`, name);
  if (batch.distillationWeight) scalars.set(batch.distillationWeight, ({ distillationWeight }) => distillationWeight);
  if (batch.lossScale) scalars.set(batch.lossScale, ({ lossScale }) => lossScale);
  for (const [name, value] of joined.updates) next.set(`statistic/${name}`, value);

  const sums = new Map(
    [...joined.gradients].map(([name, parts]) => {
      const all = form === 'whole' ? parts : [slot(accumulatorSlot, name), ...parts];
      return [name, all.length === 1 ? (all[0] ?? '') : build.add('Sum', all)];
    }),
  );
  let checks: Checks | null = null;
  if (form === 'accumulate') for (const [name, sum] of sums) next.set(`${accumulatorSlot}/${name}`, sum);
  else checks = buildUpdate({ build, slot, scalar, next, ...options }, sums);

  const loss = total(build, joined.losses);
  const correct = total(build, joined.corrects);
  const outputs = [loss, correct, ...next.values(), ...(checks ? [checks.gradients, checks.state] : [])];
  return {
    model: finishedModel(joined.model, build, inputs, outputs),
    images: joined.images,
    targets: joined.targets,
    scalars,
    state,
    next,
    loss,
    correct,
    checks,
  };
}

const total = (build: GradientBuilder, parts: readonly string[]): string =>
  parts.length === 1 ? (parts[0] ?? '') : build.add('Sum', parts);

interface Joined {
  readonly model: Model;
  readonly images: readonly string[];
  readonly targets: readonly string[];
  readonly losses: readonly string[];
  readonly corrects: readonly string[];
  readonly gradients: ReadonlyMap<string, readonly string[]>;
  readonly updates: ReadonlyMap<string, string>;
}

/** The graph of a batch several times over: weights, scalars and constants are shared, running statistics handed on. */
function joinBatches(batch: BatchGraph, count: number): Joined {
  const { graph } = batch.model;
  const copies = Array.from({ length: count }, (_, i) => (name: string) => (i === 0 ? name : `batch ${i + 1}/${name}`));
  const own = new Set(graph.nodes.flatMap(({ outputs }) => outputs).concat(batch.images, batch.targets));
  const nodes: Node[] = [];
  const inputs: ValueInfo[] = [];
  let statistics: ReadonlyMap<string, string> = new Map();
  for (const copy of copies) {
    const before = statistics;
    const rename = (name: string): string => (own.has(name) ? copy(name) : (before.get(name) ?? name));
    const made = copy('x') === 'x' ? graph : renamed(graph, rename);
    nodes.push(...made.nodes);
    const known = new Set(inputs.map(({ name }) => name));
    inputs.push(...made.inputs.filter(({ name }) => !known.has(name) && ![...before.values()].includes(name)));
    statistics = new Map([...batch.updates].map(([name, value]) => [name, copy(value)]));
  }
  const each = (value: string): string[] => copies.map(copy => copy(value));
  return {
    model: { ...batch.model, graph: { ...graph, nodes, inputs } },
    images: each(batch.images),
    targets: each(batch.targets),
    losses: each(batch.loss),
    corrects: each(batch.correct),
    gradients: new Map([...batch.gradients].map(([name, value]) => [name, each(value)])),
    updates: statistics,
  };
}
