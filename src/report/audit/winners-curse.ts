/**
 * What it costs to choose by the images that one also judges by.
 *
 *   c_mi, d_i   1 where configuration m, or the dense model, is right on image i
 *   g_i         mean over the configurations of c_mi - d_i, what they gain on image i
 *   cost        mean of g_i over the proxy images - mean over the images held back
 *
 * Taken against the dense model on the same images, so that one set being harder than the other cancels. The two sets are
 * disjoint: the variance of the cost is var(g) / n of the one plus that of the other. Configurations share their images, and
 * are right and wrong on the same ones; averaging over them first and taking the variance over images allows for it.
 */
import type { ScoredTrial } from './input.ts';

export interface SelectionCost {
  readonly configurations: number;
  /** A share, 0.01 is one point; positive where the proxy images flattered. */
  readonly cost: number;
  readonly standardError: number;
}

export interface WinnersCurse {
  /** Null where there is no such configuration. */
  readonly front: SelectionCost | null;
  /** Configurations that are not on the front: nobody chose them. */
  readonly control: SelectionCost | null;
  /** That of the front minus that of the control, on the same images. */
  readonly difference: Omit<SelectionCost, 'configurations'> | null;
}

type Answers = Pick<ScoredTrial, 'proxy' | 'heldBack'>;
type Images = keyof Answers;

export function winnersCurse(dense: Answers, front: readonly Answers[], control: readonly Answers[]): WinnersCurse {
  const costOf = (trials: readonly Answers[]): SelectionCost | null =>
    trials.length === 0 ? null : { configurations: trials.length, ...contrast(images => gains(dense, trials, images)) };
  const both = front.length > 0 && control.length > 0;
  return {
    front: costOf(front),
    control: costOf(control),
    difference: both
      ? contrast(images => {
          const others = gains(dense, control, images);
          return gains(dense, front, images).map((gain, i) => gain - (others[i] ?? 0));
        })
      : null,
  };
}

/** g_i of each image. */
function gains(dense: Answers, trials: readonly Answers[], images: Images): Float64Array {
  return Float64Array.from(dense[images], (right, i) => {
    let sum = 0;
    for (const trial of trials) sum += (trial[images][i] ?? 0) - right;
    return sum / trials.length;
  });
}

function contrast(gainsOn: (images: Images) => Float64Array): Omit<SelectionCost, 'configurations'> {
  const [proxy, heldBack] = [meanOf(gainsOn('proxy')), meanOf(gainsOn('heldBack'))];
  return { cost: proxy.mean - heldBack.mean, standardError: Math.sqrt(proxy.variance + heldBack.variance) };
}

/** The mean and the variance of it. */
function meanOf(values: Float64Array): { readonly mean: number; readonly variance: number } {
  const n = values.length;
  const mean = values.reduce((sum, value) => sum + value, 0) / n;
  const squares = values.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  return { mean, variance: n > 1 ? squares / (n - 1) / n : 0 };
}
