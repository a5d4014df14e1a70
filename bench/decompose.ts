/**
 * `npm run bench -- decompose [--repetitions N] [--quick]`: the wall time of the singular value decompositions for all
 * sites of ResNet-50 (random weights), in our threads and by LAPACK through numpy, in turn on the same matrices and cores.
 * `--quick` leaves out all but the smallest of each shape's layers. `PYTHON` names the interpreter (default `python3`).
 */
import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { availableParallelism, cpus, loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { WeightBlock } from '../src/decompose/block.ts';
import type { RealMatrix } from '../src/linalg/matrix.ts';
import { transpose } from '../src/linalg/matrix.ts';
import { multiply } from '../src/linalg/multiply.ts';
import type { Svd } from '../src/linalg/svd.ts';
import { seededRng } from '../src/random/rng.ts';
import { createFactorPool, type FactorPool } from '../src/threads/factor-pool.ts';

interface Layer {
  readonly name: string;
  readonly method: 'svd' | 'spatial';
  readonly out: number;
  readonly in: number;
  readonly kernel: number;
}

/** The 54 weights of ResNet-50 (He et al. 2016, table 1): a 7x7, sixteen 3x3, 36 1x1 and the classifier. */
export function resnet50Layers(): Layer[] {
  const layers: Layer[] = [{ name: 'conv1', method: 'spatial', out: 64, in: 3, kernel: 7 }];
  let channels = 64;
  [3, 4, 6, 3].forEach((blocks, stage) => {
    const width = 64 << stage;
    for (let block = 0; block < blocks; block++) {
      const name = `layer${stage + 1}.${block}`;
      layers.push({ name: `${name}.conv1`, method: 'svd', out: width, in: channels, kernel: 1 });
      layers.push({ name: `${name}.conv2`, method: 'spatial', out: width, in: width, kernel: 3 });
      layers.push({ name: `${name}.conv3`, method: 'svd', out: 4 * width, in: width, kernel: 1 });
      if (block === 0)
        layers.push({ name: `${name}.shortcut`, method: 'svd', out: 4 * width, in: channels, kernel: 1 });
      channels = 4 * width;
    }
  });
  return [...layers, { name: 'fc', method: 'svd', out: 1000, in: 2048, kernel: 1 }];
}

/** He-normal weights, by the sum of twelve uniform numbers. */
function randomBlock(layer: Layer, seed: number): WeightBlock {
  const rng = seededRng(seed);
  const scale = Math.sqrt(2 / (layer.in * layer.kernel ** 2));
  const data = new Float32Array(layer.out * layer.in * layer.kernel ** 2);
  for (let i = 0; i < data.length; i++) {
    let sum = -6;
    for (let j = 0; j < 12; j++) sum += rng.uniform();
    data[i] = scale * sum;
  }
  return { groups: 1, outPerGroup: layer.out, inPerGroup: layer.in, kernel: [layer.kernel, layer.kernel], data };
}

/** The matrix that the method decomposes: [out * kw] x [in * kh], which for 1x1 is the weight itself. */
function unfolding({ outPerGroup, inPerGroup, kernel, data }: WeightBlock): RealMatrix {
  const [height, width] = kernel;
  const rows = outPerGroup * width;
  const cols = inPerGroup * height;
  const result = new Float32Array(rows * cols);
  for (let o = 0; o < outPerGroup; o++) {
    for (let cy = 0; cy < cols; cy++) {
      for (let x = 0; x < width; x++) result[(o * width + x) * cols + cy] = data[(o * cols + cy) * width + x]!;
    }
  }
  return { rows, cols, data: result };
}

interface Task {
  readonly layer: Layer;
  readonly block: WeightBlock;
  readonly matrix: RealMatrix;
}

const cost = ({ rows, cols }: RealMatrix): number => rows * cols * Math.min(rows, cols);

async function timed(run: () => Promise<unknown>): Promise<number> {
  const start = performance.now();
  await run();
  return performance.now() - start;
}

export async function bench(args: readonly string[]): Promise<void> {
  const at = args.indexOf('--repetitions');
  const repetitions = at < 0 ? 3 : Number(args[at + 1]);
  if (!Number.isInteger(repetitions) || repetitions < 1) throw new RangeError('--repetitions takes a number from 1 on');
  const threads = availableParallelism();
  const tasks = resnet50Layers()
    .filter(layer => !args.includes('--quick') || layer.out * layer.in * layer.kernel ** 2 <= 1 << 18)
    .map((layer, index): Task => {
      const block = randomBlock(layer, index + 1);
      return { layer, block, matrix: unfolding(block) };
    })
    .sort((a, b) => cost(b.matrix) - cost(a.matrix));
  console.log(`${tasks.length} sites of ResNet-50, ${threads} threads, ${repetitions} repetitions in turn`);
  console.log(`${cpus()[0]?.model.trim()}, node ${process.version}, load ${loadavg()[0]?.toFixed(2)}`);

  const folder = mkdtempSync(join(tmpdir(), 'rankfront-bench-'));
  const numpy = await startNumpy(folder, tasks, threads);
  await using pool = createFactorPool(threads);
  try {
    console.log(numpy ? `numpy ${numpy.versions}` : 'numpy is absent (Debian and Ubuntu: apt install python3-numpy)');
    await pool.svd(tasks.at(-1)!.matrix); // starts a thread
    const columns: Record<string, number[]> = {};
    const note = (name: string, ms: number): void => {
      columns[name] ??= [];
      columns[name].push(ms);
      console.error(`${name}: ${(ms / 1000).toFixed(2)} s (load ${loadavg()[0]?.toFixed(1)})`); // one by one: a run takes minutes
    };
    for (let repetition = 0; repetition < repetitions; repetition++) {
      note('svd, ours', await timed(() => Promise.all(tasks.map(({ matrix }) => pool.svd(matrix)))));
      if (numpy) note('svd, numpy float32', await numpy.run('float32'));
      note('factors, ours', await timed(() => factoriseAll(pool, tasks)));
      if (numpy) note('svd, numpy float64', await numpy.run('float64'));
    }
    console.log('');
    for (const [name, times] of Object.entries(columns)) console.log(`${name.padEnd(20)} ${seconds(times)}`);
    for (const ours of ['svd, ours', 'factors, ours']) {
      for (const peer of ['svd, numpy float32', 'svd, numpy float64']) {
        const ratios = columns[peer]?.map((ms, i) => columns[ours]![i]! / ms);
        if (ratios) console.log(`${ours} / ${peer}: ${spread(ratios)}`);
      }
    }
    await accuracy(pool, tasks);
  } finally {
    numpy?.end();
    rmSync(folder, { recursive: true, force: true });
  }
}

/** As a search does it: the unfolding, the decomposition, and the square roots on both sides. */
const factoriseAll = (pool: FactorPool, tasks: readonly Task[]): Promise<unknown> =>
  Promise.all(tasks.map(({ block, layer }) => pool.factorise(block, layer.method, null)));

const median = (values: readonly number[]): number => values.toSorted((a, b) => a - b)[values.length >> 1]!;
const seconds = (ms: readonly number[]): string =>
  `${(median(ms) / 1000).toFixed(2)} s (${(Math.min(...ms) / 1000).toFixed(2)} to ${(Math.max(...ms) / 1000).toFixed(2)})`;
const spread = (values: readonly number[]): string =>
  `${median(values).toFixed(2)}x (${Math.min(...values).toFixed(2)} to ${Math.max(...values).toFixed(2)})`;

/** The largest |A - U S Vt| / |A| and the largest entry of |Ut U - I| and |Vt V - I|, over one task of each shape. */
async function accuracy(pool: FactorPool, tasks: readonly Task[]): Promise<void> {
  const shapes = new Map(tasks.map(task => [`${task.matrix.rows} x ${task.matrix.cols}`, task.matrix]));
  let residual = 0;
  let orthogonality = 0;
  for (const matrix of shapes.values()) {
    const factors = await pool.svd(matrix);
    residual = Math.max(residual, reconstructionError(matrix, factors));
    const { u, vt, s, rows, cols } = factors;
    const right = { rows: s.length, cols, data: vt };
    const left = { rows, cols: s.length, data: u };
    orthogonality = Math.max(orthogonality, offIdentity(multiply(transpose(left), left)));
    orthogonality = Math.max(orthogonality, offIdentity(multiply(right, transpose(right))));
  }
  console.log(`largest error over ${shapes.size} shapes: |A - U S Vt| / |A| = ${residual.toExponential(1)}`);
  console.log(`orthogonality of the float32 vectors, largest entry of |Vt V - I| = ${orthogonality.toExponential(1)}`);
}

function reconstructionError(matrix: RealMatrix, { u, s, vt, rows, cols }: Svd): number {
  const k = s.length;
  const scaled = Float64Array.from(u, (x, i) => x * s[i % k]!);
  const product = multiply({ rows, cols: k, data: scaled }, { rows: k, cols, data: vt });
  let error = 0;
  let norm = 0;
  for (let i = 0; i < product.data.length; i++) {
    error += (product.data[i]! - matrix.data[i]!) ** 2;
    norm += matrix.data[i]! ** 2;
  }
  return Math.sqrt(error / norm);
}

function offIdentity({ rows, data }: { readonly rows: number; readonly data: Float64Array }): number {
  let largest = 0;
  for (let i = 0; i < data.length; i++)
    largest = Math.max(largest, Math.abs(data[i]! - (i % (rows + 1) === 0 ? 1 : 0)));
  return largest;
}

interface Numpy {
  readonly versions: string;
  /** Milliseconds for all matrices, one after the other, LAPACK with all cores. */
  run(type: 'float32' | 'float64'): Promise<number>;
  end(): void;
}

const script = `
import sys, time
import numpy
blas = ''
try:
    blas = numpy.show_config(mode='dicts')['Build Dependencies']['blas']
    blas = ', ' + blas['name'] + ' ' + blas['version']
except Exception:
    pass
matrices, at = [], 0
numbers = numpy.fromfile(sys.argv[1], dtype=numpy.float32)
for shape in sys.argv[2:]:
    rows, cols = (int(n) for n in shape.split('x'))
    matrices.append(numbers[at:at + rows * cols].reshape(rows, cols))
    at += rows * cols
print(numpy.__version__ + blas, flush=True)
for line in sys.stdin:
    typed = [a.astype(line.strip()) for a in matrices]
    start = time.perf_counter()
    for a in typed:
        numpy.linalg.svd(a, full_matrices=False)
    print((time.perf_counter() - start) * 1000, flush=True)
`;

/** A Python that holds the matrices and waits; null when there is none with numpy. */
async function startNumpy(folder: string, tasks: readonly Task[], threads: number): Promise<Numpy | null> {
  const file = join(folder, 'matrices.f32');
  writeFileSync(file, Buffer.concat(tasks.map(({ matrix }) => new Uint8Array(matrix.data.buffer))));
  const shapes = tasks.map(({ matrix }) => `${matrix.rows}x${matrix.cols}`);
  const count = String(threads);
  const child: ChildProcessWithoutNullStreams = spawn(
    process.env.PYTHON || 'python3',
    ['-c', script, file, ...shapes],
    {
      env: { ...process.env, OPENBLAS_NUM_THREADS: count, OMP_NUM_THREADS: count, MKL_NUM_THREADS: count },
    },
  );
  child.on('error', () => {}); // no such interpreter: the lines end at once
  child.stdin.on('error', () => {});
  child.stderr.resume();
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const first = await lines.next();
  if (first.done) return null;
  return {
    versions: first.value,
    run: async type => {
      child.stdin.write(`${type}\n`);
      const line = await lines.next();
      if (line.done) throw new Error('numpy ended before it answered');
      return Number(line.value);
    },
    end: () => child.stdin.end(),
  };
}
