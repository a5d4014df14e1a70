/** The grade of an image: the mean closeness of its outputs to those of the dense model. */
import { type Attempt, complete, failed } from '../errors/failure.ts';
import { type ClosenessRule, closeness, ruleFor } from '../metric/closeness.ts';
import type { ImageOutputs } from './grade-messages.ts';
import { sameSizes } from './run-outputs.ts';

export interface FidelityOutput {
  readonly name: string;
  readonly rule: ClosenessRule | null;
}

/**
 * A function that grades one image after the other. Rules that are not named follow from what the dense model gives for the first image, so
 * that every candidate is judged alike.
 */
export function fidelityGrader(outputs: readonly FidelityOutput[]) {
  let rules: readonly ClosenessRule[] | null = null;
  return (candidate: ImageOutputs, dense: ImageOutputs): Attempt<number> => {
    rules ??= outputs.map(({ rule }, at) => {
      const first = dense[at];
      return rule ?? (first ? ruleFor(first, first.isFloat) : 'signal');
    });
    let sum = 0;
    for (const [at, { name }] of outputs.entries()) {
      const [said, known] = [candidate[at], dense[at]];
      if (!said || !known) return failed('runtime-rejected', `the output "${name}" is missing`);
      if (!sameSizes(said, known))
        return failed(
          'runtime-rejected',
          `the output "${name}" has the shape [${said.sizes.join(', ')}] where that of the dense model is [${known.sizes.join(', ')}]: name other outputs with --metric fidelity:OUTPUT`,
        );
      const close = closeness(rules[at] ?? 'signal', known, said);
      if (!Number.isFinite(close)) return failed('not-finite', `the output "${name}" is NaN or infinite`);
      sum += close;
    }
    // Stored as 32-bit floats: what is told is what is kept.
    return complete(Math.fround(sum / outputs.length));
  };
}
