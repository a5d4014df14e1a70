/**
 * The loss of a batch and its gradient with respect to the class scores, in closed form: exact, and cheaper than the reverse
 * pass through logarithms would be.
 *
 * Notation, for one image of K classes: z scores, t target (non-negative, sum 1), eps label smoothing, u teacher's scores,
 * T temperature, w distillation weight, n images in a step.
 *   t' = (1 - eps) t + eps / K                                                   (Szegedy et al. 2016, section 7)
 *   CE = -sum t' log softmax(z),            dCE/dz = softmax(z) - t'
 *   q = softmax(u / T), s = softmax(z / T)
 *   KL = T^2 sum q (log q - log s),         dKL/dz = T (s - q)                   (Hinton et al. 2015, section 2)
 *   loss = (1 - w) CE + w KL, summed over the images and divided by n.
 */
import type { GradientBuilder } from '../../autodiff/gradient/builder.ts';

export interface LossInputs {
  /** z, images x classes, float32. */
  readonly scores: string;
  /** t, of the same shape. */
  readonly targets: string;
  readonly classes: number;
  readonly labelSmoothing: number;
  /** n */
  readonly divisor: number;
  readonly distillation: Distillation | null;
}

export interface Distillation {
  /** u, of the shape of z. */
  readonly teacherScores: string;
  /** w, a scalar. */
  readonly weight: string;
  readonly temperature: number;
}

export interface LossOutputs {
  /** Scalar: this batch's share of the mean over the step. */
  readonly loss: string;
  /** Scalar: images whose largest score is that of the largest share of the target. */
  readonly correct: string;
  /** d loss / dz, of the shape of z. */
  readonly gradient: string;
}

export function buildLoss(build: GradientBuilder, given: LossInputs): LossOutputs {
  const { scores, targets, classes, labelSmoothing, divisor, distillation } = given;
  const number = (value: number): string => build.scalar(value, 'float32');
  const [mul, sub] = [binary(build, 'Mul'), binary(build, 'Sub')];
  const softened =
    labelSmoothing === 0
      ? targets
      : build.add('Add', [mul(targets, number(1 - labelSmoothing)), number(labelSmoothing / classes)]);
  const meanOver = (terms: string): string =>
    mul(build.add('ReduceSum', [terms], { keepdims: 0 }), number(1 / divisor));
  const crossEntropy = build.add('Neg', [meanOver(mul(softened, build.add('LogSoftmax', [scores], { axis: 1 })))]);
  const pull = mul(sub(build.add('Softmax', [scores], { axis: 1 }), softened), number(1 / divisor));
  const correct = countCorrect(build, scores, targets);
  if (!distillation) return { loss: crossEntropy, correct, gradient: pull };

  const { teacherScores, weight, temperature } = distillation;
  const cooled = (z: string): string => mul(z, number(1 / temperature));
  const [student, teacher] = [cooled(scores), cooled(teacherScores)];
  const [s, q] = [student, teacher].map(z => build.add('Softmax', [z], { axis: 1 })) as [string, string];
  const [logS, logQ] = [student, teacher].map(z => build.add('LogSoftmax', [z], { axis: 1 })) as [string, string];
  const divergence = mul(meanOver(mul(q, sub(logQ, logS))), number(temperature ** 2));
  const pullToTeacher = mul(sub(s, q), number(temperature / divisor));
  const rest = sub(number(1), weight);
  const blend = (own: string, distilled: string): string => build.add('Add', [mul(rest, own), mul(weight, distilled)]);
  return { loss: blend(crossEntropy, divergence), correct, gradient: blend(pull, pullToTeacher) };
}

function countCorrect(build: GradientBuilder, scores: string, targets: string): string {
  const best = (of: string): string => build.add('ArgMax', [of], { axis: 1, keepdims: 0 });
  const hits = build.add('Cast', [build.add('Equal', [best(scores), best(targets)])], { to: 1 });
  return build.add('ReduceSum', [hits], { keepdims: 0 });
}

const binary =
  (build: GradientBuilder, opType: string) =>
  (a: string, b: string): string =>
    build.add(opType, [a, b]);
