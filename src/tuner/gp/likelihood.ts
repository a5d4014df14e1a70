/**
 * How well parameters explain the trials: the marginal likelihood and its gradient.
 *
 * Notation: n trials, outputs y (n, mean 0, variance 1) with known noise variances e_a; inputs x_a (n x d), v_a as in
 * `inputs.ts`; parameters as in `hyperparameters.ts`. The process is f = beta_0 + beta_1 v + g(v) + sum_i b_i(z_i) + beta_2 e + h(x), b_i Brownian walks, each part
 * Gaussian, so that with the coefficients integrated out (Rasmussen and Williams 2006, equation 2.40)
 *
 *   K_ab = k0 + k1 v_a v_b + s_u² M((v_a - v_b)² / l_u²) + s_w² (sum_i min(z_ai, z_bi) + e_a e_b) + s² M(sum_i (x_ai - x_bi)² / l_i²) + [a = b] (e_a + sigma²),
 *   -ln p(y) = yᵀ K⁻¹ y / 2 + ln det K / 2 + n ln(2 pi) / 2                      (equation 2.30)
 *   d/dtheta = sum_ab G_ab dK_ab/dtheta / 2,  G = K⁻¹ - alpha alphaᵀ,  alpha = K⁻¹ y  (equation 5.9)
 *
 * For lengthscales dK_ab/d ln l_i = 2 s² (-M') (x_ai - x_bi)² / l_i²: a weighted sum of squared differences, written with
 * matrix products. For weights the chain goes through v_a.
 */
import { choleskyBlock, invertUpperBlock, sumOfLogs } from '../../linalg/cholesky.ts';
import { type Arena, type Block, openArena, rowStride } from '../../linalg/kernels/kernels.ts';
import { constantVariance, parameterPlaces, slopeVariance } from './hyperparameters.ts';
import { bend, type WeightedTable } from './inputs.ts';
import { matern, maternSlope } from './matern.ts';

/** Outputs and inputs of n trials. */
export interface TrainingSet {
  readonly n: number;
  readonly d: number;
  /** n x d. */
  readonly coordinates: Float64Array;
  /** n x d, and how it enters; null without a table. */
  readonly table: {
    readonly rows: Float64Array;
    readonly shape: WeightedTable['shape'];
    /** sum_i min(z_ai, z_bi) + e_a e_b, n x n. */
    readonly common: Float64Array;
  } | null;
  readonly outputs: Float64Array;
  /** Known noise variances. */
  readonly noise: Float64Array;
}

/** Added to the diagonal, as a share of its mean: first nothing, then more until the factorisation succeeds. */
export const jitters: readonly number[] = [0, 1e-10, 1e-8, 1e-6, 1e-4];

/** v_a of every trial. */
function tableSums({ n, d, table }: TrainingSet, theta: Float64Array): Float64Array {
  const sums = new Float64Array(n);
  if (!table) return sums;
  const { weights } = parameterPlaces(d);
  for (let i = 0; i < d; i++) {
    const w = Math.exp(theta[weights + i]!);
    for (let a = 0; a < n; a++) sums[a]! += w * table.rows[a * d + i]!;
  }
  return sums.map(u => bend(u, table.shape));
}

