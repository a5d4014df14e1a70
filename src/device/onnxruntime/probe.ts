/** In the child process: whether an execution provider really works here. It may throw, and it may take the process along. */
import { type Attempt, complete } from '../../errors/failure.ts';
import { rejection } from '../../errors/runtime-error.ts';
import { InferenceSession, Tensor } from '../../runtime/onnxruntime.ts';
import type { SessionSettings } from '../../runtime/session.ts';
import { timedSessionOptions } from './session.ts';

/** An ONNX model of one node, y = Relu(x) with x a float32 vector of 4; opset 13. */
const tinyModel = Buffer.from(
  'CAgSADozCgwKAXgSAXkiBFJlbHUSAWdaDwoBeBIKCggIARIECgIIBGIPCgF5EgoKCAgBEgQKAggEQgQKABAN',
  'base64',
);

export async function probe(provider: string, settings?: SessionSettings): Promise<Attempt<null>> {
  try {
    const wanted = settings ? timedSessionOptions(settings) : { executionProviders: [provider] };
    const session = await InferenceSession.create(new Uint8Array(tinyModel), { ...wanted, logSeverityLevel: 4 });
    await session.run({ x: new Tensor('float32', Float32Array.of(-1, 0, 1, 2), [4]) });
    await session.release();
    return complete(null);
  } catch (error) {
    return rejection('not usable', error);
  }
}
