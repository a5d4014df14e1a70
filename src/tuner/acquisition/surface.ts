/**
 * The acquisition over configurations: ln of the expected improvement over all worlds, times the probability of being usable.
 *
 * Notation: N conditioning places (trials, then what the worlds drew), W Wᵀ the inverse of their covariance. A candidate
 * costs N kernel values and one product with W; candidates are taken in batches, so that the product is one of matrices. A
 * step from a centre changes a few sites only: r², u and the common walks of the centre are kept, and each changed site costs O(N).
 */
import { type Cholesky, extendCholesky, timesTransposed, timesUpper } from '../../linalg/cholesky.ts';
import { type Arena, type Block, openArena, rowStride } from '../../linalg/kernels/kernels.ts';
import { bend, leaving } from '../gp/inputs.ts';
import { covarianceAt, covarianceBetween, type Process } from '../gp/process.ts';
import type { Point } from '../pareto/dominance.ts';
import type { Configuration, Constraint } from '../strategy.ts';
import { type Cells, cellsOf } from './cells.ts';
import { logExpectedImprovement, logSum } from './improvement.ts';
import { distribution } from './normal.ts';
import type { Worlds } from './worlds.ts';

/** One site takes another rung. */
export interface Change {
  readonly site: number;
  readonly rung: number;
}

export interface Surface {
  /** ln acquisition of configurations. */
  score(configurations: readonly Configuration[]): Float64Array;
  /** ln acquisition of the centre after each list of changes (different sites each). */
  scoreSteps(centre: Configuration, steps: readonly (readonly Change[])[]): Float64Array;
  /** How many candidates were scored so far. */
  readonly scored: number;
}

export interface SurfaceParts {
  readonly processes: readonly Process[];
  readonly worlds: Worlds;
  readonly reference: Point;
  readonly constraints: readonly Constraint[];
  /** ln of the probability that a configuration can be used at all, or null when nothing ever failed. */
  readonly logUsable: ((configuration: Configuration) => number) | null;
}

/** Variance that a draw is taken to have, so that the covariance stays positive definite. */
const nugget = 1e-6;
const batch = 64;

/** Of a configuration: u, sum_i z_i and e. */
interface Centre {
  readonly u: number;
  readonly own: number;
  readonly e: number;
}

/** The same with r² and the common walks with every place. */
interface Around extends Centre {
  readonly distances: Float64Array;
  readonly shared: Float64Array;
}

/** What one objective needs of its process and the worlds' draws. */
interface Model {
  readonly process: Process;
  readonly n: number;
  /** x of all places by site (d arrays of N), and v. */
  readonly columns: readonly Float64Array[];
  readonly v: Float64Array;
  /** z of all places by site, then e; none without a table. */
  readonly walks: readonly Float64Array[];
  readonly w: Block;
  /** alpha by world. */
  readonly alphas: readonly Float64Array[];
}

/**
 * Holds the arena of the linear algebra kernels: nothing else may use them between two calls of one surface's methods, since
 * its matrices lie there.
 */
