/**
 * The last layer of a factorised site fitted to the dense output by least squares.
 *
 * Notation, per group: z the q entries that the layer sees at one position (of a k x k kernel its patch, in the order of the weight), y the o
 * outputs of the dense site there, W the o x q weight that the layer has, C = Cov[z], B = Cov[y, z], D = diag(C). The refitted V minimises
 * E |y - V z - b|^2 + ridge tr((V - W) D (V - W)'), so V = W + (B - W C) (C + ridge D)^-1 and b = E[y] - V E[z]: ridge 0 is plain least squares, an infinite
 * one keeps W and brings the means back. The inputs are those of the factorised network and the targets those of the dense one (Zhang et al. 2016,
 * "Accelerating very deep convolutional networks", section 3.3, asymmetric reconstruction). Every output channel is a problem of its own, so no weighting
 * of channels would change V.
 */
import { cholesky } from '../../linalg/cholesky.ts';
import { type Matrix, transpose, zeros } from '../../linalg/matrix.ts';
import { multiply } from '../../linalg/multiply.ts';
import { type CorrectionRule, correctionOf } from './moments.ts';

/** What least squares needs to know of one group, in float64: averages over `count` positions. */
export interface NormalEquations {
  readonly count: number;
  /** E[z z'], q x q. */
  readonly inputs: Matrix;
  /** E[y z'], o x q. */
  readonly cross: Matrix;
  readonly inputMean: Float64Array;
  readonly outputMean: Float64Array;
  /** E[y^2]. */
  readonly outputSquare: Float64Array;
}

/** Means, C, B and Var[y] of `NormalEquations`. */
export interface Centred {
  readonly inputs: Matrix;
  readonly cross: Matrix;
  readonly inputMean: Float64Array;
  readonly outputMean: Float64Array;
  readonly outputVariance: Float64Array;
}

export interface LinearFit {
  /** V, o x q. */
  readonly weight: Matrix;
  /** b, one per output. */
  readonly bias: Float64Array;
}

export interface ScaledFit extends LinearFit {
  /** By which the rows of the weight were multiplied. */
  readonly scale: Float64Array;
}

export function centred({ inputs, cross, inputMean, outputMean, outputSquare }: NormalEquations): Centred {
  return {
    inputs: lessProduct(inputs, inputMean, inputMean),
    cross: lessProduct(cross, outputMean, inputMean),
    inputMean,
    outputMean,
    outputVariance: outputSquare.map((each, i) => Math.max(0, each - outputMean[i]! ** 2)),
  };
}

/** The average of disjoint sets of positions, each weighted by its count. */
export function together(parts: readonly NormalEquations[]): NormalEquations {
  const count = parts.reduce((sum, part) => sum + part.count, 0);
  const first = parts[0]!;
  const mean = (of: (part: NormalEquations) => Float64Array): Float64Array => {
    const result = new Float64Array(of(first).length);
    for (const part of parts) {
      const share = count === 0 ? 0 : part.count / count;
      const values = of(part);
      for (let i = 0; i < result.length; i++) result[i]! += share * values[i]!;
    }
    return result;
  };
  return {
    count,
    inputs: { ...first.inputs, data: mean(part => part.inputs.data) },
    cross: { ...first.cross, data: mean(part => part.cross.data) },
    inputMean: mean(part => part.inputMean),
    outputMean: mean(part => part.outputMean),
    outputSquare: mean(part => part.outputSquare),
  };
}

/** Entries that are constant, or all but, keep their weights: of the mean of D, so much is added to each of its entries. */
const leastSpread = 1e-6;
/** Where nothing varies at all, in float64. */
const smallestSpread = 1e-300;

/** V and b for one ridge; W and b where that is infinite or nothing varies. */
export function refit(weight: Matrix, equations: Centred, ridge: number): LinearFit {
  const { rows: outs, cols: order } = weight;
  const { inputs, cross, inputMean, outputMean } = equations;
  const fitted = zeros(outs, order);
  fitted.data.set(weight.data);
  const inverse = Number.isFinite(ridge) ? inverseRoot(inputs, ridge) : null;
  if (inverse) {
    const left = multiply(weight, inputs);
    for (let i = 0; i < left.data.length; i++) left.data[i] = cross.data[i]! - left.data[i]!;
    const change = multiply(multiply(left, inverse), transpose(inverse));
    if (change.data.every(Number.isFinite))
      for (let i = 0; i < change.data.length; i++) fitted.data[i]! += change.data[i]!;
  }
  return { weight: fitted, bias: outputMean.map((mean, i) => mean - rowTimes(fitted, i, inputMean)) };
}

