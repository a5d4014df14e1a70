/** Sums over batches in float64, and the refit of every group of a site by them. */
import {
  type Centred,
  centred,
  chooseRidge,
  errors,
  type NormalEquations,
  refit,
  together,
  withSpread,
} from '../decompose/corrections/least-squares.ts';
import { correctionRule } from '../decompose/corrections/moments.ts';
import type { RefitProbe } from '../decompose/corrections/refit-probe.ts';
import type { Matrix } from '../linalg/matrix.ts';
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

type Refitted = Pick<StageAnswer, 'weight' | 'bias' | 'ridge' | 'errorBefore' | 'errorAfter'>;

/**
 * Every group by itself: the ridge is chosen on what was held back, then all images fit, and the variances are brought back. Without anything held back
 * nothing speaks against overfitting, so that only means and variances are brought back.
 */
export function refitGroups(weight: Float32Array, { fitted, heldBack }: Equations): Refitted {
  const outs = fitted[0]!.outputMean.length;
  const order = fitted[0]!.inputMean.length;
  const result = new Float32Array(weight.length);
  const bias = new Float64Array(outs * fitted.length);
  let [before, after, variance, most] = [0, 0, 0, 0];
  fitted.forEach((part, g) => {
    const held = heldBack?.[g];
    const at = g * outs;
    const own = { rows: outs, cols: order, data: Float64Array.from(weight.subarray(at * order, (at + outs) * order)) };
    const all: Centred = centred(held ? together([part, held]) : part);
    const ridge = held ? chooseRidge(own, centred(part), centred(held)) : Number.POSITIVE_INFINITY;
    const closest = refit(own, all, ridge);
    const rule = { ...correctionRule({ mean: all.outputMean, variance: all.outputVariance }, 1), trust: 1 };
    const found = withSpread(closest, all, rule);
    result.set(found.weight.data, at * order);
    bias.set(found.bias, at);
    before += sum(errors(refit(own, all, Number.POSITIVE_INFINITY), all));
    after += sum(errors(closest, all));
    variance += sum(all.outputVariance);
    most = Math.max(most, ridge);
  });
  const share = (error: number): number => (variance > 0 ? error / variance : 0);
  return { weight: result, bias, ridge: most, errorBefore: share(before), errorAfter: share(after) };
}

const sum = (values: Float64Array): number => values.reduce((total, each) => total + each, 0);
