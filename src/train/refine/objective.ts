/**
 * What a candidate is refined towards: the outputs of the dense network, and its intermediate outputs.
 *
 * Notation, over a batch of n images, s a value of the candidate and t the same value of the dense network:
 *   scores   T^2 / n  sum_i KL(softmax(t_i / T) || softmax(s_i / T))               (Hinton, Vinyals and Dean 2015, section 2)
 *   values   |s - t|^2 / |t|^2, the share of the energy of t that s gets wrong
 *   loss     the mean over the heads, each as its kind of output asks, plus the mean of `values` over the intermediate outputs
 */
import type { GradientBuilder } from '../../autodiff/gradient/builder.ts';
import { logitsOf } from '../../autodiff/logits.ts';
import type { Model, Shape } from '../../onnx/graph.ts';
import { outputsOf } from '../../onnx/outputs.ts';
import { elementCount } from '../../onnx/tensor.ts';

/** One value that both networks have. */
export interface Target {
  readonly name: string;
  /** `scores` of one image are a row of this width. */
  readonly kind: 'scores' | 'values';
  readonly width: number;
}

export interface Objective {
  readonly heads: readonly Target[];
  readonly taps: readonly Target[];
}

/** Above 1, so that what is said of the unlikely classes counts too: images are few, and each says more. */
export const refiningTemperature = 2;

/** Energy per element that counts as none: an output that is zero throughout has no share that could be wrong. */
const leastEnergy = 1e-9;

/**
 * Heads that hold class scores are compared before their Softmax, other outputs as they are. What is not float32 is left out, such as
 * labels: nothing flows back from it.
 *
 * @param dense with the sizes of its values all known
 * @param taps names of intermediate values; those that one of the two does not have in the same sizes are left out
 */
export function objectiveOf(
  dense: Model,
  shapes: ReadonlyMap<string, Shape>,
  candidateShapes: ReadonlyMap<string, Shape>,
  taps: readonly string[],
): Objective {
  const { graph } = dense;
  const { judged } = outputsOf(graph, shapes);
  const floats = graph.outputs.filter(({ elementType }) => elementType === 'float32');
  const heads = floats.map(({ name }): Target => {
    const logits = judged.includes(name) ? logitsOf(graph, name) : name;
    const sizes = sizesOf(shapes, logits);
    const width = sizes === null ? 0 : elementCount(sizes.slice(1));
    return width > 1 && judged.includes(name)
      ? { name: logits, kind: 'scores', width }
      : { name, kind: 'values', width };
  });
  const same = (name: string): boolean => {
    const [one, other] = [sizesOf(shapes, name), sizesOf(candidateShapes, name)];
    return one !== null && other !== null && String(one) === String(other);
  };
  const headNames = new Set(heads.map(({ name }) => name));
  return {
    heads,
    taps: [...new Set(taps)]
      .filter(name => !headNames.has(name) && same(name))
      .map(name => ({ name, kind: 'values', width: elementCount(sizesOf(shapes, name) ?? []) })),
  };
}

function sizesOf(shapes: ReadonlyMap<string, Shape>, name: string): readonly number[] | null {
  const shape = shapes.get(name);
  return shape?.every(size => typeof size === 'number') ? (shape as readonly number[]) : null;
}

export interface BuiltObjective {
  /** Scalars: the whole, and the part of the heads. */
  readonly loss: string;
  readonly headLoss: string;
}

/** @param teacher from the name of a value of the candidate to that of the dense network in the same graph */
export function buildObjective(
  build: GradientBuilder,
  { heads, taps }: Objective,
  batch: number,
  teacher: (name: string) => string,
): BuiltObjective {
  const number = (value: number): string => build.scalar(value, 'float32');
  const mean = (terms: readonly string[]): string =>
    build.add('Mul', [terms.length === 1 ? (terms[0] ?? '') : build.add('Sum', terms), number(1 / terms.length)]);
  const term = (target: Target): string =>
    target.kind === 'scores' ? divergence(build, target, batch, teacher) : wrongShare(build, target, batch, teacher);
  const headLoss = mean(heads.map(term));
  const loss = taps.length === 0 ? headLoss : build.add('Add', [headLoss, mean(taps.map(term))]);
  return { loss, headLoss };
}

function divergence(
  build: GradientBuilder,
  { name, width }: Target,
  batch: number,
  teacher: (name: string) => string,
): string {
  const cooled = (value: string): string =>
    build.add('Mul', [build.reshape(value, [batch, width]), build.scalar(1 / refiningTemperature, 'float32')]);
  const [s, t] = [cooled(name), cooled(teacher(name))];
  const [logS, logT] = [s, t].map(value => build.add('LogSoftmax', [value], { axis: 1 })) as [string, string];
  const terms = build.add('Mul', [build.add('Softmax', [t], { axis: 1 }), build.add('Sub', [logT, logS])]);
  const factor = build.scalar(refiningTemperature ** 2 / batch, 'float32');
  return build.add('Mul', [build.add('ReduceSum', [terms], { keepdims: 0 }), factor]);
}

function wrongShare(
  build: GradientBuilder,
  { name, width }: Target,
  batch: number,
  teacher: (name: string) => string,
): string {
  const wrong = build.add('Sub', [name, teacher(name)]);
  const sum = (value: string): string => build.add('ReduceSum', [build.add('Mul', [value, value])], { keepdims: 0 });
  const floor = build.scalar(leastEnergy * Math.max(1, width) * batch, 'float32');
  return build.add('Div', [sum(wrong), build.add('Add', [sum(teacher(name)), floor])]);
}
