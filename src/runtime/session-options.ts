/** How a session of ONNX Runtime is opened, once for everybody. */
import type { TensorDescription } from './model-interface.ts';
import type { InferenceSession } from './onnxruntime.ts';
import type { SessionSettings } from './session.ts';

/**
 * What the provider does not run falls back to the CPU. One session at a time runs, so its threads may spin while they wait (the
 * default of the runtime).
 */
export function sessionOptions(settings: SessionSettings): InferenceSession.SessionOptions {
  const { executionMode, interOpThreads, cpuArena, memoryPattern, config } = settings.sessionOptions ?? {};
  const provider = providerOf(settings);
  return {
    executionProviders: settings.provider === 'cpu' ? [provider] : [provider, 'cpu'],
    intraOpNumThreads: settings.threads,
    interOpNumThreads: interOpThreads ?? 1,
    executionMode: executionMode ?? 'sequential',
    graphOptimizationLevel: settings.graphOptimization,
    logSeverityLevel: 3,
    ...(cpuArena === undefined ? {} : { enableCpuMemArena: cpuArena }),
    ...(memoryPattern === undefined ? {} : { enableMemPattern: memoryPattern }),
    ...(config ? { extra: { ...config } } : {}),
  };
}

type Provider = InferenceSession.ExecutionProviderConfig;

/** With its options, as the binding takes them. */
export const providerOf = ({ provider, providerOptions }: SessionSettings): Provider =>
  providerOptions && Object.keys(providerOptions).length > 0
    ? ({ ...providerOptions, name: provider } as Provider)
    : provider;

export const tensorDescription = (each: InferenceSession.ValueMetadata): TensorDescription =>
  each.isTensor
    ? { name: each.name, type: each.type, shape: each.shape }
    : { name: each.name, type: 'no tensor', shape: [] };
