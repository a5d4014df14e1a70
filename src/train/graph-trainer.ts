/** The trainer on an engine: builds the graph of the step, runs it, and carries the state from one to the next. */
import { UserError } from '../errors/user-error.ts';
import type { Engine, EngineValue } from './engine.ts';
import { evaluator } from './evaluator.ts';
import { type Network, prepareNetwork, requireSameClassifier } from './network/prepare.ts';
import type { Now } from './optimiser/transformation.ts';
import { requireTrainingOptions, type TrainingOptions } from './options.ts';
import { requireSameLayout } from './state/check-state.ts';
import { initialState } from './state/initial-state.ts';
import { requireBatch } from './step/batch.ts';
import { type CompiledStep, stepCompiler } from './step/compile.ts';
import { afterOverflow, afterStep } from './step/loss-scale.ts';
import { firstNotFinite } from './step/not-finite.ts';
import { runStep } from './step/run-step.ts';
import { requireTrainable } from './trainable-set.ts';
import type { Batch, Counters, Hyperparameters, StepMetrics, TrainableSet, Trainer, TrainingState } from './trainer.ts';

/** Starts with every weight trainable, and closes `engine` with itself. @throws UserError for what cannot be trained */
export async function openGraphTrainer(options: TrainingOptions, engine: Engine): Promise<Trainer> {
  requireTrainingOptions(options);
  requirePrecision(options);
  const network = prepareNetwork(options.model);
  const teacher = teacherOf(options, network);
  const compiler = stepCompiler(options, network, teacher, engine);
  const template = initialState(network, compiler.layout);
  const weights = network.weights.map(({ name }) => name);
  const evaluations = evaluator(network, engine);
  const { batchSize, batchesPerCall } = options;
  const stepSize = batchSize * options.accumulation;
  const run = { engine, layout: network, batchSize, batchesPerCall };

  let values = valuesOf(template, engine);
  let counters = template.counters;
  let set: TrainableSet = { trainable: new Set(weights), settled: new Set() };
  let compiled: CompiledStep | null = null;

  const read = async (): Promise<TrainingState> => {
    const tensors = new Map<string, { dims: readonly number[]; data: Float32Array }>();
    for (const [name, value] of values)
      tensors.set(name, { dims: value.dims, data: new Float32Array(await value.read()) });
    return { tensors, counters };
  };

  const step = async (batch: Batch, hyper: Hyperparameters): Promise<StepMetrics> => {
    if (batch.count !== stepSize) throw new Error(`a step takes ${stepSize} images, got ${batch.count}`);
    requireBatch(batch, network);
    compiled ??= await compiler.compile(set, values);
    const result = await runStep(run, compiled, values, batch, nowOf(counters, hyper, options));
    const { loss, correct, squares, next } = result;
    const checks = compiled.finish.graph.checks;
    const found = checks && firstNotFinite(loss, network.scores, squares, checks);
    const gradientNorm = Math.sqrt(squares.gradients.reduce((sum, square) => sum + square, 0));
    const metrics = { loss, correct, count: batch.count, gradientNorm };
    if (found) {
      for (const value of next.values()) value.dispose();
      const smaller = found.in === 'gradient' && compiler.layout.scaledLoss ? afterOverflow(counters) : null;
      counters = smaller ?? counters;
      return { ...metrics, notFinite: smaller ? null : found, skipped: smaller !== null };
    }
    for (const [name, value] of next) {
      values.get(name)?.dispose();
      values.set(name, value);
    }
    counters = afterStep(counters, compiler.layout.scaledLoss);
    await evaluations.forget();
    return { ...metrics, notFinite: null, skipped: false };
  };

  const load = async (given: TrainingState): Promise<void> => {
    requireSameLayout(given, template);
    for (const value of values.values()) value.dispose();
    values = valuesOf(given, engine);
    counters = given.counters;
    compiled = null;
    await compiler.forget();
    await evaluations.forget();
  };

  let turn: Promise<unknown> = Promise.resolve();
  const inTurn = <T>(work: () => Promise<T>): Promise<T> => {
    const mine = turn.then(work);
    turn = mine.catch(() => {});
    return mine;
  };
  let closed: Promise<void> | undefined;
  return {
    stepSize,
    weights,
    step: (batch, hyper) => inTurn(() => step(batch, hyper)),
    state: () => inTurn(read),
    load: given => inTurn(() => load(given)),
    evaluate: (batch, choice = 'last') => inTurn(() => evaluations.evaluate(batch, choice, read)),
    setTrainable: wanted =>
      inTurn(async () => {
        requireTrainable(wanted, weights);
        set = wanted;
        compiled = await compiler.compile(set, values);
      }),
    close: () => {
      closed ??= inTurn(async () => {
        for (const value of values.values()) value.dispose();
        await engine.close();
      });
      return closed;
    },
  };
}

const valuesOf = ({ tensors }: TrainingState, engine: Engine): Map<string, EngineValue> =>
  new Map([...tensors].map(([name, { dims, data }]) => [name, engine.value(dims, new Float32Array(data))]));

function nowOf(counters: Counters, hyper: Hyperparameters, options: TrainingOptions): Now {
  return {
    learningRate: hyper.learningRate,
    emaDecay: hyper.emaDecay ?? options.emaDecay ?? 0,
    distillationWeight: hyper.distillationWeight ?? options.distillationWeight,
    lossScale: counters.lossScale,
  };
}

/** @throws UserError: the runtime's operators compute in float16, not in bfloat16 */
function requirePrecision({ precision }: TrainingOptions): void {
  if (precision === 'bfloat16')
    throw new UserError(
      'Cannot train in bfloat16 on this engine: its operators compute in float32 or float16.',
      'Give --engine torch, or --precision float16.',
    );
}

function teacherOf({ teacher }: TrainingOptions, network: Network): Network | null {
  if (!teacher) return null;
  const prepared = prepareNetwork(teacher, 'the teacher');
  requireSameClassifier(prepared, network);
  return prepared;
}
