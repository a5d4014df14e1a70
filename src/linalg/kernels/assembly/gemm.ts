/**
 * C = beta C + alpha A B in float64, after Goto and van de Geijn 2008: blocks of A and B are packed into panels in the
 * order in which the innermost loop reads them, and a 4 x 4 tile of C stays in registers while it is summed over k.
 * A is m x k, B is k x n, both with any row and column stride (so a transposed operand costs nothing); C is row-major.
 * Sizes are in elements, pointers in bytes. Products and sums are rounded one by one, in an order that depends on the
 * sizes alone, so every machine gives the same bits.
 */

const KC: i32 = 256; // depth of a panel: 4 x 256 doubles of A and of B, 16 KiB, stay in the first-level cache
const MC: i32 = 128; // rows of a packed block of A: 256 KiB, second-level cache
const NC: i32 = 1024; // columns of a packed block of B: 2 MiB, third-level cache

/** Bytes of scratch that `gemm` needs at `pack`: a block of A, a block of B, and one tile. */
export function gemmScratchBytes(): i32 {
  return (MC * KC + KC * NC) * 8 + 128;
}

/** `part` 0 computes all of C, 1 the tiles that touch its upper triangle. */
export function gemm(
  m: i32, n: i32, k: i32, alpha: f64,
  a: usize, rsa: i32, csa: i32,
  b: usize, rsb: i32, csb: i32,
  beta: f64, c: usize, ldc: i32,
  part: i32, pack: usize,
): void {
  const packB = pack + (<usize>(MC * KC) << 3);
  const spill = packB + (<usize>(KC * NC) << 3);
  for (let jc = 0; jc < n; jc += NC) {
    const nc = min(NC, n - jc);
    for (let pc = 0; pc < k; pc += KC) {
      const kc = min(KC, k - pc);
      const betaNow = pc == 0 ? beta : 1.0;
      packPanels(nc, kc, b + (<usize>(jc * csb + pc * rsb) << 3), csb, rsb, packB);
      for (let ic = 0; ic < m; ic += MC) {
        const mc = min(MC, m - ic);
        if (part == 1 && jc + nc - 1 < ic) continue;
        packPanels(mc, kc, a + (<usize>(ic * rsa + pc * csa) << 3), rsa, csa, pack);
        for (let jr = 0; jr < nc; jr += 4) {
          const nr = min(4, nc - jr);
          const bp = packB + (<usize>(jr * kc) << 3);
          for (let ir = 0; ir < mc; ir += 4) {
            if (part == 1 && jc + jr + 3 < ic + ir) break;
            const ap = pack + (<usize>(ir * kc) << 3);
            const cp = c + (<usize>((ic + ir) * ldc + jc + jr) << 3);
            const mr = min(4, mc - ir);
            if (mr == 4 && nr == 4) {
              tile(kc, ap, bp, cp, <usize>ldc << 3, alpha, betaNow);
            } else {
              tile(kc, ap, bp, spill, 32, alpha, 0.0);
              addPart(mr, nr, spill, cp, ldc, betaNow);
            }
          }
        }
      }
    }
  }
}

/** Packs `count` vectors of length `kc` (vector stride `vs`, element stride `es`) into panels of four; the rest is zero. */
export function packPanels(count: i32, kc: i32, from: usize, vs: i32, es: i32, to: usize): void {
  const step = <usize>es << 3;
  for (let i = 0; i < count; i += 4) {
    const p0 = from + (<usize>(i * vs) << 3);
    if (i + 4 <= count) {
      if (vs == 1) {
        let p = p0;
        for (let l = 0; l < kc; l++) {
          v128.store(to, v128.load(p));
          v128.store(to, v128.load(p, 16), 16);
          p += step;
          to += 32;
        }
      } else {
        let p = p0;
        let q = p0 + (<usize>vs << 3);
        let r = q + (<usize>vs << 3);
        let s = r + (<usize>vs << 3);
        for (let l = 0; l < kc; l++) {
          store<f64>(to, load<f64>(p));
          store<f64>(to, load<f64>(q), 8);
          store<f64>(to, load<f64>(r), 16);
          store<f64>(to, load<f64>(s), 24);
          p += step;
          q += step;
          r += step;
          s += step;
          to += 32;
        }
      }
    } else {
      for (let l = 0; l < kc; l++) {
        for (let r = 0; r < 4; r++) {
          const value = i + r < count ? load<f64>(p0 + (<usize>(r * vs + l * es) << 3)) : 0.0;
          store<f64>(to + (<usize>r << 3), value);
        }
        to += 32;
      }
    }
  }
}

