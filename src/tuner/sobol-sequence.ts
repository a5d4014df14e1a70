/**
 * Sobol's low-discrepancy sequence in Gray-code order (Antonov and Saleev 1979), scrambled by Owen's nested permutations.
 *
 * Notation: dimension j has direction numbers v_1, v_2, ... of 32 bits; point i is the xor of the v_b over the bits b that
 * are set in i xor (i >> 1), so that each point differs from the last by one v.
 */
import { directionNumbers } from './sobol-directions.ts';

const bits = 32;

/** The dimensions with direction numbers of their own; those beyond are padded with independent uniform numbers. */
export const sobolDimensions = 161;

export interface SobolSequence {
  /** The next point as fractions of 2^32, unsigned; the same array every time, from point 0 on. */
  next(): Uint32Array;
}

/** @param seed of the scramble; null leaves the sequence as published */
export function sobolSequence(dimensions: number, seed: number | null): SobolSequence {
  const directions = Array.from({ length: Math.min(dimensions, sobolDimensions) }, (_, j) => directionsOf(j));
  const scrambles = Array.from({ length: dimensions }, (_, j) => mix((seed ?? 0) ^ mix(j + 1)));
  const plain = new Uint32Array(directions.length);
  const point = new Uint32Array(dimensions);
  let index = 0;
  const next = (): Uint32Array => {
    if (index > 0) {
      const bit = 31 - Math.clz32(index & -index);
      for (let j = 0; j < plain.length; j++) plain[j]! ^= directions[j]![bit]!;
    }
    for (let j = 0; j < dimensions; j++) {
      if (j >= plain.length) point[j] = mix(scrambles[j]! ^ mix(index));
      else point[j] = seed === null ? plain[j]! : owenScramble(plain[j]!, scrambles[j]!);
    }
    index++;
    return point;
  };
  return { next };
}

/** v_1 ... v_32 of dimension `j` (from 0) by the recurrence of Bratley and Fox 1988, equations 5 and 6. */
function directionsOf(j: number): Uint32Array {
  const v = new Uint32Array(bits);
  if (j === 0) return v.map((_, b) => 1 << (bits - 1 - b));
  const [s, a, ...m] = directionNumbers.split(',')[j - 1]!.trim().split(/\s+/).map(Number) as [
    number,
    number,
    ...number[],
  ];
  for (let b = 0; b < bits; b++) {
    if (b < s) {
      v[b] = m[b]! << (bits - 1 - b);
      continue;
    }
    let value = v[b - s]! ^ (v[b - s]! >>> s);
    for (let k = 1; k < s; k++) if ((a >>> (s - 1 - k)) & 1) value ^= v[b - k]!;
    v[b] = value;
  }
  return v;
}

/**
 * Owen's nested uniform scramble: every bit is flipped or not by a hash of the bits above it. Laine and Karras 2011 on the
 * reversed bits, with Vegdahl's constants (Burley 2020, "Practical hash-based Owen scrambling", listing 3).
 */
export function owenScramble(value: number, seed: number): number {
  let x = reverseBits(value);
  x ^= Math.imul(x, 0x3d20adea);
  x = (x + seed) | 0;
  x = Math.imul(x, (seed >>> 16) | 1);
  x ^= Math.imul(x, 0x05526c56);
  x ^= Math.imul(x, 0x53a22864);
  return reverseBits(x);
}

function reverseBits(value: number): number {
  let x = value;
  x = ((x >>> 1) & 0x55555555) | ((x & 0x55555555) << 1);
  x = ((x >>> 2) & 0x33333333) | ((x & 0x33333333) << 2);
  x = ((x >>> 4) & 0x0f0f0f0f) | ((x & 0x0f0f0f0f) << 4);
  x = ((x >>> 8) & 0x00ff00ff) | ((x & 0x00ff00ff) << 8);
  return ((x >>> 16) | (x << 16)) >>> 0;
}

/** A bijection of 32 bits that leaves no pattern: the finaliser of MurmurHash3 (Appleby). */
function mix(value: number): number {
  let x = value | 0;
  x = Math.imul(x ^ (x >>> 16), 0x85ebca6b);
  x = Math.imul(x ^ (x >>> 13), 0xc2b2ae35);
  return (x ^ (x >>> 16)) >>> 0;
}
