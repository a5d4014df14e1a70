/** Runs a network over prepared images in this process, and keeps of each output what a score needs. */
import { type Attempt, complete, failed } from '../errors/failure.ts';
import { rejection } from '../errors/runtime-error.ts';
import type { BatchKeeper } from '../images/batches.ts';
import { openFeeds } from '../images/feeds.ts';
import { fromHalf } from '../onnx/half.ts';
import { type NetworkInterface, networkInterface } from '../runtime/model-interface.ts';
import type { InferenceSession, Tensor } from '../runtime/onnxruntime.ts';
import { openModelSession } from '../runtime/open-session.ts';
import { sessionOptions, tensorDescription } from '../runtime/session-options.ts';
import { tensorsOf } from '../runtime/tensors-of.ts';
import type { ScoreAnswer, ScoreRequest } from './messages.ts';
import { stoppingRule } from './stopping-rule.ts';

export async function answerScore(
  request: ScoreRequest,
  keeper: BatchKeeper,
): Promise<Attempt<NetworkInterface | ScoreAnswer>> {
  const opened = await openModelSession(request.model, sessionOptions(request.session));
  if (opened.state === 'failed') return opened;
  const session = opened.value;
  try {
    const described = describe(session, request.heads);
    if (described.state === 'failed' || request.kind === 'describe') return described;
    return await score(session, described.value, request, keeper);
  } finally {
    await session.release();
  }
}

const describe = (session: InferenceSession, heads: readonly string[]): Attempt<NetworkInterface> =>
  networkInterface(session.inputMetadata.map(tensorDescription), session.outputMetadata.map(tensorDescription), heads);

async function score(
  session: InferenceSession,
  { inputs, output }: NetworkInterface,
  { images, batch: wanted, labels, stopping, heads }: Extract<ScoreRequest, { kind: 'score' }>,
  keeper: BatchKeeper,
): Promise<Attempt<ScoreAnswer>> {
  const start = performance.now();
  const count = images.positions.length;
  const predictions = new Uint16Array(count);
  const outputs = [output, ...heads.filter(name => name !== output)];
  const further = outputs.slice(1).map(() => new Uint16Array(count));
  const labelRanks = labels ? new Uint16Array(count) : null;
  let classes = 0;
  let done = 0;
  const hopeless = stopping ? stoppingRule(stopping) : () => false;
  const fed = openFeeds(keeper, images, inputs);
  if (fed.state === 'failed') return fed;
  for (const { from, to, size, feeds } of fed.value.batches(wanted, 'fill up')) {
    let answers: InferenceSession.OnnxValueMapType;
    try {
      answers = await session.run(tensorsOf(feeds), outputs);
    } catch (error) {
      return rejection('the runtime cannot run the model', error);
    }
    for (const [head, name] of outputs.entries()) {
      const scores = answers[name] as Tensor | undefined;
      const rows = scores && rowsOf(scores, size);
      if (!rows)
        return failed(
          'runtime-rejected',
          `expected the output "${name}" to be ${size} x classes, found [${scores?.dims.join(', ')}]`,
        );
      const width = rows.length / size;
      if (head === 0) classes = width;
      const into = head === 0 ? predictions : further[head - 1];
      for (let i = from; i < to; i++) {
        const row = rows.subarray((i - from) * width, (i - from + 1) * width);
        const best = largest(row);
        if (best < 0) return failed('not-finite', `an output for image ${i} of ${count} is NaN or infinite`);
        if (into) into[i] = best;
        if (head === 0 && labelRanks && labels) labelRanks[i] = countLarger(row, row[labels[i] ?? 0] ?? Number.NaN);
      }
    }
    done = to;
    if (done < count && hopeless({ predictions, labelRanks, further }, done)) break;
  }
  const wallMs = performance.now() - start;
  if (done === count) return complete({ predictions, further, labelRanks, classes, wallMs });
  return complete({
    predictions: predictions.slice(0, done),
    further: further.map(each => each.slice(0, done)),
    labelRanks: labelRanks?.slice(0, done) ?? null,
    classes,
    wallMs,
  });
}

type Rows = Float32Array | Float64Array;

/** The output as floats, one row per image; null when it is not size x classes. */
function rowsOf({ dims, type, data }: Tensor, size: number): Rows | null {
  const rows = dims[0] === size && dims.length >= 2 && dims.slice(2).every(each => each === 1) && (dims[1] ?? 0) > 0;
  if (!rows) return null;
  if (type === 'float32') return data as Float32Array;
  if (type === 'float64') return data as Float64Array;
  if (type !== 'float16') return null;
  const { buffer, byteOffset, byteLength } = data as Uint16Array;
  return Float32Array.from(new Uint16Array(buffer, byteOffset, byteLength / 2), fromHalf);
}

/** The index of the largest value, the lowest of equals; -1 when one is NaN or infinite. */
function largest(row: Rows): number {
  let best = 0;
  let value = Number.NEGATIVE_INFINITY;
  for (let i = 0; i < row.length; i++) {
    const each = row[i] as number;
    if (each - each !== 0) return -1; // NaN and infinities only
    if (each > value) {
      value = each;
      best = i;
    }
  }
  return best;
}

function countLarger(row: Rows, value: number): number {
  let larger = 0;
  for (let i = 0; i < row.length; i++) if ((row[i] as number) > value) larger++;
  return larger;
}
