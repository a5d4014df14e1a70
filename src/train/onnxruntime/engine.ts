/** ONNX Runtime as the engine of training. Only child processes load this file. */

import { blockedLayout } from '../../autodiff/blocked/blocked-layout.ts';
import { speltBatchStatistics } from '../../autodiff/passes/spelt-batch-statistics.ts';
import { speltMaxPool } from '../../autodiff/passes/spelt-max-pool.ts';
import { runtimeLine } from '../../errors/runtime-error.ts';
import { UserError } from '../../errors/user-error.ts';
import type { Model } from '../../onnx/graph.ts';
import { writeModel } from '../../onnx/write.ts';
import { InferenceSession, Tensor } from '../../runtime/onnxruntime.ts';
import type { SessionSettings } from '../../runtime/session.ts';
import { sessionOptions } from '../../runtime/session-options.ts';
import type { Engine, EngineValue } from '../engine.ts';
import { blockSize } from './block-size.ts';

interface RuntimeValue extends EngineValue {
  readonly tensor: Tensor;
}

/**
 * Outputs come back as tensors that are fed again at the next step as they are: on a CPU the state is never copied on the way
 * in, and once on the way out, into memory that JavaScript owns.
 */
export function onnxruntimeEngine(settings: SessionSettings): Engine {
  const open = new Set<InferenceSession>();
  const release = async (session: InferenceSession): Promise<void> => {
    if (open.delete(session)) await session.release();
  };
  let block: Promise<number | null> | undefined;
  const inBlocks = async (model: Model): Promise<Model> => {
    block ??= blockSize();
    const size = await block;
    return size === null ? model : blockedLayout(model, size);
  };
  return {
    name: 'onnxruntime',
    compile: async model => {
      const runnable = settings.provider === 'cpu' ? await inBlocks(model) : speltMaxPool(speltBatchStatistics(model));
      const session = await create(writeModel(runnable), settings);
      open.add(session);
      return {
        run: async (feeds, outputs) => {
          const inputs: Record<string, Tensor> = {};
          for (const [name, value] of feeds) inputs[name] = (value as RuntimeValue).tensor;
          const results = await session.run(inputs, [...outputs]);
          return new Map(outputs.map(name => [name, wrap(results[name] as Tensor)]));
        },
        release: () => release(session),
      };
    },
    value: (dims, data) => wrap(new Tensor('float32', data, dims)),
    close: async () => {
      for (const session of [...open]) await release(session);
    },
  };
}

const wrap = (tensor: Tensor): RuntimeValue => ({
  tensor,
  dims: tensor.dims,
  read: async () => (await tensor.getData()) as Float32Array,
  dispose: () => {},
});

async function create(bytes: Uint8Array, settings: SessionSettings): Promise<InferenceSession> {
  try {
    return await InferenceSession.create(bytes, sessionOptions(settings));
  } catch (error) {
    throw new UserError(
      `Cannot train on the provider "${settings.provider}": it refuses the graph of the step (${runtimeLine(error)}).`,
      'Choose another provider, such as cpu.',
      { cause: error },
    );
  }
}
