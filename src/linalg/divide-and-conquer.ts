/**
 * Eigen-decomposition of a symmetric tridiagonal matrix by divide and conquer (Cuppen 1981) with the deflation of
 * Dongarra and Sorensen 1987 and the orthogonality of Gu and Eisenstat 1995. Eigenvectors are rows throughout.
 */
import { implicitQl } from './implicit-ql.ts';
import { type Arena, type Block, rowStride } from './kernels/kernels.ts';

/** Below this size the implicit QL method is the quicker one. */
const leaf = 32;

export const divideDoubles = (n: number): number => 2 * (n + 4) * rowStride(n) + 8 * (n + 16);
export const divideBlocks = 8;

interface Workspace {
  readonly arena: Arena;
  /** Eigenvalues so far; those of a part that is done lie at its indices. */
  readonly d: Float64Array;
  /** Row j holds the eigenvector of d[j], zero outside its part. */
  readonly e: Block;
  readonly old: Block;
  readonly s: Block;
  readonly poles: Block;
  readonly z: Block;
  readonly z2: Block;
  readonly scratch: Block;
  readonly order: Block;
}

/** T with diagonal d (overwritten with the eigenvalues) and off-diagonal e; eigenvector rows go to `vectors`, not sorted. */
export function tridiagonalEigen(arena: Arena, d: Float64Array, e: Float64Array, vectors: Block): void {
  const n = d.length;
  const vector = (): Block => arena.take(1, n + 16);
  const work: Workspace = {
    arena,
    d,
    e: vectors,
    old: arena.take(n + 4, n),
    s: arena.take(n, n),
    poles: vector(),
    z: vector(),
    z2: vector(),
    scratch: vector(),
    order: vector(),
  };
  vectors.data.fill(0);
  solve(work, e, 0, n);
}

function solve(work: Workspace, e: Float64Array, from: number, to: number): void {
  const { d } = work;
  if (to - from <= leaf) {
    for (let i = from; i < to; i++) work.e.data[i * work.e.ld + i] = 1;
    implicitQl(
      d,
      Float64Array.from({ length: to - from }, (_, i) => (from + i < to - 1 ? e[from + i]! : 0)),
      work.e,
      from,
      to,
    );
    return;
  }
  const middle = (from + to) >> 1;
  const coupling = e[middle - 1]!;
  // T = diag(T1, T2) + rho u uᵀ with u = e_last of the first part, and sign(coupling) e_first of the second.
  d[middle - 1]! -= Math.abs(coupling);
  d[middle]! -= Math.abs(coupling);
  solve(work, e, from, middle);
  solve(work, e, middle, to);
  if (coupling !== 0) merge(work, coupling, from, middle, to);
}

/** Rows of the parts that take part in a merge: of the first part alone, mixed by a rotation, of the second part alone. */
type Span = 0 | 1 | 2;

interface Deflation {
  /** Rows that remain, in the ascending order of their eigenvalues. */
  readonly kept: readonly number[];
  readonly deflated: readonly number[];
  readonly span: Uint8Array;
}

function merge(work: Workspace, coupling: number, from: number, middle: number, to: number): void {
  const { arena, d, e, poles, z, z2, s } = work;
  const { kernels } = arena;
  const rho = 2 * Math.abs(coupling);
  const weights = new Float64Array(to - from);
  const sign = coupling < 0 ? -Math.SQRT1_2 : Math.SQRT1_2;
  for (let j = from; j < middle; j++) weights[j - from] = Math.SQRT1_2 * e.data[j * e.ld + middle - 1]!;
  for (let j = middle; j < to; j++) weights[j - from] = sign * e.data[j * e.ld + middle]!;
  const { kept, deflated, span } = deflate(work, weights, rho, from, middle, to);
  const k = kept.length;
  if (k === 0) return;

  poles.data.fill(0);
  z2.data.fill(0);
  kept.forEach((row, j) => {
    poles.data[j] = d[row]!;
    z2.data[j] = weights[row - from]! ** 2;
  });
  const roots = new Float64Array(k);
  if (k === 1) {
    roots[0] = poles.data[0]! + rho * z2.data[0]!;
    s.data[0] = 1;
  } else {
    for (let i = 0; i < k; i++) {
      const row = s.at + 8 * i * s.ld;
      roots[i] = kernels.secularRoot(k, i, poles.at, z2.at, rho, row);
      if (k % 2 === 1) s.data[i * s.ld + k] = 1;
    }
  }
  // Columns of S in the order of the gathered rows: first part, mixed, second part.
  const counts: [number, number, number] = [0, 0, 0];
  for (const row of kept) counts[span[row - from] as Span]++;
  const next = [0, counts[0], counts[0] + counts[1]];
  const positions = kept.map(row => next[span[row - from]!]!++);
  if (k > 1) {
    z2.data.fill(1, 0, k + 1);
    kernels.exactSquares(k, poles.at, s.at, s.ld, z2.at);
    for (let j = 0; j < k; j++) {
      const size = Math.sqrt(Math.abs(z2.data[j]!));
      z.data[j] = weights[kept[j]! - from]! < 0 ? -size : size;
    }
    z.data[k] = 0;
    const order = new Uint32Array(work.order.data.buffer, work.order.at, k);
    order.set(positions);
    kernels.secularVectors(k, s.at, s.ld, z.at, work.order.at, work.scratch.at);
  }
  multiply(work, { kept, deflated, span }, positions, counts, from, middle, to);
  const values = [...roots, ...deflated.map(row => d[row]!)];
  for (let j = from; j < to; j++) d[j] = values[j - from]!;
}

