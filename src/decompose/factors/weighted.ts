/**
 * The best factors of an unfolding for the output and not for the weight: M' of rank r that minimises |R (M - M')
 * S^(1/2)|. R is the root of what errors of the output cost, S the second moment of what M is applied to. With S = L Lᵀ
 * the answer is the truncated SVD of R M L with R and L undone again (SVD-LLM, arXiv 2403.07378; for convolutions BALF,
 * arXiv 2509.25136), and the same as a projection onto the principal components of the output: R M' = U_r U_rᵀ R M,
 * with U the eigenvectors of R M S Mᵀ Rᵀ. The latter inverts nothing at the input and needs no more than the second
 * moment of the output; the former is cheaper where M has more rows than columns. U and V do not depend on r: ranks
 * nest.
 */
import { cholesky } from '../../linalg/cholesky.ts';
import { type Matrix, type RealMatrix, transpose, zeros } from '../../linalg/matrix.ts';
import { multiply } from '../../linalg/multiply.ts';
import { symmetricEigen } from '../../linalg/symmetric-eigen.ts';
import type { WeightBlock } from '../block.ts';
import { congruent, type OutputRoot, timesRoot } from '../metric/output-root.ts';
import type { TwoFactors } from './factors.ts';
import { groupOf, type Unfolding } from './two-factors.ts';

export interface Weighting {
  /** R, for rows (o, tap). */
  readonly rows: OutputRoot;
  /** S, cols x cols, positive definite; null when only the output is known. */
  readonly input: Matrix | null;
  /** M S Mᵀ, rows x rows; null when it is to be computed. */
  readonly output: Matrix | null;
}

export interface WeightedParts {
  /** rows x k, k = min(rows, cols). */
  readonly second: Matrix;
  /** k x cols; second first = M. */
  readonly first: Matrix;
  /** k, descending: what each component adds to |R M S^(1/2)|, as singular values. */
  readonly spectrum: Float64Array;
}

function weightedParts(m: RealMatrix, { rows: output, input, output: moment }: Weighting): WeightedParts {
  const { rows, cols } = m;
  const k = Math.min(rows, cols);
  const scaled = timesRoot(output.root, m);
  if (input && rows > cols) {
    const { values, vectors, root, rootInverse } = inputComponents(scaled, input);
    const first = multiply(transpose(vectors), rootInverse);
    const second = timesRoot(output.inverse, multiply(scaled, multiply(root, vectors)));
    return { second, first, spectrum: rootsOf(values, k) };
  }
  const { values, vectors } = outputComponents(scaled, output, input, moment);
  const leading = leadingColumns(vectors, k);
  return {
    second: timesRoot(output.inverse, leading),
    first: multiply(transpose(leading), scaled),
    spectrum: rootsOf(values, k),
  };
}

export interface InputComponents {
  readonly values: Float64Array;
  readonly vectors: Matrix;
  /** L, and its inverse. */
  readonly root: Matrix;
  readonly rootInverse: Matrix;
}

/** The eigenvectors V of Lᵀ Nᵀ N L for N = R M. */
export function inputComponents(scaled: RealMatrix, input: Matrix): InputComponents {
  const factor = cholesky(input);
  if (!factor) throw new Error('the second moment of an input must be positive definite');
  const root = multiply(input, factor.inverse); // S = L Lᵀ, and the inverse is that of Lᵀ
  const right = multiply(scaled, root);
  const rootInverse = transpose(factor.inverse);
  return { ...symmetricEigen(symmetric(multiply(transpose(right), right))), root, rootInverse };
}

/** The eigenvectors U of R M S Mᵀ Rᵀ. */
export function outputComponents(
  scaled: RealMatrix,
  { root }: OutputRoot,
  input: Matrix | null,
  output: Matrix | null,
): { values: Float64Array; vectors: Matrix } {
  if (output) return symmetricEigen(symmetric(congruent(root, output)));
  const right = input ? multiply(scaled, input) : scaled;
  return symmetricEigen(symmetric(multiply(right, transpose(scaled))));
}

/** As `twoFactors`, with the weighting of each group; both sides of a component get the same norm. */
export function weightedFactors<Method extends string>(
  method: Method,
  block: WeightBlock,
  unfold: (weights: Float32Array) => Unfolding,
  weightingOf: (group: number) => Weighting,
): TwoFactors<Method> {
  const { groups, outPerGroup, inPerGroup, kernel } = block;
  const parts = Array.from({ length: groups }, (_, group) =>
    weightedParts(unfold(groupOf(block, group)), weightingOf(group)),
  );
  const fullRank = parts[0]!.first.rows;
  const inputs = parts[0]!.first.cols;
  const outputs = parts[0]!.second.rows;
  const first = new Float32Array(groups * fullRank * inputs);
  const second = new Float32Array(groups * outputs * fullRank);
  let squares = 0;
  parts.forEach((part, group) => {
    for (const s of part.spectrum) squares += s * s;
    for (let r = 0; r < fullRank; r++) {
      const [inner, outer] = balance(rowNorm(part.first, r), columnNorm(part.second, r));
      for (let i = 0; i < inputs; i++) {
        first[(group * fullRank + r) * inputs + i] = inner * part.first.data[r * inputs + i]!;
      }
      for (let o = 0; o < outputs; o++) {
        second[(group * outputs + o) * fullRank + r] = outer * part.second.data[o * fullRank + r]!;
      }
    }
  });
  return {
    method,
    shape: { groups, outPerGroup, inPerGroup, kernel },
    norm: Math.sqrt(squares),
    fullRank,
    spectra: parts.map(part => part.spectrum),
    first,
    second,
  };
}

/** Factors for two vectors of norms a and b that give both the norm sqrt(a b); zeros when one of them is zero. */
function balance(a: number, b: number): readonly [number, number] {
  if (!(a > 0 && b > 0)) return [0, 0];
  const ratio = Math.sqrt(b / a);
  return [ratio, 1 / ratio];
}

export function scaleRows({ rows, cols, data }: RealMatrix, scale: Float64Array): Matrix {
  const result = zeros(rows, cols);
  for (let i = 0; i < rows; i++) {
    for (let j = 0; j < cols; j++) result.data[i * cols + j] = scale[i]! * data[i * cols + j]!;
  }
  return result;
}

export function leadingColumns({ rows, cols, data }: Matrix, count: number): Matrix {
  const result = zeros(rows, count);
  for (let i = 0; i < rows; i++) {
    for (let j = 0; j < count; j++) result.data[i * count + j] = data[i * cols + j]!;
  }
  return result;
}

const rootsOf = (values: Float64Array, count: number): Float64Array =>
  values.slice(0, count).map(value => Math.sqrt(Math.max(0, value)));

export function rowNorm({ cols, data }: Matrix, row: number): number {
  let sum = 0;
  for (let i = row * cols; i < (row + 1) * cols; i++) sum += data[i]! ** 2;
  return Math.sqrt(sum);
}

export function columnNorm({ rows, cols, data }: Matrix, column: number): number {
  let sum = 0;
  for (let i = 0; i < rows; i++) sum += data[i * cols + column]! ** 2;
  return Math.sqrt(sum);
}

/** Its upper triangle on both sides, so that rounding does not decide. */
function symmetric(a: Matrix): Matrix {
  const { rows: n, data } = a;
  for (let i = 0; i < n; i++) for (let j = 0; j < i; j++) data[i * n + j] = data[j * n + i]!;
  return a;
}
