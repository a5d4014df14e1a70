/** Made-up trials of small studies. */
import fc from 'fast-check';
import type { MadeUp } from '../../study/read/random-study.ts';

const images = 12;
const answers = (length: number) => fc.array(fc.boolean(), { minLength: length, maxLength: length });

export const madeUp: fc.Arbitrary<MadeUp[]> = fc.array(
  fc.record({
    ratio: fc.integer({ min: 20, max: 120 }).map(each => each / 100),
    correct: answers(images),
    disturbed: fc.constant(false),
    confirmed: fc.option(answers(2 * images)),
    change: fc.constant(null),
  }),
  { minLength: 1, maxLength: 7 },
);
