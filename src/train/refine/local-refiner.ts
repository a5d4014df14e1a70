/** A refinement in this process, on an engine. */
import { type Attempt, complete, failed } from '../../errors/failure.ts';
import type { Model } from '../../onnx/graph.ts';
import { elementCount, floatsOf } from '../../onnx/tensor.ts';
import { type Rng, seededRng, shuffled } from '../../random/rng.ts';
import type { Engine, EngineValue, Program } from '../engine.ts';
import { heldBackOf } from './held-back.ts';
import { type Items, loadItems } from './items.ts';
import { opened, type RefinePair, refineGraph, refinePair } from './refine-graph.ts';
import type { Refiner, RefineSetup } from './refiner.ts';

export interface LocalRefineParts {
  readonly candidate: Model;
  readonly dense: Model;
  readonly setup: Omit<RefineSetup, 'candidatePath' | 'densePath' | 'session'>;
  readonly engine: Engine;
}

/** Closes the engine with itself. @throws UserError for networks that cannot be refined */
export async function openRefiner({ candidate, dense, setup, engine }: LocalRefineParts): Promise<Attempt<Refiner>> {
  const loaded = loadItems(setup.images, setup.inputs);
  if (loaded.state === 'failed') return loaded;
  const items = loaded.value;
  const rng = seededRng(setup.seed);
  const { trained, held } = heldBackOf(items.count, rng);
  const batch = Math.min(setup.batch, trained.length, held.length);
  if (batch === 0) return failed('runtime-rejected', `${items.count} images are too few to hold some of them back`);
  const pair = refinePair({ candidate, dense, taps: setup.taps, batch, items: items.dims });
  const graph = refineGraph(pair);
  const step = await engine.compile(graph.model);
  const scoring = await engine.compile(opened(pair));
  const values = firstValues(pair, [...graph.state.keys()], engine);
  let kept = await weightsOf(values);

  const feedsOf = (places: readonly number[], random: Rng | null) => imageFeeds(engine, items, places, random);
  const takeStep = async (places: readonly number[], learningRate: number): Promise<number | null> => {
    const fed = feedsOf(places, setup.augment ? rng : null);
    for (const [name, source] of graph.scalars)
      fed.set(name, engine.value([], Float32Array.of(source({ ...quiet, learningRate }))));
    const feeds = new Map(fed);
    for (const [name, input] of graph.state) feeds.set(input, values.get(name) as EngineValue);
    const found = await step.run(feeds, [pair.losses.loss, graph.squares, ...graph.next.values()]);
    for (const value of fed.values()) value.dispose();
    const loss = await oneOf(found, pair.losses.loss);
    const squares = await oneOf(found, graph.squares);
    const fine = Number.isFinite(loss) && Number.isFinite(squares);
    for (const [name, output] of graph.next) {
      const value = found.get(output) as EngineValue;
      if (!fine) value.dispose();
      else {
        values.get(name)?.dispose();
        values.set(name, value);
      }
    }
    return fine ? loss : null;
  };

  return complete({
    info: {
      images: trained.length,
      heldBack: held.length,
      batch,
      stepsPerEpoch: Math.floor(trained.length / batch),
      parameters: pair.weights.reduce((sum, { dims }) => sum + elementCount(dims), 0),
      taps: pair.objective.taps.length,
    },
    epoch: async learningRates => {
      const order = shuffled(trained, rng);
      const losses: number[] = [];
      for (const [i, rate] of learningRates.entries()) {
        const places = order.slice(i * batch, (i + 1) * batch);
        if (places.length < batch) break;
        const loss = await takeStep(places, rate);
        if (loss === null) return complete({ loss: Number.NaN, steps: i, notFinite: true });
        losses.push(loss);
      }
      return complete({ loss: mean(losses), steps: losses.length, notFinite: false });
    },
    score: async () => {
      const found = await scored(scoring, pair, values, batchesOf(held, batch), places => feedsOf(places, null));
      return complete({
        loss: mean(found.map(({ loss }) => loss)),
        headLoss: mean(found.map(({ headLoss }) => headLoss)),
        batches: found.map(({ loss }) => loss),
      });
    },
    keep: async () => {
      kept = await weightsOf(values);
      return complete(null);
    },
    restore: async () => {
      for (const [key, value] of values) {
        const weight = kept.get(key.slice('weight/'.length));
        const back = key.startsWith('weight/') && weight ? weight.slice() : new Float32Array(elementCount(value.dims));
        values.set(key, engine.value(value.dims, back));
        value.dispose();
      }
      return complete(null);
    },
    kept: async () => complete(kept),
    close: () => engine.close(),
  });
}

