/** Runs the programs of one step on a batch, and hands back what they gave without touching the state. */
import type { Engine, EngineValue, Program } from '../engine.ts';
import type { Now } from '../optimiser/transformation.ts';
import type { Batch } from '../trainer.ts';
import { type BatchLayout, denseTargets } from './batch.ts';
import type { CompiledStep } from './compile.ts';
import type { Squares } from './not-finite.ts';
import { accumulatorSlot, type StepGraph } from './step-graph.ts';

export interface StepRun {
  readonly engine: Engine;
  readonly layout: BatchLayout;
  readonly batchSize: number;
  readonly batchesPerCall: number;
}

export interface StepResult {
  readonly loss: number;
  readonly correct: number;
  readonly squares: Squares;
  /** The next state, by name; the caller owns the values. */
  readonly next: ReadonlyMap<string, EngineValue>;
}

/** @param state by name */
export async function runStep(
  run: StepRun,
  compiled: CompiledStep,
  state: ReadonlyMap<string, EngineValue>,
  batch: Batch,
  now: Now,
): Promise<StepResult> {
  const { engine, layout, batchSize, batchesPerCall } = run;
  const targets = denseTargets(batch.targets, layout.classes);
  const calls = batch.count / (batchSize * batchesPerCall);
  const next = new Map<string, EngineValue>();
  let loss = 0;
  let correct = 0;
  let squares: Squares | null = null;
  for (let call = 0; call < calls; call++) {
    const { graph, program } = (call === calls - 1 ? null : compiled.accumulate) ?? compiled.finish;
    const fed: EngineValue[] = [];
    const feeds = new Map<string, EngineValue>();
    const feed = (name: string, dims: readonly number[], data: Float32Array): void => {
      const value = engine.value(dims, data);
      feeds.set(name, value);
      fed.push(value);
    };
    const part = (data: Float32Array, i: number): Float32Array => {
      const size = (data.length / batch.count) * batchSize;
      const from = (call * batchesPerCall + i) * size;
      return data.subarray(from, from + size);
    };
    for (const [i, name] of graph.images.entries()) {
      feed(name, [batchSize, ...layout.imageDims], part(batch.images, i));
    }
    for (const [i, name] of graph.targets.entries()) feed(name, [batchSize, layout.classes], part(targets, i));
    for (const [name, source] of graph.scalars) feed(name, [], Float32Array.of(source(now)));
    for (const [name, input] of graph.state) {
      const value = next.get(name) ?? state.get(name);
      if (value) feeds.set(input, value);
      else feed(input, ...zerosLike(name, state));
    }
    const results = await runProgram(program, graph, feeds);
    for (const value of fed) value.dispose();
    loss += await take(results, graph.loss).then(numbers => numbers[0] as number);
    correct += await take(results, graph.correct).then(numbers => numbers[0] as number);
    for (const [name, output] of graph.next) {
      next.get(name)?.dispose();
      next.set(name, results.get(output) as EngineValue);
    }
    if (graph.checks) {
      const { gradients, state: states } = graph.checks;
      squares = { gradients: await take(results, gradients), state: await take(results, states) };
    }
  }
  if (!squares) throw new Error('the last program of a step checks its numbers');
  for (const name of [...next.keys()].filter(each => each.startsWith(`${accumulatorSlot}/`))) {
    next.get(name)?.dispose();
    next.delete(name);
  }
  return { loss, correct, squares, next };
}

function runProgram(
  program: Program,
  { loss, correct, next, checks }: StepGraph,
  feeds: ReadonlyMap<string, EngineValue>,
): Promise<ReadonlyMap<string, EngineValue>> {
  const outputs = [loss, correct, ...next.values(), ...(checks ? [checks.gradients, checks.state] : [])];
  return program.run(feeds, outputs);
}

/** A small output, copied and disposed of. */
async function take(results: ReadonlyMap<string, EngineValue>, name: string): Promise<Float32Array> {
  const value = results.get(name) as EngineValue;
  const numbers = new Float32Array(await value.read());
  value.dispose();
  return numbers;
}

/** Gradients are added up from zero at every step; nothing else is left out of the state. */
function zerosLike(
  name: string,
  state: ReadonlyMap<string, EngineValue>,
): [dims: readonly number[], data: Float32Array] {
  const weight = state.get(`weight/${name.slice(accumulatorSlot.length + 1)}`);
  if (!name.startsWith(`${accumulatorSlot}/`) || !weight) throw new Error(`the state has no "${name}"`);
  return [weight.dims, new Float32Array(weight.dims.reduce((product, size) => product * size, 1))];
}