export function openSurface(parts: SurfaceParts): Surface {
  const { processes, worlds, reference, constraints, logUsable } = parts;
  const conditioned = processes.map((process, k) => conditionOnDraws(process, worlds, k));
  const widest = Math.max(...conditioned.map(({ factor }) => factor.inverse.rows));
  const doubles = conditioned.reduce((sum, { factor: { inverse } }) => sum + inverse.rows * rowStride(inverse.rows), 0);
  const arena = openArena(doubles + 2 * batch * rowStride(widest), processes.length + 2);
  const models = processes.map((process, k) => modelOf(arena, process, conditioned[k]!));
  const rows = arena.take(batch, widest);
  const products = arena.take(batch, widest);
  const cells: Cells[] = worlds.fronts.map(front => cellsOf(front, reference));
  const m = processes.length;
  const worldCount = worlds.fronts.length;
  // By candidate: means by world and objective, and standard deviations by objective.
  const means = Array.from({ length: worldCount }, () => Array.from({ length: batch }, () => new Float64Array(m)));
  const sds = Array.from({ length: batch }, () => new Float64Array(m));
  let scored = 0;

  const finish = (
    count: number,
    configurationOf: (c: number) => Configuration,
    results: Float64Array,
    from: number,
  ) => {
    for (let c = 0; c < count; c++) {
      let total = Number.NEGATIVE_INFINITY;
      for (let world = 0; world < worldCount; world++) {
        let value = logExpectedImprovement(cells[world]!, means[world]![c]!, sds[c]!);
        for (const { objective, max } of constraints) {
          value += logProbabilityBelow(max, means[world]![c]![objective]!, sds[c]![objective]!);
        }
        total = worldCount === 1 ? value : logSum(total, value);
      }
      results[from + c] = total - Math.log(worldCount) + (logUsable?.(configurationOf(c)) ?? 0);
    }
    scored += count;
  };

  const predictRows = (k: number, count: number, priors: Float64Array): void => {
    const model = models[k]!;
    const { n } = model;
    const { offset, scale } = model.process.covariance.fit.standardisation;
    multiplyUpper(arena, rows, model.w, products, count, n);
    for (let c = 0; c < count; c++) {
      let variance = priors[c]!;
      const at = c * products.ld;
      for (let a = 0; a < n; a++) variance -= products.data[at + a]! ** 2;
      sds[c]![k] = scale * Math.sqrt(Math.max(0, variance));
      const row = c * rows.ld;
      for (let world = 0; world < worldCount; world++) {
        const alpha = model.alphas[world]!;
        let mean = 0;
        for (let a = 0; a < n; a++) mean += rows.data[row + a]! * alpha[a]!;
        means[world]![c]![k] = offset + scale * mean;
      }
    }
  };

  const fillRow = (k: number, c: number, v: number, own: number): number => {
    const { process, n, v: vs } = models[k]!;
    const row = c * rows.ld;
    for (let a = 0; a < n; a++) rows.data[row + a] = covarianceAt(process.covariance, r2[a]!, v, vs[a]!, common[a]!);
    return covarianceAt(process.covariance, 0, v, v, own);
  };

  const priors = new Float64Array(batch);
  const r2 = new Float64Array(widest);
  const common = new Float64Array(widest);

  /** Writes r² and the common walks; returns u and the walk's own variance. */
  const centreOf = (k: number, configuration: Configuration, into: Float64Array, shared: Float64Array): Centre => {
    const { process, columns, walks, n } = models[k]!;
    const { covariance } = process;
    into.fill(0, 0, n);
    shared.fill(0, 0, n);
    const { table } = covariance.fit.inputs;
    let [own, e] = [0, 0];
    for (let i = 0; i < columns.length; i++) {
      const x = covariance.coordinates[i]![configuration[i]!]!;
      if (!table) {
        addSquares(into, columns[i]!, x, n);
        continue;
      }
      const z = table.walks[i]![configuration[i]!]!;
      own += z;
      e += leaving(table, i, configuration[i]!);
      addSquaresAndWalk(into, columns[i]!, x, shared, walks[i]!, z, n);
    }
    if (table) addProducts(shared, walks.at(-1)!, e, n);
    return { u: tableSum(process, configuration), own, e };
  };

  // A climb asks for the steps from one centre many times.
  let last: { readonly centre: Configuration; readonly around: readonly Around[] } | null = null;
  const aroundCentre = (centre: Configuration): readonly Around[] => {
    if (last?.centre === centre) return last.around;
    const around = models.map((_, k) => {
      const distances = new Float64Array(widest);
      const shared = new Float64Array(widest);
      return { distances, shared, ...centreOf(k, centre, distances, shared) };
    });
    last = { centre, around };
    return around;
  };

  return {
    get scored() {
      return scored;
    },
    score: configurations => {
      const results = new Float64Array(configurations.length);
      for (let from = 0; from < configurations.length; from += batch) {
        const count = Math.min(batch, configurations.length - from);
        for (let k = 0; k < m; k++) {
          for (let c = 0; c < count; c++) {
            const { u, own, e } = centreOf(k, configurations[from + c]!, r2, common);
            priors[c] = fillRow(k, c, bentSum(models[k]!.process, u), own + e * e);
          }
          predictRows(k, count, priors);
        }
        finish(count, c => configurations[from + c]!, results, from);
      }
      return results;
    },
    scoreSteps: (centre, steps) => {
      const results = new Float64Array(steps.length);
      const around = aroundCentre(centre);
      for (let from = 0; from < steps.length; from += batch) {
        const count = Math.min(batch, steps.length - from);
        for (let k = 0; k < m; k++) {
          const { process, columns, walks, n } = models[k]!;
          const { coordinates, weighted, fit } = process.covariance;
          const { table } = fit.inputs;
          for (let c = 0; c < count; c++) {
            let { u, own, e } = around[k]!;
            r2.set(around[k]!.distances);
            common.set(around[k]!.shared);
            for (const { site, rung } of steps[from + c]!) {
              const old = coordinates[site]![centre[site]!]!;
              moveSquares(r2, columns[site]!, old, coordinates[site]![rung]!, n);
              if (!weighted || !table) continue;
              u += weighted[site]![rung]! - weighted[site]![centre[site]!]!;
              const [left, taken] = [table.walks[site]![centre[site]!]!, table.walks[site]![rung]!];
              own += taken - left;
              moveCommon(common, walks[site]!, left, taken, n);
              const leaves = leaving(table, site, rung) - leaving(table, site, centre[site]!);
              e += leaves;
              if (leaves !== 0) addProducts(common, walks.at(-1)!, leaves, n);
            }
            priors[c] = fillRow(k, c, bentSum(process, u), own + e * e);
          }
          predictRows(k, count, priors);
        }
        finish(count, c => changed(centre, steps[from + c]!), results, from);
      }
      return results;
    },
  };
}

