/** What a user says about the device: a YAML file in `hardware-profiles/`, checked here. */
import { z } from 'zod';
import { type SessionSettings, sessionPart } from '../runtime/session.ts';
import { latencyStatistics } from '../stats/latency-statistic.ts';
import { parseYaml } from '../units/parse-yaml.ts';
import type { LatencyBudget } from './device.ts';
import { type DriverSettings, driverSchema, rooflineShape, sessionShape, usualHost } from './driver-settings.ts';
import { powerSchema } from './energy/settings.ts';

export { providerNames } from './driver-settings.ts';

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
      .describe(
        'Both models are loaded again in each session, at least this many times; the interval is over these sessions.',
      ),
    waitMs: z
      .number()
      .min(0)
      .default(120_000)
      .describe(
        'While other processes disturb a measurement, it waits for a quiet machine up to this many milliseconds in all.',
      ),
  })
  .prefault({});

const hostSchema = z
  .strictObject({
    ...sessionShape,
    scorer: z
      .enum(['host', 'device'])
      .default('host')
      .describe(
        'Where images are scored: here, or on the device and with its arithmetic (drivers onnxruntime and remote).',
      ),
  })
  .optional()
  .describe(
    'What this host scores and calibrates with; by default as the onnxruntime driver, or one thread of the CPU.',
  );

/** About the model as it runs on the device, whatever drives that. */
const modelShape = {
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
  latency: z
    .strictObject({
      statistic: z
        .enum(latencyStatistics)
        .default('median')
        .describe('What is compared: the median of the calls, or the time that 90 or 99 % of them keep to.'),
    })
    .prefault({})
    .describe('What a latency is; a tail needs many more calls: 200 for p90, 2000 for p99.'),
  coolDown: z
    .strictObject({
      pauseMs: z.number().min(0).max(3_600_000).default(0).describe('Rest before each measurement, in milliseconds.'),
      belowCelsius: z
        .number()
        .gt(0)
        .max(150)
        .optional()
        .describe('Rest on until it is no warmer, where that can be read.'),
      mostMs: z.number().min(0).max(3_600_000).default(300_000).describe('Rest for no longer than this in all.'),
    })
    .optional()
    .describe('For a device that gets slower when it is warm.'),
  pricePerHour: z
    .number()
    .min(0)
    .optional()
    .describe('What an hour of the device costs, in your currency; compare tells prices.'),
  powerWatts: z
    .number()
    .gt(0)
    .optional()
    .describe('Power drawn under load, in watts; compare uses it if no energy was measured.'),
  power: powerSchema,
};

const name = z.string().min(1).describe('How the device is called in reports.');

const profileSchema = z.strictObject({ name, driver: driverSchema, host: hostSchema, ...modelShape });

/** As profiles were written before drivers had settings of their own; studies and users keep such files. */
const flatSchema = z
  .strictObject({
    name,
    driver: z
      .enum(['onnxruntime', 'roofline'])
      .default('onnxruntime')
      .describe('onnxruntime measures; roofline computes, for planning and tests.'),
    ...sessionShape,
    roofline: z
      .strictObject(rooflineShape)
      .optional()
      .describe('The device as the roofline model sees it (Williams, Waterman and Patterson 2009).'),
    host: hostSchema,
    ...modelShape,
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

export interface HardwareProfile extends Readonly<Omit<z.output<typeof profileSchema>, 'host' | 'driver'>> {
  /** How latencies are found. */
  readonly driver: DriverSettings;
  /** What this host scores and calibrates with. */
  readonly host: SessionSettings;
  /** Where images are scored: here, or on the device. */
  readonly scorer: 'host' | 'device';
}

/** Throws a UserError that names file, line and YAML path of what is wrong. */
export function parseHardwareProfile(text: string, fileName: string): HardwareProfile {
  const said: unknown = parseYaml(text, fileName, z.unknown());
  const driver = typeof said === 'object' && said !== null && 'driver' in said ? said.driver : null;
  if (typeof driver !== 'object' || driver === null) return fromFlat(parseYaml(text, fileName, flatSchema));
  const profile = parseYaml(text, fileName, profileSchema);
  return { ...profile, ...hostOf(profile.host, usualHost(profile.driver)) };
}

/** The settings of a session stand at the top, and are the host's too, whichever the driver. */
function fromFlat(flat: z.output<typeof flatSchema>): HardwareProfile {
  const { driver, provider, threads, graphOptimization, providerOptions, sessionOptions, roofline, host, ...model } =
    flat;
  const session = {
    provider,
    threads,
    graphOptimization,
    ...(providerOptions ? { providerOptions } : {}),
    ...(sessionOptions ? { sessionOptions } : {}),
  };
  return {
    ...model,
    driver: driver === 'roofline' && roofline ? { kind: 'roofline', ...roofline } : { kind: 'onnxruntime', ...session },
    ...hostOf(host, session),
  };
}

const hostOf = (said: z.output<typeof hostSchema>, usual: SessionSettings): Pick<HardwareProfile, 'host' | 'scorer'> =>
  said ? { host: sessionPart(said), scorer: said.scorer } : { host: usual, scorer: 'host' };

/** What an editor needs to complete and check a profile (the first line of the files in `hardware-profiles/` names it). */
export const hardwareJsonSchema = (): object =>
  z.toJSONSchema(z.union([profileSchema, flatSchema]), { io: 'input', target: 'draft-7' });

/** The budget that the profile sets, with the seed of the order of the calls. */
export const latencyBudget = (
  { latencyBudget: { halfWidth, maxMs, minPairs, sessions, waitMs }, latency: { statistic } }: HardwareProfile,
  seed: number,
): LatencyBudget => ({
  halfWidth,
  maxMs,
  minPairs,
  seed,
  sessions,
  waitMs,
  ...(statistic === 'median' ? {} : { statistic }),
});
