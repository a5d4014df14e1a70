/** What a profile says of a meter: a command that prints watts. */
import { z } from 'zod';

export const powerSchema = z
  .strictObject({
    command: z
      .array(z.string())
      .min(1)
      .describe(
        'A program and its arguments, run without a shell: it prints one line per reading, or one and ends, and is then run again.',
      ),
    everyMs: z.number().min(10).max(60_000).default(500).describe('Pause before a command that ended is run again.'),
    regex: z
      .string()
      .min(1)
      .optional()
      .describe('JavaScript; its first group is the number. By default the first number of a line.'),
    scale: z.number().gt(0).default(1).describe('Times this the number is watts: 0.001 for milliwatts.'),
  })
  .optional()
  .describe('How the power under load is read while models are timed; without it, from the counters of the processor.');

export type PowerSettings = Readonly<NonNullable<z.output<typeof powerSchema>>>;
