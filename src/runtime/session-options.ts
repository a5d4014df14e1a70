/** How a session of ONNX Runtime is opened, once for everybody who does not time it. */
import type { TensorDescription } from './model-interface.ts';
import type { InferenceSession } from './onnxruntime.ts';
import type { SessionSettings } from './session.ts';

/**
 * What the provider does not run falls back to the CPU. One session at a time runs, so its threads may spin while they wait (the
 * default of the runtime).
 */
export function sessionOptions(settings: SessionSettings): InferenceSession.SessionOptions {
  return {
    executionProviders: settings.provider === 'cpu' ? ['cpu'] : [settings.provider, 'cpu'],
    intraOpNumThreads: settings.threads,
    interOpNumThreads: 1,
    executionMode: 'sequential',
    graphOptimizationLevel: settings.graphOptimization,
    logSeverityLevel: 3,
  };
}

export const tensorDescription = (each: InferenceSession.ValueMetadata): TensorDescription =>
  each.isTensor
    ? { name: each.name, type: each.type, shape: each.shape }
    : { name: each.name, type: 'no tensor', shape: [] };
