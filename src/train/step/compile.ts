/** The programs of a step for a set of trainable weights; those of the last few sets are kept. */
import type { Engine, EngineValue, Program } from '../engine.ts';
import type { Network } from '../network/prepare.ts';
import { decayOf } from '../optimiser/decay.ts';
import { optimiserOf } from '../optimiser/optimiser.ts';
import type { TrainedWeight } from '../optimiser/transformation.ts';
import type { TrainingOptions } from '../options.ts';
import type { StateLayout } from '../state/initial-state.ts';
import { withState } from '../state/initial-state.ts';
import type { StateTensor, TrainableSet } from '../trainer.ts';
import { buildBatchGraph } from './batch-graph.ts';
import { buildStepGraph, type Form, type StepGraph } from './step-graph.ts';

/** Two halves may take turns; each further set holds memory for all that is computed on the way. */
const keptSets = 2;

export interface StepProgram {
  readonly graph: StepGraph;
  readonly program: Program;
}

export interface CompiledStep {
  /** Adds up gradients; null where one call takes the whole step. */
  readonly accumulate: StepProgram | null;
  /** Takes the step. */
  readonly finish: StepProgram;
}

export interface StepCompiler {
  readonly layout: StateLayout;
  /** @param values by name of state; settled weights are built in as they are there */
  compile(set: TrainableSet, values: ReadonlyMap<string, EngineValue>): Promise<CompiledStep>;
  /** Releases all programs. */
  forget(): Promise<void>;
}

export function stepCompiler(
  options: TrainingOptions,
  network: Network,
  teacher: Network | null,
  engine: Engine,
): StepCompiler {
  const optimiser = optimiserOf(options.optimiser, decayOf(options, network), options.clipNorm);
  const layout: StateLayout = {
    slots: optimiser.slots,
    average: options.emaDecay !== null,
    scaledLoss: options.precision === 'float16',
  };
  /** By set, the one used last at the end. */
  const compiled = new Map<string, CompiledStep>();

  const build = async (set: TrainableSet, values: ReadonlyMap<string, EngineValue>): Promise<CompiledStep> => {
    const settled = await settledModel(network, set, values);
    const make = async (form: Form): Promise<StepProgram> => {
      const graph = stepGraphFor({ options, network: settled, teacher, set, optimiser }, form);
      return { graph, program: await engine.compile(graph.model) };
    };
    if (options.accumulation === options.batchesPerCall) return { accumulate: null, finish: await make('whole') };
    return { accumulate: await make('accumulate'), finish: await make('finish') };
  };

  const release = async (key: string): Promise<void> => {
    const step = compiled.get(key);
    compiled.delete(key);
    await step?.accumulate?.program.release();
    await step?.finish.program.release();
  };

  return {
    layout,
    compile: async (set, values) => {
      const key = JSON.stringify([[...set.trainable].sort(), [...set.settled].sort()]);
      const known = compiled.get(key);
      compiled.delete(key);
      for (const old of [...compiled.keys()].slice(0, Math.max(0, compiled.size + 1 - keptSets))) await release(old);
      const step = known ?? (await build(set, values));
      compiled.set(key, step);
      return step;
    },
    forget: async () => {
      for (const key of [...compiled.keys()]) await release(key);
    },
  };
}

export interface StepRequest {
  readonly options: Omit<TrainingOptions, 'model' | 'teacher'>;
  readonly network: Network;
  readonly teacher: Network | null;
  readonly set: TrainableSet;
  readonly optimiser: ReturnType<typeof optimiserOf>;
}

function stepGraphFor({ options, network, teacher, set, optimiser }: StepRequest, form: Form): StepGraph {
  const batch = buildBatchGraph({
    network,
    teacher,
    set,
    batchSize: options.batchSize,
    stepSize: options.batchSize * options.accumulation,
    labelSmoothing: options.labelSmoothing,
    temperature: options.temperature,
    precision: options.precision === 'float16' ? 'float16' : 'float32',
  });
  const trained = network.weights
    .filter(({ name }) => set.trainable.has(name))
    .map(({ name, dims, role }): TrainedWeight => ({ name, dims, decays: role === 'weight' }));
  return buildStepGraph({
    batch,
    batches: options.batchesPerCall,
    form,
    optimiser,
    trained,
    averaged: options.emaDecay === null ? [] : [...network.weights, ...network.statistics].map(({ name }) => name),
  });
}

/** The network with the settled weights, and the statistics of the nodes that read them, as they are now. */
async function settledModel(
  network: Network,
  { settled }: TrainableSet,
  values: ReadonlyMap<string, EngineValue>,
): Promise<Network> {
  if (settled.size === 0) return network;
  const tensors = new Map<string, StateTensor>();
  for (const [name, value] of values) {
    const cut = name.indexOf('/');
    const wanted = name.startsWith('statistic/') || (name.startsWith('weight/') && settled.has(name.slice(cut + 1)));
    if (wanted) tensors.set(name, { dims: value.dims, data: new Float32Array(await value.read()) });
  }
  const counters = { steps: 0, lossScale: 1, stepsSinceScaling: 0 };
  return { ...network, model: withState(network.model, { tensors, counters }, 'last') };
}