/** -ln p(y | theta) and its gradient, added to `gradient`; Infinity where K cannot be factorised. */
export function negativeLogLikelihood(set: TrainingSet, theta: Float64Array, gradient: Float64Array): number {
  const { n, d, outputs, noise } = set;
  const ld = rowStride(n);
  const arena = openArena(5 * n * ld + 2 * n * rowStride(d), 7);
  const places = parameterPlaces(d);
  const scaled = arena.take(n, d);
  for (let i = 0; i < d; i++) {
    const inverse = Math.exp(-theta[i]!);
    for (let a = 0; a < n; a++) scaled.data[a * scaled.ld + i] = set.coordinates[a * d + i]! * inverse;
  }
  const v = tableSums(set, theta);
  const k = arena.take(n, n);
  const slopes = arena.take(n, n);
  const s2 = Math.exp(theta[places.scale]!);
  const noise2 = Math.exp(theta[places.noise]!);
  const su2 = set.table ? Math.exp(theta[places.tableScale]!) : 0;
  const sw2 = set.table ? Math.exp(theta[places.walkScale]!) : 0;
  const inverseLu2 = set.table ? Math.exp(-2 * theta[places.tableLength]!) : 0;
  squaredDistances(arena, scaled, n, d, slopes);
  let trace = 0;
  for (let a = 0; a < n; a++) {
    for (let b = a; b < n; b++) {
      const r2 = slopes.data[a * ld + b]!;
      let value = constantVariance + s2 * matern(r2);
      if (set.table) {
        value += slopeVariance * v[a]! * v[b]! + su2 * matern((v[a]! - v[b]!) ** 2 * inverseLu2);
        value += sw2 * set.table.common[a * n + b]!;
      }
      k.data[a * ld + b] = value;
      slopes.data[a * ld + b] = 2 * s2 * maternSlope(r2);
    }
    k.data[a * ld + a]! += noise[a]! + noise2;
    trace += k.data[a * ld + a]!;
  }
  if (!Number.isFinite(trace)) return Number.POSITIVE_INFINITY;
  const w = arena.take(n, n);
  const scratch = arena.take(n, n);
  const factor = arena.take(n, n);
  if (!factorise(arena, k, factor, n, trace / n)) return Number.POSITIVE_INFINITY;
  const logDeterminant = 2 * sumOfLogs(factor.data, ld, n);
  invertUpperBlock(arena, factor, w, scratch, n);
  // K⁻¹ = W Wᵀ takes the place of the factor.
  arena.gemm(n, n, n, 1, { block: w }, { block: w, transposed: true }, 0, { block: factor }, true);
  const alpha = new Float64Array(n);
  for (let a = 0; a < n; a++) {
    for (let b = a; b < n; b++) {
      const value = factor.data[a * ld + b]!;
      alpha[a]! += value * outputs[b]!;
      if (b > a) alpha[b]! += value * outputs[a]!;
    }
  }
  let fit = 0;
  for (let a = 0; a < n; a++) fit += alpha[a]! * outputs[a]!;

  // One pass over G: what belongs to single parameters, and the weights of the squared differences, into `scratch`.
  let scaleSum = 0;
  let noiseSum = 0;
  let tableScaleSum = 0;
  let tableLengthSum = 0;
  let walkScaleSum = 0;
  const towardsV = new Float64Array(n);
  const rowSums = new Float64Array(n);
  for (let a = 0; a < n; a++) {
    for (let b = a; b < n; b++) {
      const g = factor.data[a * ld + b]! - alpha[a]! * alpha[b]!;
      const both = a === b ? g : 2 * g;
      let residual = k.data[a * ld + b]! - constantVariance;
      if (a === b) {
        residual -= noise[a]! + noise2;
        noiseSum += g;
      }
      if (set.table) {
        const dv = v[a]! - v[b]!;
        const r2 = dv ** 2 * inverseLu2;
        const part = su2 * matern(r2);
        const walked = sw2 * set.table.common[a * n + b]!;
        residual -= slopeVariance * v[a]! * v[b]! + part + walked;
        walkScaleSum += both * walked;
        tableScaleSum += both * part;
        const slope = 2 * su2 * maternSlope(r2) * inverseLu2;
        tableLengthSum += both * slope * dv ** 2;
        towardsV[a]! += g * (slopeVariance * v[b]! - slope * dv);
        if (b > a) towardsV[b]! += g * (slopeVariance * v[a]! + slope * dv);
      }
      scaleSum += both * residual;
      const weight = a === b ? 0 : g * slopes.data[a * ld + b]!;
      scratch.data[a * ld + b] = weight;
      scratch.data[b * ld + a] = weight;
      rowSums[a]! += weight;
      if (b > a) rowSums[b]! += weight;
    }
  }
  gradient[places.scale]! += 0.5 * scaleSum;
  gradient[places.noise]! += 0.5 * noise2 * noiseSum;
  // sum_ab w_ab (x_a - x_b)² / 2 = sum_a x_a (x_a rowSum_a - (w x)_a), for all inputs at once.
  const product = arena.take(n, d);
  arena.gemm(n, d, n, 1, { block: scratch }, { block: scaled }, 0, { block: product });
  for (let a = 0; a < n; a++) {
    for (let i = 0; i < d; i++) {
      const x = scaled.data[a * scaled.ld + i]!;
      gradient[i]! += x * (x * rowSums[a]! - product.data[a * product.ld + i]!);
    }
  }
  if (set.table) {
    gradient[places.tableScale]! += 0.5 * tableScaleSum;
    gradient[places.walkScale]! += 0.5 * walkScaleSum;
    gradient[places.tableLength]! += 0.5 * tableLengthSum;
    const { rows, shape } = set.table;
    for (let i = 0; i < d; i++) {
      let sum = 0;
      for (let a = 0; a < n; a++) {
        const towardsU = shape === 'linear' ? towardsV[a]! : v[a]! > 0 ? towardsV[a]! / (2 * v[a]!) : 0;
        sum += towardsU * rows[a * d + i]!;
      }
      gradient[places.weights + i]! += Math.exp(theta[places.weights + i]!) * sum;
    }
  }
  return 0.5 * (fit + logDeterminant + n * Math.log(2 * Math.PI));
}

/** r²_ab into the upper triangle of `into`. */
function squaredDistances(arena: Arena, scaled: Block, n: number, d: number, into: Block): void {
  arena.gemm(n, n, d, 1, { block: scaled }, { block: scaled, transposed: true }, 0, { block: into }, true);
  const squares = new Float64Array(n);
  for (let a = 0; a < n; a++) squares[a] = into.data[a * into.ld + a]!;
  for (let a = 0; a < n; a++) {
    const row = a * into.ld;
    into.data[row + a] = 0;
    for (let b = a + 1; b < n; b++)
      into.data[row + b] = Math.max(0, squares[a]! + squares[b]! - 2 * into.data[row + b]!);
  }
}

/** Copies the upper triangle of `k` to `factor` and factorises it, with as little jitter as it takes. */
function factorise(arena: Arena, k: Block, factor: Block, n: number, meanDiagonal: number): boolean {
  return jitters.some(jitter => {
    for (let a = 0; a < n; a++) {
      factor.data.set(k.data.subarray(a * k.ld + a, a * k.ld + n), a * factor.ld + a);
      factor.data[a * factor.ld + a]! += jitter * meanDiagonal;
    }
    return choleskyBlock(arena, factor, n);
  });
}
