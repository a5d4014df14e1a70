/**
 * Frobenius decay: adds the gradient of d/2 |W|^2 to the update of each factor, with W the weight that the factors of a site
 * multiply out to (Khodak et al. 2021, arXiv 2105.01029). Plain decay on the factors would penalise the nuclear norm of W.
 *
 * Notation, per group: r, p, q ranks, a taps. Two factors F [r, n] and S [r, m], W = S^T F:
 *   |W|^2 = tr(S S^T F F^T),  dF = d (S S^T) F,  dS = d (F F^T) S.
 * Three factors F [p, n], C_a [q, p] and S [q, m], W_a = S^T C_a F, with P = F F^T and Q = S S^T:
 *   |W|^2 = sum_a tr(Q C_a P C_a^T),  dC_a = d Q C_a P,  dF = d (sum_a C_a^T Q C_a) F,  dS = d (sum_a C_a P C_a^T) S.
 */
import type { GradientBuilder } from '../../autodiff/gradient/builder.ts';
import type { Factor, FactoredSite } from './factored.ts';
import { type Transformation, updateOf } from './transformation.ts';

/** @param otherwise what is done to the weights that are in none of the sites */
export function addFrobeniusDecay(
  decay: number,
  sites: readonly FactoredSite[],
  otherwise: Transformation,
): Transformation {
  const inSites = new Set(sites.flatMap(({ factors }) => factors.map(({ weight }) => weight)));
  return {
    slots: otherwise.slots,
    update: (scope, updates) => {
      const { build, weights } = scope;
      const trained = new Set(weights.map(({ name }) => name));
      const rest = weights.filter(({ name }) => !inSites.has(name));
      const { updates: others, kept } = otherwise.update({ ...scope, weights: rest }, updates);
      const next = new Map(others);
      const add = ({ weight }: Factor, gradient: () => string): void => {
        if (!trained.has(weight)) return;
        const scaled = build.add('Mul', [gradient(), build.scalar(decay, 'float32')]);
        next.set(weight, build.add('Add', [updateOf(updates, { name: weight }), scaled]));
      };
      for (const { groups, factors } of sites) {
        if (!factors.some(({ weight }) => trained.has(weight))) continue;
        if (factors.length === 3) penaliseThree(build, groups, factors, add);
        else penaliseTwo(build, groups, factors, add);
      }
      return { updates: next, kept };
    },
  };
}

type Add = (factor: Factor, gradient: () => string) => void;

function penaliseTwo(build: GradientBuilder, groups: number, factors: readonly Factor[], add: Add): void {
  const [first, second] = factors as readonly [Factor, Factor];
  const [f, s] = [byRank(build, first, groups, 'out'), byRank(build, second, groups, 'in')];
  add(first, () => f.back(product(build, gram(build, s.matrix), f.matrix)));
  add(second, () => s.back(product(build, gram(build, f.matrix), s.matrix)));
}

function penaliseThree(build: GradientBuilder, groups: number, factors: readonly Factor[], add: Add): void {
  const [first, middle, last] = factors as readonly [Factor, Factor, Factor];
  const [f, s] = [byRank(build, first, groups, 'out'), byRank(build, last, groups, 'in')];
  const [qs = 0, p = 0, ...kernel] = middle.dims;
  const taps = kernel.reduce((area, size) => area * size, 1);
  const split = build.reshape(middle.weight, [groups, qs / groups, p, taps]);
  const core = build.add('Transpose', [split], { perm: [0, 3, 1, 2] }); // [g, a, q, p]
  const perTap = (matrix: string): string => build.add('Unsqueeze', [matrix, build.integers([1])]);
  const turned = (matrices: string): string => build.add('Transpose', [matrices], { perm: [0, 1, 3, 2] });
  const overTaps = (matrices: string): string => build.reduceSum(matrices, [1], false);
  const left = product(build, perTap(gram(build, s.matrix)), core); // Q C_a
  const right = product(build, core, perTap(gram(build, f.matrix))); // C_a P
  add(middle, () => {
    const gradient = product(build, left, perTap(gram(build, f.matrix)));
    return build.reshape(build.add('Transpose', [gradient], { perm: [0, 2, 3, 1] }), middle.dims);
  });
  add(first, () => f.back(product(build, overTaps(product(build, turned(core), left)), f.matrix)));
  add(last, () => s.back(product(build, overTaps(product(build, right, turned(core))), s.matrix)));
}

interface ByRank {
  /** [groups, rank, everything else]. */
  readonly matrix: string;
  /** From that form to the shape of the weight. */
  readonly back: (matrix: string) => string;
}

/** @param side where the rank is: the outputs of a first factor, the inputs of a last one */
function byRank(build: GradientBuilder, { weight, dims, layout }: Factor, groups: number, side: 'out' | 'in'): ByRank {
  const [a = 1, b = 1, ...kernel] = dims;
  const rankFirst = (layout === 'out-in') === (side === 'out');
  if (rankFirst) {
    // Groups are counted along the first axis.
    return {
      matrix: build.reshape(weight, [groups, a / groups, kernel.reduce((size, k) => size * k, b)]),
      back: matrix => build.reshape(matrix, dims),
    };
  }
  const taps = kernel.reduce((area, size) => area * size, 1);
  const split = build.reshape(weight, [groups, a / groups, b, taps]);
  const turned = build.add('Transpose', [split], { perm: [0, 2, 1, 3] });
  return {
    matrix: build.reshape(turned, [groups, b, (a / groups) * taps]),
    back: matrix => {
      const four = build.reshape(matrix, [groups, b, a / groups, taps]);
      return build.reshape(build.add('Transpose', [four], { perm: [0, 2, 1, 3] }), dims);
    },
  };
}

const product = (build: GradientBuilder, a: string, b: string): string => build.add('MatMul', [a, b]);

/** M M^T of each group. */
const gram = (build: GradientBuilder, matrix: string): string =>
  product(build, matrix, build.add('Transpose', [matrix], { perm: [0, 2, 1] }));
