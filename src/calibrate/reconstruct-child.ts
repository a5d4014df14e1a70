/** The child process that runs a candidate beside the dense model, stage after stage, and refits a site at the end of each. */
import { type Attempt, complete, failed } from '../errors/failure.ts';
import { rejection } from '../errors/runtime-error.ts';
import { batchKeeper } from '../images/batches.ts';
import { openFeeds } from '../images/feeds.ts';
import type { TensorDescription } from '../runtime/model-interface.ts';
import type { Tensor } from '../runtime/onnxruntime.ts';
import { openModelSession } from '../runtime/open-session.ts';
import { serve } from '../runtime/serve.ts';
import type { SessionSettings } from '../runtime/session.ts';
import { sessionOptions, tensorDescription } from '../runtime/session-options.ts';
import { tensorsOf } from '../runtime/tensors-of.ts';
import type { BeginAnswer, ReconstructRequest, StageAnswer, StageRequest, ValueFacts } from './reconstruct-messages.ts';
import { equationSums, refitGroups } from './refit-groups.ts';

/** One entry per batch: the values that are alive, by name. */
let batches: Map<string, Tensor>[] = [];
let sizes: number[] = [];
const keeper = batchKeeper();

serve(async (request: ReconstructRequest): Promise<Attempt<BeginAnswer | StageAnswer | null>> => {
  switch (request.kind) {
    case 'begin':
      return begin(request);
    case 'stage':
      return batches.length > 0 ? stage(request) : failed('crashed', 'the process that held the values is gone');
    case 'end':
      batches = [];
      return complete(null);
    default:
      return request satisfies never;
  }
});

async function begin({
  model,
  session: settings,
  images,
  batch,
}: Extract<ReconstructRequest, { kind: 'begin' }>): Promise<Attempt<BeginAnswer>> {
  const takes = await inputsOf(model, settings);
  if (takes.state === 'failed') return takes;
  const fed = openFeeds(keeper, images, takes.value);
  if (fed.state === 'failed') return fed;
  batches = [];
  sizes = [];
  for (const { from, to, feeds } of fed.value.batches(batch, 'leave out')) {
    batches.push(new Map(Object.entries(tensorsOf(feeds, true))));
    sizes.push(to - from);
  }
  if (batches.length === 0) return failed('runtime-rejected', 'there was no image to look at');
  return complete({
    images: sizes.reduce((sum, each) => sum + each, 0),
    values: factsOf([...(batches[0]?.keys() ?? [])]),
  });
}

async function inputsOf(model: string, settings: SessionSettings): Promise<Attempt<readonly TensorDescription[]>> {
  const opened = await openModelSession(model, sessionOptions({ ...settings, graphOptimization: 'disabled' }));
  if (opened.state === 'failed') return opened;
  const takes = opened.value.inputMetadata.map(tensorDescription);
  await opened.value.release();
  return complete(takes);
}

async function stage(request: StageRequest): Promise<Attempt<StageAnswer>> {
  const { model, session: settings, feeds, made, kept, probe, outs, weight } = request;
  const opened = await openModelSession(model, sessionOptions(settings), 'the runtime cannot load a stage');
  if (opened.state === 'failed') return opened;
  const session = opened.value;
  const sums = equationSums(probe, outs, batches.length);
  try {
    for (const [index, live] of batches.entries()) {
      const given = Object.fromEntries(feeds.map(name => [name, live.get(name)!]));
      const found = await session.run(given, [...made, ...Object.values(probe.outputs)]);
      const floats = (name: string): Float32Array => found[name]!.data as Float32Array;
      const { products, means, squares, extent } = probe.outputs;
      const positions = Number((found[extent]!.data as BigInt64Array)[2]!);
      const problem = sums.add(index, positions, floats(products), floats(means), floats(squares));
      if (problem)
        return failed('not-finite', `a value over batch ${index + 1} of ${batches.length} is NaN or infinite`);
      const next = new Map<string, Tensor>();
      for (const name of kept) next.set(name, live.get(name)!);
      for (const name of made) next.set(name, found[name] as Tensor);
      batches[index] = next;
    }
  } catch (error) {
    return rejection('the runtime cannot run a stage', error);
  } finally {
    await session.release();
  }
  return complete({ values: factsOf(made), ...refitGroups(weight, sums.finish()) });
}

const factsOf = (names: readonly string[]): ValueFacts[] =>
  names.map(name => {
    const { type, dims } = batches[0]!.get(name)!;
    return { name, type, dims };
  });