/** One 4 x 4 tile: eight accumulators of two doubles. `stride` is C's row stride in bytes. */
export function tile(kc: i32, ap: usize, bp: usize, c: usize, stride: usize, alpha: f64, beta: f64): void {
  let c00 = f64x2.splat(0.0);
  let c01 = c00, c10 = c00, c11 = c00, c20 = c00, c21 = c00, c30 = c00, c31 = c00;
  const end = ap + (<usize>kc << 5);
  const end2 = ap + (<usize>(kc & ~1) << 5);
  while (ap < end2) {
    let b0 = v128.load(bp);
    let b1 = v128.load(bp, 16);
    let x = v128.load64_splat(ap);
    c00 = f64x2.add(c00, f64x2.mul(x, b0));
    c01 = f64x2.add(c01, f64x2.mul(x, b1));
    x = v128.load64_splat(ap, 8);
    c10 = f64x2.add(c10, f64x2.mul(x, b0));
    c11 = f64x2.add(c11, f64x2.mul(x, b1));
    x = v128.load64_splat(ap, 16);
    c20 = f64x2.add(c20, f64x2.mul(x, b0));
    c21 = f64x2.add(c21, f64x2.mul(x, b1));
    x = v128.load64_splat(ap, 24);
    c30 = f64x2.add(c30, f64x2.mul(x, b0));
    c31 = f64x2.add(c31, f64x2.mul(x, b1));
    b0 = v128.load(bp, 32);
    b1 = v128.load(bp, 48);
    x = v128.load64_splat(ap, 32);
    c00 = f64x2.add(c00, f64x2.mul(x, b0));
    c01 = f64x2.add(c01, f64x2.mul(x, b1));
    x = v128.load64_splat(ap, 40);
    c10 = f64x2.add(c10, f64x2.mul(x, b0));
    c11 = f64x2.add(c11, f64x2.mul(x, b1));
    x = v128.load64_splat(ap, 48);
    c20 = f64x2.add(c20, f64x2.mul(x, b0));
    c21 = f64x2.add(c21, f64x2.mul(x, b1));
    x = v128.load64_splat(ap, 56);
    c30 = f64x2.add(c30, f64x2.mul(x, b0));
    c31 = f64x2.add(c31, f64x2.mul(x, b1));
    ap += 64;
    bp += 64;
  }
  if (ap < end) {
    const b0 = v128.load(bp);
    const b1 = v128.load(bp, 16);
    let x = v128.load64_splat(ap);
    c00 = f64x2.add(c00, f64x2.mul(x, b0));
    c01 = f64x2.add(c01, f64x2.mul(x, b1));
    x = v128.load64_splat(ap, 8);
    c10 = f64x2.add(c10, f64x2.mul(x, b0));
    c11 = f64x2.add(c11, f64x2.mul(x, b1));
    x = v128.load64_splat(ap, 16);
    c20 = f64x2.add(c20, f64x2.mul(x, b0));
    c21 = f64x2.add(c21, f64x2.mul(x, b1));
    x = v128.load64_splat(ap, 24);
    c30 = f64x2.add(c30, f64x2.mul(x, b0));
    c31 = f64x2.add(c31, f64x2.mul(x, b1));
  }
  const scale = f64x2.splat(alpha);
  put(c, c00, c01, scale, beta);
  put(c + stride, c10, c11, scale, beta);
  put(c + 2 * stride, c20, c21, scale, beta);
  put(c + 3 * stride, c30, c31, scale, beta);
}

@inline
function put(c: usize, left: v128, right: v128, scale: v128, beta: f64): void {
  left = f64x2.mul(left, scale);
  right = f64x2.mul(right, scale);
  if (beta == 1.0) {
    left = f64x2.add(left, v128.load(c));
    right = f64x2.add(right, v128.load(c, 16));
  } else if (beta != 0.0) {
    const b = f64x2.splat(beta);
    left = f64x2.add(left, f64x2.mul(b, v128.load(c)));
    right = f64x2.add(right, f64x2.mul(b, v128.load(c, 16)));
  }
  v128.store(c, left);
  v128.store(c, right, 16);
}

/** Adds the mr x nr corner of a spilled tile (row stride four) to beta C. */
function addPart(mr: i32, nr: i32, from: usize, c: usize, ldc: i32, beta: f64): void {
  for (let i = 0; i < mr; i++) {
    for (let j = 0; j < nr; j++) {
      const at = c + (<usize>(i * ldc + j) << 3);
      const sum = load<f64>(from + (<usize>(4 * i + j) << 3));
      store<f64>(at, beta == 0.0 ? sum : sum + beta * load<f64>(at));
    }
  }
}
