/** `rankfront.yaml`: the options of a search in a file, so that `rankfront search` needs none. `maxDrop` is `--max-drop`. */
import { z } from 'zod';
import { normalizations } from '../../data/normalize.ts';
import { strategyNames } from '../../tuner/strategies.ts';

/** Counts up when a file of before would be read wrongly. */
export const settingsVersion = 1;

/** The file that is looked for in the working directory. */
export const settingsName = 'rankfront.yaml';

const text = (what: string) => z.string().min(1).optional().describe(what);
/** With or without a unit: YAML takes 0.01 for a number. */
const amount = (what: string) =>
  z
    .union([z.string().min(1), z.number()])
    .optional()
    .describe(what);
const number = (what: string) => z.number().gt(0).optional().describe(what);
const count = (what: string, least: number) => z.int().min(least).optional().describe(what);
const flag = (what: string) => z.boolean().optional().describe(what);

/** In the order in which `rankfront init` writes them. Paths are relative to the file. */
export const settingsShape = {
  model: text('The dense model, an ONNX file.'),
  data: text('Labelled images: cifar10:DIR, folder:DIR, imagenet:DIR or a dataset YAML file.'),
  hardware: text('The hardware profile: a built-in name (rankfront hardware) or a YAML file.'),
  inputShape: text('Sizes that the network leaves open, such as input=1x3x48x320; without it, as the data has them.'),
  space: text('The search space, a YAML file; without it, what "rankfront space" proposes.'),
  study: text('The name of the study; without it, the name of the model.'),
  store: text('The file that keeps the studies; results/rankfront.sqlite without it.'),
  time: text('How long a run may take, such as 8h or 45m.'),
  trials: count('How many trials, without the dense model; 100 without it, or no limit with time.', 0),
  wait: text('How long a measurement waits for a quiet machine: 10m, 2h or none.'),
  maxDrop: amount('The largest loss of accuracy allowed, such as 1pp.'),
  maxLatencyMs: number('The largest latency allowed, in milliseconds.'),
  minSpeedup: number('The smallest speed-up allowed over the dense model, such as 1.5.'),
  maxSize: amount('The largest model file allowed, such as 8MB, or 50% of the dense one.'),
  maxMemory: amount('The largest peak memory allowed, such as 64MB or 50%.'),
  metric: text('What accuracy means: top1, top5, agreement, fidelity, module:FILE or command:PROGRAM.'),
  objectives: text('What to minimise: latency,accuracy and size or memory.'),
  normalize: z.enum(normalizations).optional().describe('How pixels become inputs.'),
  proxyImages: count('How many images score every trial; the others confirm the front at the end.', 1),
  calibration: text('Images for data-aware factors, written as data; none turns them off.'),
  calibrationImages: count('How many calibration images to use; 512 without it.', 1),
  corrections: z
    .enum(['moments', 'reconstruction', 'none'])
    .optional()
    .describe('How the calibration images correct every candidate; moments without it.'),
  strategy: z
    .enum(strategyNames as [string, ...string[]])
    .optional()
    .describe('What proposes the next ranks; bayesian without it.'),
  prior: flag('Whether to measure first what each layer changes alone; true without it.'),
  worker: flag('With a PostgreSQL store: whether this machine measures, too; true without it.'),
  pruning: flag('Whether to stop trials early that are unlikely to enter the front; true without it.'),
  refine: text('How long the front is refined without labels at the end, such as 10m; not at all without it.'),
  acceptDense: flag('Whether to continue though the dense model scores near chance.'),
  seed: count('Seed of all random choices; 0 without it.', 0),
} as const;

export type SettingKey = keyof typeof settingsShape;
export const settingKeys = Object.keys(settingsShape) as readonly SettingKey[];

export const settingsSchema = z.strictObject({
  version: z.literal(settingsVersion).describe('The version of this format.'),
  ...settingsShape,
});

export type Settings = Readonly<z.output<typeof settingsSchema>>;

/** `maxDrop` is `max-drop`. */
export const optionOf = (key: SettingKey): string => key.replaceAll(/[A-Z]/g, letter => `-${letter.toLowerCase()}`);

/** What an editor needs to complete and check such a file. */
export const settingsJsonSchema = (): object => z.toJSONSchema(settingsSchema, { io: 'input', target: 'draft-7' });
