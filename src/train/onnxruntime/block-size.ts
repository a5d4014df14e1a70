/** How many channels this machine's blocked convolutions take at once. Only child processes load this file. */

import { blockedDomain } from '../../autodiff/blocked/layout.ts';
import type { Model } from '../../onnx/graph.ts';
import { writeModel } from '../../onnx/write.ts';
import { InferenceSession, Tensor } from '../../runtime/onnxruntime.ts';

const channels = 64;

/**
 * B, 8 or 16 as the vectors of the processor are wide, or null where the runtime has no blocked convolutions. Found by reordering
 * numbered channels of two places each: the second place of channel 0 comes behind the first block.
 */
export async function blockSize(): Promise<number | null> {
  let session: InferenceSession | undefined;
  try {
    session = await InferenceSession.create(writeModel(reorder), { intraOpNumThreads: 1, logSeverityLevel: 4 });
    const x = new Tensor(
      'float32',
      Float32Array.from({ length: 2 * channels }, (_, i) => i),
      [1, channels, 1, 2],
    );
    const found = ((await session.run({ x })) as Record<string, Tensor>).y?.data as Float32Array;
    const size = found.indexOf(1);
    return size > 1 ? size : null;
  } catch {
    return null;
  } finally {
    await session?.release();
  }
}

const reorder: Model = {
  graph: {
    name: 'reorder',
    nodes: [
      {
        name: 'reorder',
        opType: 'ReorderInput',
        domain: blockedDomain,
        inputs: ['x'],
        outputs: ['y'],
        attributes: new Map([['channels_last', { kind: 'int', value: 0 }]]),
      },
    ],
    inputs: [{ name: 'x', elementType: 'float32', shape: [1, channels, 1, 2] }],
    outputs: [{ name: 'y', elementType: 'float32', shape: null }],
    initializers: new Map(),
    valueInfo: new Map(),
  },
  opsets: new Map([
    ['', 18],
    [blockedDomain, 1],
  ]),
  metadata: new Map(),
  irVersion: 8,
};