export function changed(centre: Configuration, changes: readonly Change[]): Configuration {
  const configuration = [...centre];
  for (const { site, rung } of changes) configuration[site] = rung;
  return configuration;
}

const tableSum = ({ covariance: { weighted } }: Process, configuration: Configuration): number =>
  weighted ? configuration.reduce((sum, rung, i) => sum + weighted[i]![rung]!, 0) : 0;

const bentSum = ({ covariance: { fit } }: Process, u: number): number =>
  fit.inputs.table ? bend(u, fit.inputs.table.shape) : 0;

/** The same and min(z, walk), in one pass. */
function addSquaresAndWalk(
  squares: Float64Array,
  column: Float64Array,
  x: number,
  shared: Float64Array,
  walk: Float64Array,
  z: number,
  n: number,
): void {
  for (let a = 0; a < n; a++) {
    const difference = column[a]! - x;
    squares[a]! += difference * difference;
    const w = walk[a]!;
    shared[a]! += w < z ? w : z;
  }
}

function addSquares(into: Float64Array, column: Float64Array, x: number, n: number): void {
  for (let a = 0; a < n; a++) into[a]! += (column[a]! - x) ** 2;
}

/** (c - new)² - (c - old)² = (old - new) (2 c - old - new); what rounding leaves below 0 counts as 0. */
function moveSquares(r2: Float64Array, column: Float64Array, old: number, next: number, n: number): void {
  const [difference, sum] = [old - next, old + next];
  for (let a = 0; a < n; a++) r2[a] = Math.max(0, r2[a]! + difference * (2 * column[a]! - sum));
}

function addProducts(into: Float64Array, column: Float64Array, factor: number, n: number): void {
  for (let a = 0; a < n; a++) into[a]! += factor * column[a]!;
}

/** min(z, next) - min(z, old) added for every place. */
function moveCommon(into: Float64Array, walk: Float64Array, old: number, next: number, n: number): void {
  for (let a = 0; a < n; a++) {
    const z = walk[a]!;
    into[a]! += (z < next ? z : next) - (z < old ? z : old);
  }
}

/** rows W into products, by blocks of columns, since W is upper triangular. */
function multiplyUpper(arena: Arena, rows: Block, w: Block, products: Block, count: number, n: number): void {
  const width = 64;
  for (let col = 0; col < n; col += width) {
    const end = Math.min(n, col + width);
    arena.gemm(count, end - col, end, 1, { block: rows }, { block: w, col }, 0, { block: products, col });
  }
}

function logProbabilityBelow(max: number, mean: number, sd: number): number {
  if (!(sd > 0)) return mean <= max ? 0 : Number.NEGATIVE_INFINITY;
  const z = (max - mean) / sd;
  // Below, the leading term of the tail is enough to tell candidates apart.
  return z > -30 ? Math.log(distribution(z)) : -0.5 * z * z - Math.log(-z) - 0.918938533204673;
}

interface Conditioned {
  readonly factor: Cholesky;
  readonly places: Process['places'];
  readonly alphas: readonly Float64Array[];
}

/** The process conditioned on what each world drew; the factor is common to all worlds. */
function conditionOnDraws(process: Process, worlds: Worlds, k: number): Conditioned {
  let { factor } = process;
  const places = [...process.places];
  const kept: number[] = [];
  worlds.places[k]!.forEach((place, a) => {
    const column = Float64Array.from(places, each => covarianceBetween(process.covariance, each, place));
    const extended = extendCholesky(factor, column, covarianceBetween(process.covariance, place, place) + nugget);
    if (!extended) return;
    factor = extended;
    places.push(place);
    kept.push(a);
  });
  const alphas = worlds.draws.map(draws => {
    const outputs = Float64Array.of(...process.outputs, ...kept.map(a => draws[k]![a]!));
    return timesUpper(factor.inverse, timesTransposed(factor.inverse, outputs));
  });
  return { factor, places, alphas };
}

function modelOf(arena: Arena, process: Process, { factor, places, alphas }: Conditioned): Model {
  const d = process.covariance.coordinates.length;
  return {
    process,
    n: places.length,
    columns: Array.from({ length: d }, (_, i) => Float64Array.from(places, ({ x }) => x[i]!)),
    v: Float64Array.from(places, ({ v }) => v),
    walks: Array.from({ length: places[0]?.z.length ?? 0 }, (_, i) => Float64Array.from(places, ({ z }) => z[i]!)),
    w: arena.load(factor.inverse),
    alphas,
  };
}
