/** In the child process: one run of a model on its random input, with what went in and what came out. */
import { type Attempt, complete } from '../../errors/failure.ts';
import { rejection } from '../../errors/runtime-error.ts';
import { fromHalf } from '../../onnx/half.ts';
import type { Tensor } from '../../runtime/onnxruntime.ts';
import { openModelSession } from '../../runtime/open-session.ts';
import { randomFeeds } from './inputs.ts';
import type { OutputsAnswer, Request } from './messages.ts';
import { timedSessionOptions } from './session.ts';

/** Of a model with one input and one output, both of floating point. */
export async function runOutputs({
  path,
  settings,
}: Extract<Request, { do: 'outputs' }>): Promise<Attempt<OutputsAnswer>> {
  const opened = await openModelSession(path, timedSessionOptions(settings), 'cannot load the model');
  if (opened.state === 'failed') return opened;
  const session = opened.value;
  try {
    const feeds = randomFeeds(session, settings);
    if (feeds.kind === 'misfit') return complete({ ...feeds, problem: `Cannot run the model: ${feeds.problem}.` });
    const [input] = Object.values(feeds.feeds);
    const [output] = Object.values(await session.run(feeds.feeds));
    return complete({ kind: 'outputs', input: floatsOf(input), output: floatsOf(output) });
  } catch (error) {
    return rejection('cannot run the model', error);
  } finally {
    await session.release();
  }
}

function floatsOf(tensor: Tensor | undefined): Float32Array {
  if (!tensor) return new Float32Array();
  return tensor.type === 'float16'
    ? Float32Array.from(tensor.data as Uint16Array, fromHalf)
    : (tensor.data as Float32Array);
}
