/**
 * How much of a weight a rung leaves out, in closed form; of data-aware factors, how much of the output in the metric that they were made
 * for. What a rung costs at the output on the calibration images themselves is told by `outputErrors`.
 */
import type { FullFactors, TuckerFactors } from './factors/factors.ts';
import type { Rung } from './method.ts';

export interface TruncationError {
  /** |W - W'| / |W| in the Frobenius norm, or in that of the output; 0 for a weight that is all zeros. */
  readonly relative: number;
  /** What the discarded singular values allow at most; equal to `relative` but for `tucker2`. */
  readonly bound: number;
}

/**
 * With s the singular values of the unfolding and r the rank, |W - W'|^2 = sum over i >= r of s_i^2 (Eckart and Young
 * 1936). For Tucker-2 the factors are orthonormal, so that the error is the part of the core that is cut away; it is at
 * most the sum of the discarded squares of both modes (De Lathauwer, De Moor and Vandewalle 2000, property 10).
 */
export function truncationError(factors: FullFactors, rung: Rung): TruncationError {
  if (rung.method === 'dense') return { relative: 0, bound: 0 };
  if (rung.method !== factors.method) {
    throw new Error(`the factors were made by ${factors.method}, the rung asks for ${rung.method}`);
  }
  const relative = (squares: number): number => (factors.norm === 0 ? 0 : Math.sqrt(squares) / factors.norm);
  if (factors.method === 'tucker2') {
    const [input, output] = rung.rank as readonly [number, number];
    const [inputs, outputs] = factors.fullRank;
    const bound = rectangle(factors, input, inputs, 0, outputs) + rectangle(factors, 0, inputs, output, outputs);
    return { relative: relative(cutAway(factors, input, output)), bound: relative(bound) };
  }
  const error = relative(tail(factors.spectra, rung.rank as number));
  return { relative: error, bound: error };
}

/** The sum over groups of the squared singular values from `rank` on, smallest first. */
function tail(spectra: readonly Float64Array[], rank: number): number {
  let sum = 0;
  for (const s of spectra) for (let i = s.length - 1; i >= rank; i--) sum += s[i]! ** 2;
  return sum;
}

/** The squared norm of the core outside its leading output x input corner. */
function cutAway(factors: TuckerFactors, input: number, output: number): number {
  const [inputs, outputs] = factors.fullRank;
  return rectangle(factors, 0, inputs, output, outputs) + rectangle(factors, input, inputs, 0, output);
}

/** The squared norm of the core from input component `p0` to before `p1`, and from output component `q0` to before `q1`. */
function rectangle({ energy, fullRank }: TuckerFactors, p0: number, p1: number, q0: number, q1: number): number {
  let sum = 0;
  for (let q = q1 - 1; q >= q0; q--) for (let p = p1 - 1; p >= p0; p--) sum += energy[q * fullRank[0] + p]!;
  return sum;
}
