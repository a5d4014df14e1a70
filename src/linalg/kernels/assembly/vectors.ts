/** Products of a few rows, or of half a symmetric matrix, with a vector. Lengths are multiples of four. */

/** y_r = sum_j a_rj x_j for `rows` rows of length n. */
export function rowsDot(rows: i32, n: i32, a: usize, lda: i32, x: usize, y: usize): void {
  const stride = <usize>lda << 3;
  const bytes = <usize>n << 3;
  let r = 0;
  for (; r + 4 <= rows; r += 4) {
    const a1 = a + stride;
    const a2 = a1 + stride;
    const a3 = a2 + stride;
    let s0 = f64x2.splat(0.0);
    let s1 = s0, s2 = s0, s3 = s0, t0 = s0, t1 = s0, t2 = s0, t3 = s0;
    for (let j: usize = 0; j < bytes; j += 32) {
      let v = v128.load(x + j);
      s0 = f64x2.add(s0, f64x2.mul(v, v128.load(a + j)));
      s1 = f64x2.add(s1, f64x2.mul(v, v128.load(a1 + j)));
      s2 = f64x2.add(s2, f64x2.mul(v, v128.load(a2 + j)));
      s3 = f64x2.add(s3, f64x2.mul(v, v128.load(a3 + j)));
      v = v128.load(x + j, 16);
      t0 = f64x2.add(t0, f64x2.mul(v, v128.load(a + j, 16)));
      t1 = f64x2.add(t1, f64x2.mul(v, v128.load(a1 + j, 16)));
      t2 = f64x2.add(t2, f64x2.mul(v, v128.load(a2 + j, 16)));
      t3 = f64x2.add(t3, f64x2.mul(v, v128.load(a3 + j, 16)));
    }
    store<f64>(y, total(f64x2.add(s0, t0)));
    store<f64>(y, total(f64x2.add(s1, t1)), 8);
    store<f64>(y, total(f64x2.add(s2, t2)), 16);
    store<f64>(y, total(f64x2.add(s3, t3)), 24);
    a = a3 + stride;
    y += 32;
  }
  for (; r < rows; r++) {
    let s = f64x2.splat(0.0);
    let t = s;
    for (let j: usize = 0; j < bytes; j += 32) {
      s = f64x2.add(s, f64x2.mul(v128.load(x + j), v128.load(a + j)));
      t = f64x2.add(t, f64x2.mul(v128.load(x + j, 16), v128.load(a + j, 16)));
    }
    store<f64>(y, total(f64x2.add(s, t)));
    a += stride;
    y += 8;
  }
}

/** y_j -= sum_r c_r a_rj over `rows` rows of length n. */
export function rowsSubtract(rows: i32, n: i32, c: usize, a: usize, lda: i32, y: usize): void {
  const stride = <usize>lda << 3;
  const bytes = <usize>n << 3;
  let r = 0;
  for (; r + 4 <= rows; r += 4) {
    const a1 = a + stride;
    const a2 = a1 + stride;
    const a3 = a2 + stride;
    const c0 = v128.load64_splat(c);
    const c1 = v128.load64_splat(c, 8);
    const c2 = v128.load64_splat(c, 16);
    const c3 = v128.load64_splat(c, 24);
    for (let j: usize = 0; j < bytes; j += 32) {
      let u = f64x2.add(f64x2.mul(c0, v128.load(a + j)), f64x2.mul(c1, v128.load(a1 + j)));
      u = f64x2.add(u, f64x2.add(f64x2.mul(c2, v128.load(a2 + j)), f64x2.mul(c3, v128.load(a3 + j))));
      v128.store(y + j, f64x2.sub(v128.load(y + j), u));
      let v = f64x2.add(f64x2.mul(c0, v128.load(a + j, 16)), f64x2.mul(c1, v128.load(a1 + j, 16)));
      v = f64x2.add(v, f64x2.add(f64x2.mul(c2, v128.load(a2 + j, 16)), f64x2.mul(c3, v128.load(a3 + j, 16))));
      v128.store(y + j, f64x2.sub(v128.load(y + j, 16), v), 16);
    }
    a = a3 + stride;
    c += 32;
  }
  for (; r < rows; r++) {
    const c0 = v128.load64_splat(c);
    for (let j: usize = 0; j < bytes; j += 16) {
      v128.store(y + j, f64x2.sub(v128.load(y + j), f64x2.mul(c0, v128.load(a + j))));
    }
    a += stride;
    c += 8;
  }
}