/** What a step of refinement does not know: it has no average, no labels and no scaled loss. */
const quiet = { emaDecay: 0, distillationWeight: 0, lossScale: 1 };

const mean = (values: readonly number[]): number =>
  values.reduce((sum, each) => sum + each, 0) / Math.max(1, values.length);

/** Full batches; where images are left over, the last one takes some that another batch has too. */
function batchesOf(places: readonly number[], size: number): number[][] {
  const starts = Array.from({ length: Math.ceil(places.length / size) }, (_, i) =>
    Math.min(i * size, places.length - size),
  );
  return starts.map(start => places.slice(start, start + size));
}

function imageFeeds(
  engine: Engine,
  items: Items,
  places: readonly number[],
  rng: Rng | null,
): Map<string, EngineValue> {
  return new Map(
    [...items.batch(places, rng)].map(([name, data]) => [
      name,
      engine.value([places.length, ...(items.dims.get(name) ?? [])], data),
    ]),
  );
}

/** The weights as the candidate has them, zeros for the optimiser. */
function firstValues(
  { model, weights }: RefinePair,
  names: readonly string[],
  engine: Engine,
): Map<string, EngineValue> {
  const dimsOf = new Map(weights.map(({ name, dims }) => [name, dims]));
  return new Map(
    names.map(key => {
      const cut = key.indexOf('/');
      const [slot, name] = [key.slice(0, cut), key.slice(cut + 1)];
      const dims = slot.endsWith('-share') ? [] : (dimsOf.get(name) ?? []);
      const tensor = model.graph.initializers.get(name);
      const data = slot === 'weight' && tensor ? floatsOf(tensor) : new Float32Array(elementCount(dims));
      return [key, engine.value(dims, data)];
    }),
  );
}

async function weightsOf(values: ReadonlyMap<string, EngineValue>): Promise<Map<string, Float32Array>> {
  const weights = new Map<string, Float32Array>();
  for (const [key, value] of values)
    if (key.startsWith('weight/')) weights.set(key.slice('weight/'.length), new Float32Array(await value.read()));
  return weights;
}

async function oneOf(found: ReadonlyMap<string, EngineValue>, name: string): Promise<number> {
  const value = found.get(name) as EngineValue;
  const [number = Number.NaN] = await value.read();
  value.dispose();
  return number;
}

async function scored(
  program: Program,
  { losses, weights }: RefinePair,
  values: ReadonlyMap<string, EngineValue>,
  batches: readonly (readonly number[])[],
  feedsOf: (places: readonly number[]) => Map<string, EngineValue>,
): Promise<{ readonly loss: number; readonly headLoss: number }[]> {
  const found = [];
  for (const places of batches) {
    const fed = feedsOf(places);
    const feeds = new Map(fed);
    for (const { name } of weights) feeds.set(name, values.get(`weight/${name}`) as EngineValue);
    const outputs = await program.run(feeds, [...new Set([losses.loss, losses.headLoss])]);
    for (const value of fed.values()) value.dispose();
    const loss = await oneOf(outputs, losses.loss);
    found.push({ loss, headLoss: losses.headLoss === losses.loss ? loss : await oneOf(outputs, losses.headLoss) });
  }
  return found;
}
