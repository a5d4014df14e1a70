/**
 * Minimises a smooth function within a box by L-BFGS (Nocedal and Wright 2006, algorithms 7.4 and 7.5), steps projected onto
 * the box (Bertsekas 1982): inputs that sit on a bound and want to leave it are held.
 */

export interface Bounds {
  readonly lower: Float64Array;
  readonly upper: Float64Array;
}

/** The value at `x`; writes the gradient. Infinity (or NaN) where the function is not defined. */
type Differentiable = (x: Float64Array, gradient: Float64Array) => number;

export interface Minimum {
  readonly x: Float64Array;
  readonly value: number;
}

const memory = 8;
const sufficientDecrease = 1e-4;

/** @param tolerance stops when a step lowers the value by less, relative to its size */
export function minimise(
  objective: Differentiable,
  start: Float64Array,
  bounds: Bounds,
  maxSteps: number,
  tolerance = 1e-7,
): Minimum {
  const n = start.length;
  let x = clamped(start, bounds);
  let gradient = new Float64Array(n);
  let value = objective(x, gradient);
  if (!Number.isFinite(value)) return { x, value: Number.POSITIVE_INFINITY };
  const pairs: { readonly s: Float64Array; readonly y: Float64Array; readonly rho: number }[] = [];
  for (let step = 0; step < maxSteps; step++) {
    const held = (i: number): boolean =>
      (x[i]! <= bounds.lower[i]! && gradient[i]! > 0) || (x[i]! >= bounds.upper[i]! && gradient[i]! < 0);
    const direction = descentDirection(gradient, pairs, held);
    let slope = dot(direction, gradient);
    if (!(slope < 0)) {
      if (pairs.length === 0) break;
      pairs.length = 0;
      continue;
    }
    // Without curvature, a first step of length one at most.
    let size = pairs.length === 0 ? Math.min(1, 1 / Math.sqrt(-slope)) : 1;
    let next: { x: Float64Array; gradient: Float64Array; value: number } | null = null;
    for (let trial = 0; trial < 12; trial++) {
      const to = clamped(
        direction.map((each, i) => x[i]! + size * each),
        bounds,
      );
      const gradientThere = new Float64Array(n);
      const valueThere = objective(to, gradientThere);
      slope = gradient.reduce((sum, each, i) => sum + each * (to[i]! - x[i]!), 0);
      if (Number.isFinite(valueThere) && valueThere <= value + sufficientDecrease * slope) {
        next = { x: to, gradient: gradientThere, value: valueThere };
        break;
      }
      // The minimum of the parabola through both values, within a tenth and a half of the step.
      const parabola = Number.isFinite(valueThere) ? -slope / (2 * (valueThere - value - slope)) : 0.1;
      size *= Math.min(0.5, Math.max(0.1, parabola));
    }
    if (!next) {
      if (pairs.length === 0) break;
      pairs.length = 0;
      continue;
    }
    const s = next.x.map((each, i) => each - x[i]!);
    const y = next.gradient.map((each, i) => each - gradient[i]!);
    const curvature = dot(s, y);
    if (curvature > 1e-12 * dot(y, y)) {
      pairs.push({ s, y, rho: 1 / curvature });
      if (pairs.length > memory) pairs.shift();
    }
    const gain = value - next.value;
    ({ x, gradient, value } = next as { x: typeof x; gradient: typeof gradient; value: number });
    if (gain <= tolerance * Math.max(1, Math.abs(value))) break;
  }
  return { x, value };
}

/** -H g by the two loops of algorithm 7.4, zero where inputs are held. */
function descentDirection(
  gradient: Float64Array,
  pairs: readonly { readonly s: Float64Array; readonly y: Float64Array; readonly rho: number }[],
  held: (i: number) => boolean,
): Float64Array {
  const q = gradient.map((each, i) => (held(i) ? 0 : each));
  const alphas: number[] = [];
  for (let p = pairs.length - 1; p >= 0; p--) {
    const { s, y, rho } = pairs[p]!;
    const alpha = rho * dot(s, q);
    alphas[p] = alpha;
    for (let i = 0; i < q.length; i++) q[i]! -= alpha * y[i]!;
  }
  const last = pairs.at(-1);
  if (last) {
    const scale = 1 / (last.rho * dot(last.y, last.y));
    for (let i = 0; i < q.length; i++) q[i]! *= scale;
  }
  pairs.forEach(({ s, y, rho }, p) => {
    const beta = rho * dot(y, q);
    for (let i = 0; i < q.length; i++) q[i]! += (alphas[p]! - beta) * s[i]!;
  });
  return q.map((each, i) => (held(i) ? 0 : -each));
}

const clamped = (x: Float64Array, { lower, upper }: Bounds): Float64Array =>
  x.map((each, i) => Math.min(upper[i]!, Math.max(lower[i]!, each)));

function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i]! * b[i]!;
  return sum;
}
