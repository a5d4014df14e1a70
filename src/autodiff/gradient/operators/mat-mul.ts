/** y = A B over the last two axes, the axes before them broadcast; a vector is a row on the left and a column on the right. */
import type { Shape } from '../../../onnx/graph.ts';
import { unbroadcast } from '../broadcast.ts';
import { type GradientRule, type GradientSituation, NoGradient } from '../rule.ts';

/** dA = dy B^T, dB = A^T dy, summed over the axes along which A or B was repeated. */
export const matMul: GradientRule = at => {
  const { build } = at;
  const [a, b] = [at.shape(0), at.shape(1)];
  if (!a || !b) throw new NoGradient('the number of axes of its inputs is not known');
  const row = a.length === 1;
  const column = b.length === 1;
  const unsqueeze = (value: string, axis: number): string => build.add('Unsqueeze', [value, build.integers([axis])]);
  const squeeze = (value: string, axis: number): string => build.add('Squeeze', [value, build.integers([axis])]);
  const left = row ? unsqueeze(at.input(0), 0) : at.input(0);
  const right = column ? unsqueeze(at.input(1), 1) : at.input(1);
  const leftShape: Shape = row ? [1, ...a] : a;
  const rightShape: Shape = column ? [...b, 1] : b;
  const dy = column ? unsqueeze(row ? unsqueeze(at.dy, -1) : at.dy, -1) : row ? unsqueeze(at.dy, -2) : at.dy;
  const batch = Math.max(leftShape.length, rightShape.length) - 2;

  const da = (): string => {
    const product = build.add('MatMul', [dy, transposed(at, right, rightShape.length)]);
    const sum = reducedBatch(at, product, leftShape, rightShape, batch);
    return row ? squeeze(sum, 0) : sum;
  };
  const db = (): string => {
    const folded = rightShape.length === 2 && leftShape.length > 2 ? foldedProduct(at, left, dy, leftShape) : null;
    const product = folded ?? build.add('MatMul', [transposed(at, left, leftShape.length), dy]);
    const sum = folded ?? reducedBatch(at, product, rightShape, leftShape, batch);
    return column ? squeeze(sum, 1) : sum;
  };
  return [at.needs(0) ? da() : null, at.needs(1) ? db() : null];
};

const transposed = ({ build }: GradientSituation, value: string, rank: number): string =>
  build.add('Transpose', [value], {
    perm: Array.from({ length: rank }, (_, i) => (i < rank - 2 ? i : rank - 1 - (i - (rank - 2)))),
  });

/** A weight that all of a batch share: one product of the rows of the whole batch instead of a sum of many. */
function foldedProduct({ build }: GradientSituation, left: string, dy: string, leftShape: Shape): string | null {
  const inner = leftShape.at(-1);
  if (typeof inner !== 'number') return null;
  const rows = build.add('Reshape', [left, build.integers([-1, inner])]);
  // Flatten keeps the last axis without knowing its size.
  return build.add('Gemm', [rows, build.add('Flatten', [dy], { axis: -1 })], { transA: 1 });
}

/** Sums `product` over the batch axes along which the input of shape `own` was repeated against `other`. */
function reducedBatch({ build }: GradientSituation, product: string, own: Shape, other: Shape, batch: number): string {
  const axes = (shape: Shape): Shape => [
    ...new Array<number>(batch - (shape.length - 2)).fill(1),
    ...shape.slice(0, -2),
  ];
  const [mine, theirs] = [axes(own), axes(other)];
  const whole = mine.map((size, i) => (size === 1 ? (theirs[i] ?? null) : size));
  return unbroadcast(build, product, [...own.slice(0, -2), null, null], [...whole, null, null]);
}
