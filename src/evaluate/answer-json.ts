/** Answers of a scorer's child as plain JSON, and back: for where the child is on another machine. */
import { z } from 'zod';
import { type Attempt, complete, failed } from '../errors/failure.ts';
import type { Whereabouts } from '../host/environment.ts';
import type { NetworkInterface } from '../runtime/model-interface.ts';
import type { GradeAnswer, ImageOutputs } from './grade-messages.ts';
import type { ScoreAnswer } from './messages.ts';

const text = z.string();
const counts = z.array(z.int().min(0).max(65_535));

const whereSchema = z.object({
  environment: z.object({
    cpuModel: text,
    cores: z.number(),
    governor: text.nullable(),
    memoryBytes: z.number(),
    platform: text,
    arch: text,
    node: text,
    onnxruntime: text,
    rankfront: text,
    runtime: text.exactOptional(),
  }),
  load: z.number(),
});

const networkSchema = z.object({
  inputs: z.array(z.object({ name: text, type: text, shape: z.array(z.union([z.number(), text])) })),
  output: text,
  classes: z.number().nullable(),
  outputs: z.array(text),
});

const scoreSchema = z.object({
  predictions: counts,
  further: z.array(counts),
  labelRanks: counts.nullable(),
  classes: z.int().min(0),
  wallMs: z.number(),
  where: whereSchema,
});

const gradeSchema = z.object({ grades: z.array(z.number()), wallMs: z.number(), where: whereSchema });

/** The element types that outputs are kept in, by their name in JavaScript. */
const arrays = {
  Float32Array,
  Float64Array,
  Int8Array,
  Int16Array,
  Int32Array,
  BigInt64Array,
  Uint8Array,
  Uint16Array,
  Uint32Array,
  BigUint64Array,
};
type ArrayName = keyof typeof arrays;
const arrayNames = Object.keys(arrays) as [ArrayName, ...ArrayName[]];

const outputsSchema = z.object({
  images: z.array(
    z.array(z.object({ type: z.enum(arrayNames), sizes: z.array(z.int().min(0)), isFloat: z.boolean(), base64: text })),
  ),
  wallMs: z.number(),
  where: whereSchema,
});

/** Numbers of every image, with where the network was run. */
export interface GivenOutputs {
  readonly images: readonly ImageOutputs[];
  readonly wallMs: number;
  readonly where: Whereabouts;
}

export const networkJson = (network: NetworkInterface): object => network;

export const scoreJson = ({ predictions, further, labelRanks, ...rest }: ScoreAnswer, where: Whereabouts): object => ({
  ...rest,
  predictions: [...predictions],
  further: further.map(each => [...each]),
  labelRanks: labelRanks && [...labelRanks],
  where,
});

export const gradeJson = (answer: GradeAnswer, where: Whereabouts): object => ({ ...answer, where });

export function outputsJson(images: readonly ImageOutputs[], wallMs: number, where: Whereabouts): object {
  const each = images.map(outputs =>
    outputs.map(({ data, sizes, isFloat }) => {
      const array = data as Float32Array;
      return {
        type: array.constructor.name,
        sizes,
        isFloat,
        base64: Buffer.from(array.buffer, array.byteOffset, array.byteLength).toString('base64'),
      };
    }),
  );
  return { images: each, wallMs, where };
}

/** The bytes of the outputs of all images. */
export const outputBytes = (images: readonly ImageOutputs[]): number =>
  images.reduce((sum, outputs) => sum + outputs.reduce((a, { data }) => a + (data as Float32Array).byteLength, 0), 0);

export const networkFrom = (said: unknown): Attempt<NetworkInterface> => read(networkSchema, said, each => each);

export const scoreFrom = (said: unknown): Attempt<ScoreAnswer> =>
  read(scoreSchema, said, ({ predictions, further, labelRanks, ...rest }) => ({
    ...rest,
    predictions: Uint16Array.from(predictions),
    further: further.map(each => Uint16Array.from(each)),
    labelRanks: labelRanks && Uint16Array.from(labelRanks),
  }));

export const gradeFrom = (said: unknown): Attempt<GradeAnswer> => read(gradeSchema, said, each => each);

export const outputsFrom = (said: unknown): Attempt<GivenOutputs> =>
  read(outputsSchema, said, ({ images, ...rest }) => ({
    ...rest,
    images: images.map(outputs =>
      outputs.map(({ type, sizes, isFloat, base64 }) => {
        const bytes = Uint8Array.from(Buffer.from(base64, 'base64'));
        return { data: new arrays[type](bytes.buffer), sizes, isFloat };
      }),
    ),
  }));

/** What does not fit is an answer of another version: no fault of the candidate, and yet nothing to go on with. */
function read<Schema extends z.ZodType, T>(
  schema: Schema,
  said: unknown,
  take: (value: z.output<Schema>) => T,
): Attempt<T> {
  const parsed = schema.safeParse(said);
  return parsed.success
    ? complete(take(parsed.data))
    : failed('crashed', `the device gave a score that cannot be read (${parsed.error.issues[0]?.path.join('.')})`);
}