/** Var[V z] per output. */
export function spreads({ weight }: LinearFit, { inputs }: Centred): Float64Array {
  const product = multiply(weight, inputs);
  return Float64Array.from({ length: weight.rows }, (_, i) =>
    Math.max(0, rowTimes(weight, i, product.data.subarray(i * weight.cols, (i + 1) * weight.cols))),
  );
}

/**
 * The fit with the variances of the dense output. Least squares draws outputs towards their means by as much as it
 * cannot explain, and what a stack of such layers sees gets smaller and smaller. Of all weights that yield these
 * variances, those of the fit scaled are the closest to the dense output.
 */
export function withSpread({ weight, bias }: LinearFit, equations: Centred, rule: CorrectionRule): ScaledFit {
  const { inputMean, outputMean, outputVariance } = equations;
  const dense = { mean: outputMean, variance: outputVariance };
  const found = {
    mean: bias.map((each, i) => each + rowTimes(weight, i, inputMean)),
    variance: spreads({ weight, bias }, equations),
  };
  const scale = Float64Array.from(correctionOf(dense, found, rule).scale);
  const scaled = { ...weight, data: weight.data.map((each, at) => each * scale[Math.floor(at / weight.cols)]!) };
  return { weight: scaled, bias: outputMean.map((mean, i) => mean - rowTimes(scaled, i, inputMean)), scale };
}

/** E |y - V z - b|^2 per output, by the moments alone; never negative but for rounding, which is cut off. */
export function errors({ weight, bias }: LinearFit, equations: Centred): Float64Array {
  const { inputs, cross, inputMean, outputMean, outputVariance } = equations;
  const product = multiply(weight, inputs);
  const order = weight.cols;
  return outputVariance.map((variance, i) => {
    let sum = variance;
    for (let j = 0; j < order; j++) {
      sum += weight.data[i * order + j]! * (product.data[i * order + j]! - 2 * cross.data[i * order + j]!);
    }
    const offset = outputMean[i]! - rowTimes(weight, i, inputMean) - bias[i]!;
    return Math.max(0, sum) + offset ** 2;
  });
}

/** From strong to weak; weaker ones than the last change nothing that can be told from rounding. */
const ridges = [10, 2, 0.5, 0.1, 0.03, 0.01, 1e-3, 1e-4];

/**
 * The ridge by which a fit on `fitted` is best on `heldBack`, in the sum over outputs of error over variance; infinite where none is better than
 * keeping the weight. Goes down from strong to weak as long as that helps.
 */
export function chooseRidge(weight: Matrix, fitted: Centred, heldBack: Centred): number {
  const lossOf = (ridge: number): number => {
    const found = errors(refit(weight, fitted, ridge), heldBack);
    return found.reduce((sum, each, i) => sum + each / (heldBack.outputVariance[i]! + smallestSpread), 0);
  };
  let best = { ridge: Number.POSITIVE_INFINITY, loss: lossOf(Number.POSITIVE_INFINITY) };
  for (const ridge of ridges) {
    const loss = lossOf(ridge);
    if (loss < best.loss) best = { ridge, loss };
    else if (ridge < best.ridge) break;
  }
  return best.ridge;
}

/** R with (C + ridge D)^-1 = R R'; null where that cannot be had. */
function inverseRoot(inputs: Matrix, ridge: number): Matrix | null {
  const order = inputs.rows;
  let trace = 0;
  for (let i = 0; i < order; i++) trace += Math.max(0, inputs.data[i * order + i]!);
  const least = (leastSpread * trace) / order;
  if (!(least > smallestSpread)) return null;
  const sum = zeros(order, order);
  sum.data.set(inputs.data);
  for (let i = 0; i < order; i++) sum.data[i * order + i]! += ridge * Math.max(0, inputs.data[i * order + i]!) + least;
  return cholesky(sum)?.inverse ?? null;
}

function lessProduct(matrix: Matrix, rows: Float64Array, cols: Float64Array): Matrix {
  const result = zeros(matrix.rows, matrix.cols);
  for (let i = 0; i < matrix.rows; i++) {
    for (let j = 0; j < matrix.cols; j++) {
      const at = i * matrix.cols + j;
      result.data[at] = matrix.data[at]! - rows[i]! * cols[j]!;
    }
  }
  return result;
}

function rowTimes({ cols, data }: Matrix, row: number, x: Float64Array): number {
  let sum = 0;
  for (let j = 0; j < cols; j++) sum += data[row * cols + j]! * x[j]!;
  return sum;
}
