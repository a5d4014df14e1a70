/** The WebAssembly kernels and the memory they work in. */
import { UserError } from '../../errors/user-error.ts';
import { kernelsBase64 } from './kernels.gen.ts';

/** What is used of the WebAssembly API, which every engine has and no type library without a browser declares. */
declare const WebAssembly: {
  readonly Module: new (bytes: Uint8Array) => object;
  readonly Instance: new (module: object, imports: object) => { readonly exports: unknown };
};

interface Memory {
  readonly buffer: ArrayBuffer;
  grow(pages: number): number;
}

/** The exports of `assembly/`; pointers are byte offsets into the memory, strides and sizes count doubles. */
interface Exports {
  readonly memory: Memory;
  gemmScratchBytes(): number;
  gemm(
    m: number,
    n: number,
    k: number,
    alpha: number,
    a: number,
    rowStrideA: number,
    columnStrideA: number,
    b: number,
    rowStrideB: number,
    columnStrideB: number,
    beta: number,
    c: number,
    rowStrideC: number,
    part: number,
    scratch: number,
  ): void;
  rowsDot(rows: number, n: number, a: number, lda: number, x: number, y: number): void;
  rowsSubtract(rows: number, n: number, c: number, a: number, lda: number, y: number): void;
  symmetricTimes(n: number, start: number, a: number, lda: number, x: number, y: number): void;
  secularRoot(k: number, i: number, d: number, z2: number, rho: number, row: number): number;
  exactSquares(k: number, d: number, rows: number, ld: number, product: number): void;
  secularVectors(k: number, rows: number, ld: number, z: number, order: number, scratch: number): void;
}

/** A row-major matrix, or a vector, in the memory of the kernels: `data` starts at byte `at`, rows lie `ld` doubles apart. */
export interface Block {
  readonly at: number;
  readonly data: Float64Array;
  readonly ld: number;
}

/** A gemm operand: the block from entry (row, col) on, or its transpose. */
export interface Operand {
  readonly block: Block;
  readonly row?: number;
  readonly col?: number;
  readonly transposed?: boolean;
}

/** Memory for one computation. What `take` hands out holds whatever an earlier computation left there. */
export interface Arena {
  readonly kernels: Exports;
  take(rows: number, cols: number): Block;
  /** A copy of `a`. */
  load(a: { readonly rows: number; readonly cols: number; readonly data: Float32Array | Float64Array }): Block;
  /** `release(mark())` gives back what was taken in between. */
  mark(): number;
  release(mark: number): void;
  /** C = beta C + alpha A B, with A m x k and B k x n; `upper` leaves out tiles wholly below the diagonal. */
  gemm(
    m: number,
    n: number,
    k: number,
    alpha: number,
    a: Operand,
    b: Operand,
    beta: number,
    c: Operand,
    upper?: boolean,
  ): void;
}

const pageBytes = 65536;
const firstByte = 4096; // below lie the globals of the module

/** Row stride for `cols` columns: whole cache lines, and never a multiple of a page, where four rows would share a set. */
export function rowStride(cols: number): number {
  const padded = Math.max(8, Math.ceil(cols / 8) * 8);
  return padded % 64 === 0 ? padded + 8 : padded;
}

// One instance per thread. Its memory is scratch: a computation reads nothing that it has not written itself.
let exports_: Exports | undefined;

function instantiate(): Exports {
  const bytes = Uint8Array.from(atob(kernelsBase64), c => c.charCodeAt(0));
  const env = {
    abort: () => {
      throw new Error('a kernel aborted');
    },
  };
  return new WebAssembly.Instance(new WebAssembly.Module(bytes), { env }).exports as Exports;
}

function grow(memory: Memory, pages: number, bytes: number): void {
  try {
    memory.grow(pages);
  } catch (error) {
    throw new UserError(
      `Cannot decompose a matrix: expected one that takes less than 4 GiB of free memory, found one that takes ${(bytes / 2 ** 30).toFixed(1)} GiB.`,
      'Keep this layer dense, or run where more memory is free.',
      { cause: error },
    );
  }
}

/** An arena with room for `doubles` doubles in `blocks` blocks. */
export function openArena(doubles: number, blocks: number): Arena {
  exports_ ??= instantiate();
  const kernels = exports_;
  const scratchBytes = kernels.gemmScratchBytes();
  const bytes = firstByte + scratchBytes + 8 * doubles + 64 * (blocks + 1);
  const missing = Math.ceil((bytes - kernels.memory.buffer.byteLength) / pageBytes);
  if (missing > 0) grow(kernels.memory, missing, bytes);
  const { buffer } = kernels.memory;
  let next = firstByte + scratchBytes;
  const pointer = ({ block, row = 0, col = 0 }: Operand): number => block.at + 8 * (row * block.ld + col);
  const take = (rows: number, cols: number): Block => {
    const ld = rows === 1 ? cols : rowStride(cols);
    const at = Math.ceil(next / 64) * 64;
    next = at + 8 * rows * ld;
    if (next > buffer.byteLength) throw new Error('the arena is smaller than the computation needs');
    return { at, data: new Float64Array(buffer, at, rows * ld), ld };
  };
  return {
    kernels,
    take,
    load: ({ rows, cols, data }) => {
      const block = take(rows, cols);
      for (let i = 0; i < rows; i++) block.data.set(data.subarray(i * cols, (i + 1) * cols), i * block.ld);
      return block;
    },
    mark: () => next,
    release: mark => {
      next = mark;
    },
    gemm: (m, n, k, alpha, a, b, beta, c, upper = false) => {
      const [rowA, colA] = a.transposed ? [1, a.block.ld] : [a.block.ld, 1];
      const [rowB, colB] = b.transposed ? [1, b.block.ld] : [b.block.ld, 1];
      const part = upper ? 1 : 0;
      kernels.gemm(
        m,
        n,
        k,
        alpha,
        pointer(a),
        rowA,
        colA,
        pointer(b),
        rowB,
        colB,
        beta,
        pointer(c),
        c.block.ld,
        part,
        firstByte,
      );
    },
  };
}
