/** Sums over batches in float64, and the refit of every group of a site by them. */
import {
  type Centred,
  centred,
  chooseRidge,
  errors,
  type LinearFit,
  type NormalEquations,
  refit,
  together,
  withSpread,
} from '../decompose/corrections/least-squares.ts';
import { correctionRule } from '../decompose/corrections/moments.ts';
import type { RefitProbe } from '../decompose/corrections/refit-probe.ts';
import { identity, type Matrix } from '../linalg/matrix.ts';
import type { StageAnswer } from './reconstruct-messages.ts';

/** Per group, of the batches that fit and of those that only choose the ridge; the latter are null where there is but one batch. */
export interface Equations {
  readonly fitted: readonly NormalEquations[];
  readonly heldBack: readonly NormalEquations[] | null;
}

export interface EquationSums {
  /** Adds a batch; true where it is not finite. */
  add(batch: number, positions: number, products: Float32Array, means: Float32Array, squares: Float32Array): boolean;
  finish(): Equations;
}

/** Every fourth batch is held back, and the second where there are two or three. */
const isHeldBack = (batch: number, batches: number): boolean => (batches < 4 ? batch === 1 : batch % 4 === 3);

/** Memory: order x (order + outs) float64 numbers per group, twice. */
export function equationSums(
  { order, groups }: Pick<RefitProbe, 'order' | 'groups'>,
  outs: number,
  batches: number,
): EquationSums {
  const rows = order + outs;
  const part = () => ({
    count: 0,
    products: new Float64Array(groups * rows * order),
    means: new Float64Array(groups * rows),
    squares: new Float64Array(groups * rows),
  });
  const sums = { fitted: part(), heldBack: part() };
  return {
    add: (batch, positions, products, means, squares) => {
      const into = sums[isHeldBack(batch, batches) ? 'heldBack' : 'fitted'];
      into.count += positions;
      let check = 0;
      for (let i = 0; i < products.length; i++) into.products[i]! += products[i]!;
      for (let i = 0; i < means.length; i++) {
        into.means[i]! += positions * means[i]!;
        into.squares[i]! += positions * squares[i]!;
        check += means[i]! + squares[i]!;
      }
      return !Number.isFinite(check);
    },
    finish: () => ({
      fitted: groupsOf(sums.fitted),
      heldBack: sums.heldBack.count > 0 ? groupsOf(sums.heldBack) : null,
    }),
  };

  function groupsOf({ count, products, means, squares }: ReturnType<typeof part>): NormalEquations[] {
    return Array.from({ length: groups }, (_, g) => {
      const at = g * rows;
      const scaled = (from: number, to: number, width: number): Matrix => ({
        rows: to - from,
        cols: width,
        data: products.slice((at + from) * width, (at + to) * width).map(each => each / count),
      });
      const averages = (values: Float64Array, from: number, to: number): Float64Array =>
        values.slice(at + from, at + to).map(each => each / count);
      return {
        count,
        inputs: scaled(0, order, order),
        cross: scaled(order, rows, order),
        inputMean: averages(means, 0, order),
        outputMean: averages(means, order, rows),
        outputSquare: averages(squares, order, rows),
      };
    });
  }
}

export type Refitted = Omit<StageAnswer, 'values'>;

/**
 * Every group by itself: the ridge is chosen on what was held back, then all images fit, and the variances are brought back. Without anything held back
 * nothing speaks against overfitting, so that only means and variances are brought back.
 *
 * @param weight [groups * outs, order]; null where z is the output of the layer itself, whose weight stays
 */
export function refitGroups(weight: Float32Array | null, { fitted, heldBack }: Equations): Refitted {
  const found = fitted.map((part, g) => refitGroup(weight && groupOf(weight, part, g), part, heldBack?.[g] ?? null));
  const total = (of: (each: GroupFit) => Float64Array): number =>
    found.reduce((all, each) => all + of(each).reduce((sum, value) => sum + value, 0), 0);
  const variance = total(each => each.variance);
  const share = (error: number): number => (variance > 0 ? error / variance : 0);
  const allOf = (of: (each: GroupFit) => Float64Array): Float64Array =>
    Float64Array.from(found.flatMap(each => [...of(each)]));
  return {
    weight: found.every(({ ridge }) => ridge === Number.POSITIVE_INFINITY)
      ? null
      : Float32Array.from(allOf(each => each.fit.weight.data)),
    scale: allOf(each => each.scale),
    bias: allOf(each => each.fit.bias),
    ridge: Math.max(...found.map(({ ridge }) => ridge)),
    errorBefore: share(total(each => each.before)),
    errorAfter: share(total(each => each.after)),
  };
}

interface GroupFit {
  readonly fit: LinearFit;
  /** By which the weight was multiplied at last, one per output. */
  readonly scale: Float64Array;
  readonly ridge: number;
  readonly before: Float64Array;
  readonly after: Float64Array;
  readonly variance: Float64Array;
}

function refitGroup(weight: Matrix | null, part: NormalEquations, held: NormalEquations | null): GroupFit {
  const all: Centred = centred(held ? together([part, held]) : part);
  const own = weight ?? identity(part.inputMean.length);
  const ridge = weight && held ? chooseRidge(own, centred(part), centred(held)) : Number.POSITIVE_INFINITY;
  const kept = refit(own, all, Number.POSITIVE_INFINITY);
  const closest = Number.isFinite(ridge) ? refit(own, all, ridge) : kept;
  const moments = { mean: all.outputMean, variance: all.outputVariance };
  const { scale, ...fit } = withSpread(closest, all, { ...correctionRule(moments, 1), trust: 1 });
  return { fit, scale, ridge, before: errors(kept, all), after: errors(closest, all), variance: all.outputVariance };
}

const groupOf = (weight: Float32Array, { inputMean, outputMean }: NormalEquations, group: number): Matrix => {
  const [rows, cols] = [outputMean.length, inputMean.length];
  const data = Float64Array.from(weight.subarray(group * rows * cols, (group + 1) * rows * cols));
  return { rows, cols, data };
};
