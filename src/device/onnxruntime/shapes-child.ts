/** The child process that runs a model for the shapes of its values. */

import { complete, failed } from '../../errors/failure.ts';
import { rejection } from '../../errors/runtime-error.ts';
import { InferenceSession, type Tensor } from '../../runtime/onnxruntime.ts';
import { serve } from '../../runtime/serve.ts';
import type { RunShape, ShapesAnswer, ShapesRequest } from '../measured-shapes.ts';
import { randomFeeds } from './inputs.ts';
import { timedSessionOptions } from './session.ts';

const shapeOf = (tensor: Tensor | undefined): RunShape[] => (tensor ? [{ type: tensor.type, dims: tensor.dims }] : []);

serve<ShapesRequest, ShapesAnswer>(async ({ path, values, batches }) => {
  try {
    const settings = { provider: 'cpu', threads: 1, graphOptimization: 'disabled', inputShape: {} } as const;
    const session = await InferenceSession.create(path, timedSessionOptions(settings));
    try {
      const runs: (readonly RunShape[])[] = [];
      for (const batchSize of batches) {
        const made = randomFeeds(session, { ...settings, batchSize });
        if (made.kind === 'misfit') return failed('runtime-rejected', made.problem);
        const found = await session.run(made.feeds, [...values]);
        runs.push(values.flatMap(name => shapeOf(found[name])));
      }
      return complete(runs);
    } finally {
      await session.release();
    }
  } catch (error) {
    return rejection('the runtime cannot run the model', error);
  }
});
