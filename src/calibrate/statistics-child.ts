/** The child process that runs the dense model over calibration images and sums up what it sees. */
import { type Attempt, complete, failed } from '../errors/failure.ts';
import { rejection } from '../errors/runtime-error.ts';
import { batchKeeper } from '../images/batches.ts';
import { openFeeds } from '../images/feeds.ts';
import { type Rng, seededRng } from '../random/rng.ts';
import type { TensorDescription } from '../runtime/model-interface.ts';
import { type InferenceSession, Tensor } from '../runtime/onnxruntime.ts';
import { openModelSession } from '../runtime/open-session.ts';
import { serve } from '../runtime/serve.ts';
import { sessionOptions, tensorDescription } from '../runtime/session-options.ts';
import { tensorsOf } from '../runtime/tensors-of.ts';
import { type Accumulator, accumulator } from './accumulate.ts';
import type { ProbeAverages, ProbePlan, StatisticsRequest } from './messages.ts';
import type { Sample } from './statistics-graph.ts';

interface Open {
  readonly session: InferenceSession;
  /** The inputs of the network, without those of the probes. */
  readonly takes: readonly TensorDescription[];
  readonly probes: readonly ProbePlan[];
  readonly sums: (Accumulator | null)[];
  readonly rng: Rng;
}

let open: Open | null = null;
const keeper = batchKeeper(0);

serve(async (request: StatisticsRequest): Promise<Attempt<readonly ProbeAverages[] | null>> => {
  switch (request.kind) {
    case 'open':
      return begin(request);
    case 'add':
      return open ? add(open, request) : failed('crashed', 'the process that held the sums is gone');
    case 'finish': {
      if (!open) return failed('crashed', 'the process that held the sums is gone');
      const answers = open.sums.map(sums => sums?.finish() ?? null);
      await open.session.release();
      open = null;
      return answers.every(each => each !== null)
        ? complete(answers)
        : failed('runtime-rejected', 'there was no image to look at');
    }
    default:
      return request satisfies never;
  }
});

async function begin({
  model,
  session: settings,
  probes,
  seed,
}: Extract<StatisticsRequest, { kind: 'open' }>): Promise<Attempt<null>> {
  const opened = await openModelSession(model, sessionOptions(settings));
  if (opened.state === 'failed') return opened;
  const session = opened.value;
  const sampling = new Set(probes.flatMap(({ sample }) => (sample ? [sample.input] : [])));
  const takes = session.inputMetadata.map(tensorDescription).filter(({ name }) => !sampling.has(name));
  open = { session, takes, probes, sums: probes.map(() => null), rng: seededRng(seed) };
  return complete(null);
}

async function add(
  { session, takes, probes, sums, rng }: Open,
  { images, batch: wanted }: Extract<StatisticsRequest, { kind: 'add' }>,
): Promise<Attempt<null>> {
  const fed = openFeeds(keeper, images, takes);
  if (fed.state === 'failed') return fed;
  try {
    for (const { from, to, feeds: parts } of fed.value.batches(wanted, 'leave out')) {
      const feeds = tensorsOf(parts);
      for (const { sample } of probes) if (sample) feeds[sample.input] = sampled(sample, to - from, rng);
      const answers = await session.run(feeds);
      probes.forEach((probe, i) => {
        sums[i] = addTo(sums[i] ?? null, probe, answers, to - from);
      });
    }
  } catch (error) {
    return rejection('the runtime cannot run the model', error);
  }
  return complete(null);
}

/** The positions of a batch: the same for every image of it, drawn again for the next. */
function sampled({ of, count, inOneList }: Sample, images: number, rng: Rng): Tensor {
  const order = Int32Array.from({ length: of }, (_, i) => i);
  for (let i = 0; i < count; i++) {
    const j = i + rng.integer(of - i);
    [order[i], order[j]] = [order[j] ?? 0, order[i] ?? 0];
  }
  const chosen = order.subarray(0, count).sort();
  const lists = inOneList ? images : 1;
  const numbers = BigInt64Array.from({ length: lists * count }, (_, i) =>
    BigInt(Math.floor(i / count) * of + (chosen[i % count] ?? 0)),
  );
  return new Tensor('int64', numbers, [numbers.length]);
}

function addTo(
  sums: Accumulator | null,
  { outputs, groups, taps, patches }: ProbePlan,
  answers: Readonly<Record<string, unknown>>,
  images: number,
): Accumulator {
  const tensor = (name: string): Tensor => answers[name] as Tensor;
  const values = (name: string): Float32Array => tensor(name).data as Float32Array;
  const width = (name: string): number => tensor(name).dims[1] ?? 0;
  const extents = { groups, taps, entries: width(outputs.inputMean), outputs: width(outputs.outputMean) };
  const result = sums ?? accumulator(extents);
  result.add({
    images,
    patches: images * patches,
    inputMean: values(outputs.inputMean),
    outputMean: values(outputs.outputMean),
    outputSquare: values(outputs.outputSquare),
    input: outputs.input === null ? null : values(outputs.input),
    output: outputs.output === null ? null : values(outputs.output),
  });
  return result;
}
