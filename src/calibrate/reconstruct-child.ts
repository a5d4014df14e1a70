/** The child process that runs a candidate beside the dense model, stage after stage, and refits a site at the end of each. */
import { type Attempt, complete, failed } from '../errors/failure.ts';
import { rejection } from '../errors/runtime-error.ts';
import { batchKeeper } from '../images/batches.ts';
import { imageBatches } from '../images/image-batches.ts';
import { imageInput } from '../runtime/model-interface.ts';
import { Tensor } from '../runtime/onnxruntime.ts';
import { openModelSession } from '../runtime/open-session.ts';
import { serve } from '../runtime/serve.ts';
import type { SessionSettings } from '../runtime/session.ts';
import { sessionOptions } from '../runtime/session-options.ts';
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
  const metadata = await inputOf(model, settings);
  if (metadata.state === 'failed') return metadata;
  const input = metadata.value;
  batches = [];
  sizes = [];
  for (const { from, to, data, dims } of imageBatches(keeper, images, input, batch, 'leave out')) {
    batches.push(new Map([[input.name, new Tensor(input.type, data.slice(), dims)]]));
    sizes.push(to - from);
  }
  if (batches.length === 0) return failed('runtime-rejected', 'there was no image to look at');
  return complete({ images: sizes.reduce((sum, each) => sum + each, 0), values: factsOf([input.name]) });
}

async function inputOf(model: string, settings: SessionSettings) {
  const opened = await openModelSession(model, sessionOptions({ ...settings, graphOptimization: 'disabled' }));
  if (opened.state === 'failed') return opened;
  const [metadata] = opened.value.inputMetadata;
  await opened.value.release();
  return metadata?.isTensor ? imageInput(metadata) : failed('runtime-rejected', 'the model takes no image');
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