/**
 * y = A x over the indices from `start` (a multiple of four) to n, where the upper triangle of the symmetric A is stored:
 * every entry is read once and used for its row and for its column, four rows at a time.
 */
export function symmetricTimes(n: i32, start: i32, a: usize, lda: i32, x: usize, y: usize): void {
  for (let j = start; j < n; j += 2) v128.store(y + (<usize>j << 3), f64x2.splat(0.0));
  for (let i = start; i < n; i += 4) fourRows(n, i, a + (<usize>(i * lda) << 3), <usize>lda << 3, x, y);
}

export function fourRows(n: i32, i: i32, a0: usize, stride: usize, x: usize, y: usize): void {
  const a1 = a0 + stride;
  const a2 = a1 + stride;
  const a3 = a2 + stride;
  let j = <usize>i << 3;
  const end = <usize>n << 3;
  const x0 = load<f64>(x + j), x1 = load<f64>(x + j, 8), x2 = load<f64>(x + j, 16), x3 = load<f64>(x + j, 24);
  const a01 = load<f64>(a0 + j, 8), a02 = load<f64>(a0 + j, 16), a03 = load<f64>(a0 + j, 24);
  const a12 = load<f64>(a1 + j, 16), a13 = load<f64>(a1 + j, 24), a23 = load<f64>(a2 + j, 24);
  const d0 = load<f64>(a0 + j) * x0 + a01 * x1 + (a02 * x2 + a03 * x3);
  const d1 = a01 * x0 + load<f64>(a1 + j, 8) * x1 + (a12 * x2 + a13 * x3);
  const d2 = a02 * x0 + a12 * x1 + (load<f64>(a2 + j, 16) * x2 + a23 * x3);
  const d3 = a03 * x0 + a13 * x1 + (a23 * x2 + load<f64>(a3 + j, 24) * x3);
  const out = y + j;
  const v0 = f64x2.splat(x0), v1 = f64x2.splat(x1), v2 = f64x2.splat(x2), v3 = f64x2.splat(x3);
  let s0 = f64x2.splat(0.0);
  let s1 = s0, s2 = s0, s3 = s0;
  for (j += 32; j < end; j += 32) {
    let xv = v128.load(x + j);
    let p = v128.load(a0 + j);
    let q = v128.load(a1 + j);
    let r = v128.load(a2 + j);
    let s = v128.load(a3 + j);
    s0 = f64x2.add(s0, f64x2.mul(p, xv));
    s1 = f64x2.add(s1, f64x2.mul(q, xv));
    s2 = f64x2.add(s2, f64x2.mul(r, xv));
    s3 = f64x2.add(s3, f64x2.mul(s, xv));
    p = f64x2.add(f64x2.mul(p, v0), f64x2.mul(q, v1));
    r = f64x2.add(f64x2.mul(r, v2), f64x2.mul(s, v3));
    v128.store(y + j, f64x2.add(v128.load(y + j), f64x2.add(p, r)));
    xv = v128.load(x + j, 16);
    p = v128.load(a0 + j, 16);
    q = v128.load(a1 + j, 16);
    r = v128.load(a2 + j, 16);
    s = v128.load(a3 + j, 16);
    s0 = f64x2.add(s0, f64x2.mul(p, xv));
    s1 = f64x2.add(s1, f64x2.mul(q, xv));
    s2 = f64x2.add(s2, f64x2.mul(r, xv));
    s3 = f64x2.add(s3, f64x2.mul(s, xv));
    p = f64x2.add(f64x2.mul(p, v0), f64x2.mul(q, v1));
    r = f64x2.add(f64x2.mul(r, v2), f64x2.mul(s, v3));
    v128.store(y + j, f64x2.add(v128.load(y + j, 16), f64x2.add(p, r)), 16);
  }
  store<f64>(out, load<f64>(out) + d0 + total(s0));
  store<f64>(out, load<f64>(out, 8) + d1 + total(s1), 8);
  store<f64>(out, load<f64>(out, 16) + d2 + total(s2), 16);
  store<f64>(out, load<f64>(out, 24) + d3 + total(s3), 24);
}

@inline
function total(v: v128): f64 {
  return f64x2.extract_lane(v, 0) + f64x2.extract_lane(v, 1);
}
