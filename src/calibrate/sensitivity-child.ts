/** The child process that sums up the gradients which arrive at every site. */
import { type Attempt, complete, failed } from '../errors/failure.ts';
import { rejection } from '../errors/runtime-error.ts';
import { batchKeeper } from '../images/batches.ts';
import { openFeeds } from '../images/feeds.ts';
import { seededRng } from '../random/rng.ts';
import { InferenceSession, Tensor } from '../runtime/onnxruntime.ts';
import { serve } from '../runtime/serve.ts';
import { sessionOptions, tensorDescription } from '../runtime/session-options.ts';
import { tensorsOf } from '../runtime/tensors-of.ts';
import { addPacked } from './accumulate.ts';
import type { SensitivityAnswer, SensitivityRequest } from './sensitivity-messages.ts';

serve(async (request: SensitivityRequest): Promise<Attempt<SensitivityAnswer>> => {
  try {
    return await run(request);
  } catch (error) {
    return rejection('the runtime cannot run the reverse pass', error);
  }
});

async function run(request: SensitivityRequest): Promise<Attempt<SensitivityAnswer>> {
  const { images, noise, outputs } = request;
  const session = await InferenceSession.create(request.model, sessionOptions(request.session));
  try {
    const takes = session.inputMetadata.map(tensorDescription).filter(({ name }) => name !== noise.name);
    const fed = openFeeds(batchKeeper(0), images, takes);
    if (fed.state === 'failed') return fed;
    const rng = seededRng(noise.seed);
    const sums: (Float64Array | null)[] = outputs.map(() => null);
    let used = 0;
    for (const { from, to, feeds } of fed.value.batches(request.batch, 'leave out')) {
      const count = to - from;
      const z = Float32Array.from({ length: count * noise.classes }, () => (rng.uniform() < 0.5 ? -1 : 1));
      const answers = await session.run({
        ...tensorsOf(feeds),
        [noise.name]: new Tensor('float32', z, [count, noise.classes]),
      });
      used += count;
      outputs.forEach((output, i) => {
        const values = (answers[output.name] as Tensor).data as Float32Array;
        const order = Math.round(Math.sqrt(values.length / output.groups));
        const sum = sums[i] ?? new Float64Array((output.groups * order * (order + 1)) / 2);
        addPacked(sum, values, output.groups, order);
        sums[i] = sum;
      });
    }
    if (used === 0) return failed('runtime-rejected', 'there was no image to look at');
    return complete({ images: used, moments: sums.map(sum => Float32Array.from(sum ?? [], each => each / used)) });
  } finally {
    await session.release();
  }
}
