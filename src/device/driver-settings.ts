/** What a profile says to each driver, told apart by `kind`. A new driver adds its settings here. */
import { z } from 'zod';
import { type SessionSettings, sessionPart } from '../runtime/session.ts';
import { commandSchema } from './command/settings.ts';
import { remoteSchema } from './remote/settings.ts';

/** The names by which onnxruntime-node knows its execution providers; which of them are there is probed, not assumed. */
export const providerNames = [
  'cpu',
  'webgpu',
  'cuda',
  'tensorrt',
  'dml',
  'coreml',
  'xnnpack',
  'qnn',
  'openvino',
  'rocm',
] as const;

/** Of a session of ONNX Runtime on this host. */
export const sessionShape = {
  provider: z.enum(providerNames).default('cpu').describe('Execution provider of ONNX Runtime.'),
  threads: z.int().min(1).max(1024).default(1).describe('Threads within one operator.'),
  graphOptimization: z.enum(['disabled', 'basic', 'extended', 'layout', 'all']).default('all'),
  providerOptions: z
    .record(z.string().min(1), z.union([z.string(), z.number(), z.boolean(), z.array(z.string())]))
    .optional()
    .describe('Options of the provider, by the names of onnxruntime-node: deviceId, coreMlFlags, preferredLayout.'),
  sessionOptions: z
    .strictObject({
      executionMode: z.enum(['sequential', 'parallel']).optional(),
      interOpThreads: z.int().min(1).max(1024).optional().describe('Operators at a time in parallel mode.'),
      cpuArena: z.boolean().optional().describe('Whether memory is kept in an arena between calls.'),
      memoryPattern: z.boolean().optional().describe('Whether the places of values in memory are planned once.'),
      config: z
        .record(z.string().min(1), z.string())
        .optional()
        .describe('Further entries by their key in ONNX Runtime, such as session.set_denormal_as_zero: "1".'),
    })
    .optional()
    .describe('Further options of the session; each as ONNX Runtime has it by default.'),
};

export const rooflineShape = {
  peakMacsPerSecond: z.number().gt(0).describe('Multiply-accumulates per second at full use of the device.'),
  bandwidthBytesPerSecond: z.number().gt(0).describe('Bytes per second between memory and the arithmetic units.'),
  operatorOverheadMs: z.number().min(0).default(0).describe('Time per operator that no arithmetic hides.'),
  tile: z
    .int()
    .min(1)
    .default(1)
    .describe('Channels are computed in groups of this many: 33 channels cost as much as 48 when it is 16.'),
};

export const driverSchema = z
  .discriminatedUnion('kind', [
    z
      .strictObject({ kind: z.literal('onnxruntime'), ...sessionShape })
      .describe('Measures with ONNX Runtime on this host.'),
    z
      .strictObject({ kind: z.literal('roofline'), ...rooflineShape })
      .describe('Computes, for planning and tests (Williams, Waterman and Patterson 2009).'),
    commandSchema,
    remoteSchema,
    z
      .strictObject({
        kind: z.literal('custom'),
        exact: z.boolean().default(false).describe('Whether its latencies are computed and have no noise.'),
      })
      .describe('Given by a program that uses Rankfront as a library; no command can open it.'),
  ])
  .describe('How latencies are found.');

export type DriverSettings = Readonly<z.output<typeof driverSchema>>;
export type DriverKind = DriverSettings['kind'];
export type SettingsOf<Kind extends DriverKind> = Extract<DriverSettings, { readonly kind: Kind }>;

/**
 * What this host scores and calibrates with where the profile does not say: what the driver has, where that is a session of this host;
 * else one thread of the CPU. The number of cores is not asked: in what order sums are rounded may follow from the number of threads, and
 * figures follow from what the profile says.
 */
export const usualHost = (driver: DriverSettings): SessionSettings =>
  driver.kind === 'onnxruntime' ? sessionPart(driver) : { provider: 'cpu', threads: 1, graphOptimization: 'all' };
