/** Published test problems, put on ladders of evenly spaced rungs. */
import type { Rng } from '../../src/random/rng.ts';
import type { Configuration } from '../../src/tuner/strategy.ts';
import type { BenchProblem } from './run.ts';

/** A function on a box, its objectives minimised. */
interface Definition {
  readonly name: string;
  readonly lower: number;
  readonly upper: number;
  readonly dimensions: number;
  /** Rungs per dimension, both ends included. */
  readonly rungs: number;
  readonly evaluations: number;
  readonly reference: readonly number[];
  /** The hypervolume of the whole front of the continuous problem, as published. */
  readonly maxHypervolume: number;
  readonly values: (x: readonly number[]) => number[];
  /** Standard deviations of noise on each objective; none when absent. */
  readonly noise?: readonly number[];
}

export interface SyntheticProblem extends BenchProblem, Definition {
  /** Without noise. */
  truth(configuration: Configuration): number[];
}

function onLadders(definition: Definition): SyntheticProblem {
  const { name, lower, upper, dimensions, rungs, reference, values, noise } = definition;
  const truth = (configuration: Configuration): number[] =>
    values(configuration.map(rung => lower + ((upper - lower) * rung) / (rungs - 1)));
  return {
    ...definition,
    name,
    problem: { ladderLengths: new Array<number>(dimensions).fill(rungs), objectives: reference.length },
    reference,
    given: null,
    truth,
    evaluate: async (configuration, rng) => {
      const exact = truth(configuration);
      if (!noise) return { values: exact, standardErrors: exact.map(() => 0) };
      return { values: exact.map((value, k) => value + noise[k]! * standardNormal(rng)), standardErrors: noise };
    },
  };
}

/** Box and Muller 1958. */
const standardNormal = (rng: Rng): number =>
  Math.sqrt(-2 * Math.log(1 - rng.uniform())) * Math.cos(2 * Math.PI * rng.uniform());

/** Branin 1972 on [-5, 10] x [0, 15], scaled to the unit square. */
export function branin(x: number, y: number): number {
  const u = 15 * x - 5;
  const v = 15 * y;
  const bowl = v - (5.1 * u * u) / (4 * Math.PI ** 2) + (5 * u) / Math.PI - 6;
  return bowl ** 2 + 10 * (1 - 1 / (8 * Math.PI)) * Math.cos(u) + 10;
}

/** Currin, Mitchell, Morris and Ylvisaker 1991; at y = 0 its limit. */
export function currin(x: number, y: number): number {
  const factor = y === 0 ? 1 : 1 - Math.exp(-1 / (2 * y));
  const top = ((2300 * x + 1900) * x + 2092) * x + 60;
  const bottom = ((100 * x + 500) * x + 4) * x + 20;
  return (factor * top) / bottom;
}

/** Deb, Thiele, Laumanns and Zitzler 2002, two objectives: the front is the quarter circle at x_i = 0.5, i >= 1. */
export function dtlz2([first, ...rest]: readonly number[]): number[] {
  const radius = 1 + rest.reduce((sum, x) => sum + (x - 0.5) ** 2, 0);
  const angle = (first! * Math.PI) / 2;
  return [radius * Math.cos(angle), radius * Math.sin(angle)];
}

/** Zitzler, Deb and Thiele 2000: the front is f2 = 1 - sqrt(f1) at x_i = 0, i >= 1. */
export function zdt1([first, ...rest]: readonly number[]): number[] {
  const g = 1 + (9 * rest.reduce((sum, x) => sum + x, 0)) / rest.length;
  return [first!, g * (1 - Math.sqrt(first! / g))];
}

/** Liao, Li, Yang, Zhang and Li 2008 (RE3-4 of Tanabe and Ishibuchi 2020): mass, acceleration and intrusion in a crash. */
export function vehicleSafety(x: readonly number[]): number[] {
  const [a, b, c, d, e] = x as readonly [number, number, number, number, number];
  const mass = 1640.2823 + 2.3573285 * a + 2.3220035 * b + 4.5688768 * c + 7.7213633 * d + 4.4559504 * e;
  const acceleration =
    6.5856 +
    a * (1.15 - 0.1106 * a - 0.3695 * d + 0.0861 * e) +
    b * (-1.0427 + 0.3628 * d) +
    c * (0.9738 - 0.3437 * c) +
    d * (0.8364 + 0.1764 * d);
  const intrusion =
    -0.0551 +
    a * (0.0181 - 0.0073 * b) +
    b * (0.1024 - 0.0241 * b + 0.024 * c - 0.0118 * d) +
    c * (0.0421 - 0.0204 * d - 0.008 * e) +
    0.0109 * d * d;
  return [mass, acceleration, intrusion];
}

const braninCurrin: Definition = {
  name: 'branin-currin',
  lower: 0,
  upper: 1,
  dimensions: 2,
  rungs: 1001,
  evaluations: 60,
  reference: [18, 6],
  maxHypervolume: 59.36011874867746,
  values: ([x, y]) => [branin(x!, y!), currin(x!, y!)],
};

export const problems: readonly SyntheticProblem[] = [
  braninCurrin,
  {
    name: 'dtlz2-6',
    lower: 0,
    upper: 1,
    dimensions: 6,
    rungs: 1001,
    evaluations: 60,
    reference: [1.1, 1.1],
    maxHypervolume: 1.21 - Math.PI / 4,
    values: dtlz2,
  },
  {
    name: 'vehicle-safety',
    lower: 1,
    upper: 3,
    dimensions: 5,
    rungs: 1001,
    evaluations: 60,
    reference: [1864.72022, 11.81993945, 0.2903999384],
    maxHypervolume: 246.81607081187002,
    values: vehicleSafety,
  },
  {
    name: 'zdt1-30',
    lower: 0,
    upper: 1,
    dimensions: 30,
    rungs: 101,
    evaluations: 100,
    reference: [11, 11],
    maxHypervolume: 120 + 2 / 3,
    values: zdt1,
  },
  // 5 % of each objective's range over the square.
  { ...braninCurrin, name: 'branin-currin-noisy', noise: [15.4, 0.63] },
].map(onLadders);
