/** What an agent is asked that scores: to run a network over images that it has by their SHA-256. Plain JSON, its shapes checked. */
import { z } from 'zod';
import { npyTypes } from '../../data/tensors/npy.ts';
import { closenessRules } from '../../metric/closeness.ts';
import { sha256Schema } from './manifest.ts';

/** No data set is larger, and no network has more classes. */
const mostImages = 1_000_000;
const numbers = z.array(z.number()).max(mostImages);
const positive = z
  .int()
  .min(1)
  .max(2 ** 31 - 1);
const name = z.string().max(4096);
const heads = z.array(name).max(1024);
/** A day: a limit of the client's own comes before. */
const timeoutMs = z.number().gt(0).max(86_400_000);

/** Decoded images of one size, and how their bytes become numbers: channels x levels values, row c for channel c (R, G, B). */
const pixelsSchema = z.strictObject({
  kind: z.literal('pixels'),
  height: positive,
  width: positive,
  /** R, G, B of 8 bits where it is left out. */
  form: z
    .strictObject({
      channels: z.union([z.literal(1), z.literal(3), z.literal(4)]),
      bits: z.union([z.literal(8), z.literal(16)]),
    })
    .exactOptional(),
  table: z
    .array(z.number())
    .min(256)
    .max(4 * 65_536),
  channels: z.enum(['rgb', 'bgr']),
  images: z.array(sha256Schema).min(1).max(mostImages),
});

/** Ready arrays for each input of the network. */
const arraysSchema = z.strictObject({
  kind: z.literal('arrays'),
  inputs: z
    .array(
      z.strictObject({
        name,
        items: z
          .array(
            z.strictObject({
              sha256: sha256Schema,
              type: z.enum(npyTypes),
              dims: z.array(z.int().min(0)).max(16),
              bytes: z.int().min(0),
            }),
          )
          .min(1)
          .max(mostImages),
      }),
    )
    .min(1)
    .max(256),
  /** Whether items have all axes of the inputs, so that they go one by one. */
  whole: z.boolean().exactOptional(),
});

const images = z.discriminatedUnion('kind', [pixelsSchema, arraysSchema]);
const model = sha256Schema;
/** Images per call where the network leaves it open. */
const batch = positive.max(65_536);

export const describeSchema = z.strictObject({ kind: z.literal('describe'), model, heads, timeoutMs });

export const scoreSchema = z.strictObject({
  kind: z.literal('score'),
  model,
  heads,
  images,
  batch,
  labels: numbers.nullable(),
  /** When to give up before the last image; see `StoppingRule` of the scorer. */
  stopping: z
    .strictObject({
      truth: z.strictObject({
        classes: numbers,
        among: positive.exactOptional(),
        further: z.array(numbers).max(1024),
      }),
      dense: numbers,
      /** JSON knows no infinity: null stands for it. */
      chances: z.array(z.strictObject({ weight: z.number(), below: z.number().nullable() })).max(100_000),
      below: z.number(),
    })
    .nullable(),
  timeoutMs,
});

/** Grades every image by how close the outputs are to those of the dense model. */
export const gradeSchema = z.strictObject({
  kind: z.literal('grade'),
  model,
  dense: sha256Schema,
  images,
  batch,
  outputs: z.array(z.strictObject({ name, rule: z.enum(closenessRules).nullable() })).max(1024),
  timeoutMs,
});

/** What the network gives for every image, as it is. */
export const outputsSchema = z.strictObject({
  kind: z.literal('outputs'),
  model,
  images,
  batch,
  outputs: heads,
  timeoutMs,
});

export type ScoreWork = Readonly<
  | z.output<typeof describeSchema>
  | z.output<typeof scoreSchema>
  | z.output<typeof gradeSchema>
  | z.output<typeof outputsSchema>
>;
export type SentImages = Extract<ScoreWork, { kind: 'score' }>['images'];

/** The hashes of the images, each once. */
export const imagesOf = (sent: SentImages): readonly string[] => [
  ...new Set(
    sent.kind === 'pixels' ? sent.images : sent.inputs.flatMap(({ items }) => items.map(({ sha256 }) => sha256)),
  ),
];
