/**
 * The learning rate by step: warm-up, then a curve, from the start of a training or rewound into the end of a longer one.
 *
 * Notation: k the step, 0 for the first; r the steps before this training that the schedule is wound on by (0 without rewinding); w
 * warm-up steps; n steps of the whole schedule; p the peak; t = (r + k - w) / (n - w) the progress behind the warm-up, 0 to 1.
 *   warm-up (r + k < w):  p (r + k + 1) / (w + 1)                                          (Goyal et al. 2017, section 2.2)
 *   constant:  p
 *   cosine:    f p + (1 - f) p (1 + cos(pi t)) / 2                                (Loshchilov and Hutter 2017, equation 5)
 *   step:      p g^m, m the milestones at or before t
 * Rewinding retrains a compressed network by the last steps of the schedule that it was trained with (Renda et al. 2020).
 */
import { UserError } from '../../errors/user-error.ts';

export type Curve =
  | { readonly kind: 'constant' }
  /** @param floor f, the share of the peak at the end */
  | { readonly kind: 'cosine'; readonly floor: number }
  /** @param milestones shares of the training, 0 to 1, ascending; g is `factor` */
  | { readonly kind: 'step'; readonly milestones: readonly number[]; readonly factor: number };

export interface Schedule {
  readonly curve: Curve;
  /** p */
  readonly peak: number;
  /** w */
  readonly warmUpSteps: number;
  /** n */
  readonly steps: number;
  /** r */
  readonly rewoundSteps: number;
}

export function learningRateAt({ curve, peak, warmUpSteps, steps, rewoundSteps }: Schedule, step: number): number {
  const at = rewoundSteps + step;
  if (at < warmUpSteps) return (peak * (at + 1)) / (warmUpSteps + 1);
  const t = Math.min(1, (at - warmUpSteps) / Math.max(1, steps - warmUpSteps));
  switch (curve.kind) {
    case 'constant':
      return peak;
    case 'cosine':
      return peak * (curve.floor + ((1 - curve.floor) * (1 + Math.cos(Math.PI * t))) / 2);
    case 'step':
      return peak * curve.factor ** curve.milestones.filter(milestone => milestone <= t).length;
    default:
      return curve satisfies never;
  }
}

export interface ScheduleOptions {
  readonly curve: Curve;
  readonly peak: number;
  readonly stepsPerEpoch: number;
  /** Of this training. */
  readonly epochs: number;
  /** From 0 on; a part of an epoch too. */
  readonly warmUpEpochs: number;
  /** The epochs of the schedule of which this training takes the last; null for its own. */
  readonly rewindEpochs: number | null;
}

/** @throws UserError for the first that is out of its range */
export function scheduleOf(options: ScheduleOptions): Schedule {
  const { curve, peak, stepsPerEpoch, epochs, warmUpEpochs, rewindEpochs } = options;
  const whole = rewindEpochs ?? epochs;
  require(peak > 0 && Number.isFinite(peak), `learning rate ${peak}`, 'a number above 0', '--lr');
  require(Number.isInteger(whole) &&
    whole >=
      epochs, `a schedule of ${whole} epochs to rewind into`, `a whole number, at least the ${epochs} that are trained`, '--rewind');
  require(warmUpEpochs >= 0 &&
    warmUpEpochs <
      whole, `${warmUpEpochs} epochs of warm-up`, `a number from 0 to below the ${whole} of the schedule`, '--warm-up');
  if (curve.kind === 'cosine')
    require(curve.floor >= 0 && curve.floor <= 1, `floor ${curve.floor}`, 'from 0 to 1', '--schedule');
  if (curve.kind === 'step') {
    const ascending = curve.milestones.every((each, i) => each > (curve.milestones[i - 1] ?? 0) && each < 1);
    const found = `milestones ${curve.milestones.join(', ')}`;
    require(ascending, found, 'ascending shares of the training between 0 and 1', '--schedule');
    require(curve.factor > 0 &&
      curve.factor <= 1, `step factor ${curve.factor}`, 'above 0 and at most 1', '--schedule');
  }
  return {
    curve,
    peak,
    warmUpSteps: Math.round(warmUpEpochs * stepsPerEpoch),
    steps: whole * stepsPerEpoch,
    rewoundSteps: (whole - epochs) * stepsPerEpoch,
  };
}

function require(met: boolean, found: string, wanted: string, flag: string): void {
  if (!met) throw new UserError(`Cannot train with ${found}: expected ${wanted}.`, `Give another ${flag}.`);
}