/** E <- S E for the rows that are kept, part by part since a row is zero outside its span; deflated rows follow them. */
function multiply(
  { arena, e, old, s }: Workspace,
  { kept, deflated }: Deflation,
  positions: readonly number[],
  [first, mixed]: readonly [number, number, number],
  from: number,
  middle: number,
  to: number,
): void {
  const k = kept.length;
  const copyRow = (row: number, at: number): void => {
    const start = row * e.ld;
    old.data.set(e.data.subarray(start + from, start + to), at * old.ld);
  };
  for (const [j, row] of kept.entries()) copyRow(row, positions[j]!);
  for (const [j, row] of deflated.entries()) copyRow(row, k + j);
  const width = middle - from;
  const top = first + mixed;
  const place = { block: e, row: from, col: from };
  if (top > 0) arena.gemm(k, width, top, 1, { block: s }, { block: old }, 0, place);
  else for (let i = 0; i < k; i++) e.data.fill(0, (from + i) * e.ld + from, (from + i) * e.ld + middle);
  const right = { ...place, col: middle };
  const below = { block: old, row: first, col: width };
  if (k > first) arena.gemm(k, to - middle, k - first, 1, { block: s, col: first }, below, 0, right);
  else for (let i = 0; i < k; i++) e.data.fill(0, (from + i) * e.ld + middle, (from + i) * e.ld + to);
  for (let i = 0; i < deflated.length; i++) {
    const start = (k + i) * old.ld;
    e.data.set(old.data.subarray(start, start + to - from), (from + k + i) * e.ld + from);
  }
}

/**
 * Takes out what is an eigenpair already: rows with a negligible weight, and one of two rows with nearly equal
 * eigenvalues after a rotation that moves all the weight to the other. `weights` and d change along.
 */
function deflate(
  work: Workspace,
  weights: Float64Array,
  rho: number,
  from: number,
  middle: number,
  to: number,
): Deflation {
  const { d, e } = work;
  const size = to - from;
  const span = Uint8Array.from({ length: size }, (_, j) => (from + j < middle ? 0 : 2));
  const ascending = Array.from({ length: size }, (_, j) => from + j).sort((i, j) => d[i]! - d[j]! || i - j);
  let largest = 0;
  for (let j = 0; j < size; j++) largest = Math.max(largest, Math.abs(d[from + j]!), Math.abs(weights[j]!));
  const tolerance = 8 * Number.EPSILON * largest;
  const kept: number[] = [];
  const deflated: number[] = [];
  let previous = -1;
  for (const row of ascending) {
    if (rho * Math.abs(weights[row - from]!) <= tolerance) {
      deflated.push(row);
      continue;
    }
    if (previous >= 0) {
      const a = weights[previous - from]!;
      const b = weights[row - from]!;
      const norm = Math.sqrt(a * a + b * b);
      const cosine = b / norm;
      const sine = -a / norm;
      if (Math.abs((d[row]! - d[previous]!) * cosine * sine) <= tolerance) {
        weights[row - from] = norm;
        rotate(e, previous, row, cosine, sine, from, to);
        const low = d[previous]!;
        const high = d[row]!;
        d[previous] = low * cosine * cosine + high * sine * sine;
        d[row] = low * sine * sine + high * cosine * cosine;
        if (span[row - from] !== span[previous - from]) span[row - from] = 1;
        deflated.push(previous);
      } else kept.push(previous);
    }
    previous = row;
  }
  if (previous >= 0) kept.push(previous);
  return { kept, deflated, span };
}

/** Rows p and q become c p + s q and c q - s p, over the columns from .. to - 1. */
function rotate(e: Block, p: number, q: number, c: number, s: number, from: number, to: number): void {
  for (let j = from; j < to; j++) {
    const x = e.data[p * e.ld + j]!;
    const y = e.data[q * e.ld + j]!;
    e.data[p * e.ld + j] = c * x + s * y;
    e.data[q * e.ld + j] = c * y - s * x;
  }
}
