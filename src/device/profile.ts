/** What a user says about the device: a YAML file in `hardware-profiles/`, checked here. */
import { z } from 'zod';
import { parseYaml } from '../units/parse-yaml.ts';
import type { LatencyBudget } from './device.ts';

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

const rooflineSchema = z
  .strictObject({
    peakMacsPerSecond: z.number().gt(0).describe('Multiply-accumulates per second at full use of the device.'),
    bandwidthBytesPerSecond: z.number().gt(0).describe('Bytes per second between memory and the arithmetic units.'),
    operatorOverheadMs: z.number().min(0).default(0).describe('Time per operator that no arithmetic hides.'),
    tile: z
      .int()
      .min(1)
      .default(1)
      .describe('Channels are computed in groups of this many: 33 channels cost as much as 48 when it is 16.'),
  })
  .describe('The device as the roofline model sees it (Williams, Waterman and Patterson 2009).');

const latencyBudgetSchema = z
  .strictObject({
    halfWidth: z
      .number()
      .gt(0)
      .max(0.5)
      .default(0.01)
      .describe(
        'Sampling ends when the 95 % interval of the ratio is within +- this share of it, but for what differs between measurements.',
      ),
    maxMs: z
      .number()
      .min(1)
      .default(20_000)
      .describe('Sampling ends after this many milliseconds of calls on a quiet machine, warm-up not counted.'),
    minPairs: z.int().min(5).default(20).describe('At least this many pairs before the interval may end it.'),
    warmup: z.int().min(0).default(5).describe('Calls of each model that are made first and thrown away.'),
    sessions: z
      .int()
      .min(1)
      .default(5)
      .describe('Both models are loaded afresh at least this many times; the interval is over these sessions.'),
    waitMs: z
      .number()
      .min(0)
      .default(120_000)
      .describe(
        'While other processes disturb a measurement, it waits for a quiet machine up to this many milliseconds in all.',
      ),
  })
  .prefault({});

export const hardwareProfileSchema = z
  .strictObject({
    name: z.string().min(1).describe('How the device is called in reports.'),
    driver: z
      .enum(['onnxruntime', 'roofline'])
      .default('onnxruntime')
      .describe('onnxruntime measures; roofline computes, for planning and tests.'),
    provider: z.enum(providerNames).default('cpu').describe('Execution provider of ONNX Runtime.'),
    threads: z.int().min(1).max(1024).default(1).describe('Threads within one operator.'),
    graphOptimization: z.enum(['disabled', 'basic', 'extended', 'all']).default('all'),
    precision: z.enum(['float32', 'float16']).default('float32').describe('Element type of the weights of the model.'),
    batchSize: z.int().min(1).max(65_536).default(1).describe('Size of the first dimension of every input.'),
    inputShape: z
      .record(
        z.string(),
        z
          .int()
          .min(1)
          .max(2 ** 20),
      )
      .default({})
      .describe(
        'Sizes of the other dynamic dimensions, by their name, or by axis as "input:axis?" (pixels:2?), which goes before a name.',
      ),
    rankGranularity: z.int().min(1).default(16).describe('Ranks that are multiples of this run well on the device.'),
    latencyBudget: latencyBudgetSchema,
    pricePerHour: z.number().min(0).optional().describe('What an hour of the device costs, in any one currency.'),
    powerWatts: z.number().gt(0).optional().describe('Power drawn under load.'),
    roofline: rooflineSchema.optional(),
  })
  .superRefine((profile, context) => {
    if (profile.driver === 'roofline' && !profile.roofline)
      context.addIssue({
        code: 'custom',
        path: ['roofline'],
        message: 'peakMacsPerSecond and bandwidthBytesPerSecond, which the roofline driver computes with',
        input: profile.roofline,
      });
  });

export type HardwareProfile = Readonly<z.output<typeof hardwareProfileSchema>>;

/** Throws a UserError that names file, line and YAML path of what is wrong. */
export const parseHardwareProfile = (text: string, fileName: string): HardwareProfile =>
  parseYaml(text, fileName, hardwareProfileSchema);

/** What an editor needs to complete and check a profile (the first line of the files in `hardware-profiles/` names it). */
export const hardwareJsonSchema = (): object =>
  z.toJSONSchema(hardwareProfileSchema, { io: 'input', target: 'draft-7' });

/** The budget that the profile sets, with the seed of the order of the calls. */
export const latencyBudget = (
  { latencyBudget: { halfWidth, maxMs, minPairs, sessions, waitMs } }: HardwareProfile,
  seed: number,
): LatencyBudget => ({
  halfWidth,
  maxMs,
  minPairs,
  seed,
  sessions,
  waitMs,
});
