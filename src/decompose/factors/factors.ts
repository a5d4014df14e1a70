/** Factors of one weight at full rank. Plain data, so that a thread can hand them over and a cache can store them. */
import type { BlockShape } from '../geometry.ts';

/** What all methods have in common. */
export interface Factors {
  /** The name of the method that made them. */
  readonly method: string;
  readonly shape: BlockShape;
  /** The Frobenius norm of the weight over all groups; of data-aware factors, that of the output, with which the spectra are in one unit. */
  readonly norm: number;
  readonly fullRank: number | readonly [number, number];
}

/**
 * W = B A per group, from A diag(s) Bᵀ with sqrt(s) on both sides. With R the full rank: first [groups * R, inPerGroup, ...],
 * second [out, R, ...], each with the taps of the kernel that it works along (see `Taps`).
 */
export interface TwoFactors<Method extends string = string> extends Factors {
  readonly method: Method;
  readonly fullRank: number;
  /** Per group the R singular values of the unfolding, descending. */
  readonly spectra: readonly Float64Array[];
  readonly first: Float32Array;
  readonly second: Float32Array;
}

/**
 * W = G x_out U x_in V per group. With [P, Q] the full input and output rank:
 * input [groups * P, inPerGroup], core [groups * Q, P, height, width], output [out, Q].
 */
export interface TuckerFactors extends Factors {
  readonly method: 'tucker2';
  readonly fullRank: readonly [number, number];
  /** Per group the P singular values of the input unfolding, descending; the second list likewise for the output. */
  readonly spectra: readonly [input: readonly Float64Array[], output: readonly Float64Array[]];
  /** Q x P: entry (q, p) is the sum over groups and kernel positions of the squared orthonormal core. */
  readonly energy: Float64Array;
  readonly input: Float32Array;
  readonly core: Float32Array;
  readonly output: Float32Array;
}
