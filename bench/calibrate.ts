/**
 * `npm run bench -- calibrate [--images N] [--threads N]`: what one pass over calibration images costs, and the reverse pass after it: wall time, and the
 * largest resident set of the child process that runs them. ResNet-56 and ResNet-18 where the shared networks are, and a ResNet-50 made in code
 * over drawn images; images are prepared before the clock starts.
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { availableParallelism, cpus, loadavg } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { encodeStatistics } from '../src/calibrate/encode.ts';
import { measureStatistics } from '../src/calibrate/measure.ts';
import { openCalibrationImages } from '../src/calibrate/open.ts';
import { measureSensitivity } from '../src/calibrate/sensitivity.ts';
import { openDataset } from '../src/data/open.ts';
import { parseDataSpec } from '../src/data/spec.ts';
import { findSites } from '../src/decompose/find-sites.ts';
import { loadModel } from '../src/host/model-file.ts';
import type { Model } from '../src/onnx/graph.ts';
import { inferShapes } from '../src/onnx/shapes.ts';
import { resNet50 } from './train/resnet.ts';

const assets = join(import.meta.dirname, '..', '..', 'shared', 'assets');

interface Case {
  readonly name: string;
  readonly model: () => Model;
  readonly data: string;
}

const shared = (name: string, file: string, data: string): Case[] =>
  existsSync(assets)
    ? [{ name, model: () => loadModel(join(assets, 'models', file)).model, data: data.replace(':', `:${assets}/`) }]
    : [];

const cases: readonly Case[] = [
  ...shared('ResNet-56', 'resnet56.bn.onnx', 'cifar10:cifar10'),
  ...shared('ResNet-18', 'resnet18-hybrid.bn.onnx', 'folder:imagenet-calib300'),
  { name: 'ResNet-50', model: () => resNet50({ compression: 1 }), data: 'shapes:0' },
];

export async function bench(args: string[]): Promise<void> {
  const { values } = parseArgs({
    args,
    options: {
      images: { type: 'string', default: '512' },
      threads: { type: 'string', default: String(Math.min(2, availableParallelism())) },
      only: { type: 'string' },
    },
  });
  const [wanted, threads] = [Number(values.images), Number(values.threads)];
  console.log(`${cpus()[0]?.model.trim()}, ${threads} threads, node ${process.version}, load ${load()}`);
  for (const each of cases.filter(({ name }) => values.only === undefined || name === values.only)) {
    const model = each.model();
    const { sites } = findSites(model, inferShapes(model.graph, model.opsets));
    const dataset = await openDataset(parseDataSpec(each.data));
    const images = await openCalibrationImages(model, { dataset, own: false, wanted, seed: 0 });
    if (!images) continue;
    const session = { provider: 'cpu', threads, graphOptimization: 'all' } as const;
    const options = { model, sites, images, session, seed: 0 };
    console.log(`${each.name}: ${sites.length} sites, ${images.positions.length} images (load ${load()})`);
    const forward = await watched(() => measureStatistics(options));
    if (forward.value.state === 'failed') throw new Error(forward.value.detail);
    const bytes = encodeStatistics(forward.value.value).length;
    console.log(`  statistics: ${text(forward)}, ${(bytes / 1e6).toFixed(0)} MB kept`);
    const reverse = await watched(() => measureSensitivity(options));
    if (reverse.value.state === 'failed') throw new Error(reverse.value.detail);
    console.log(`  reverse pass: ${text(reverse)}`);
  }
}

interface Watched<T> {
  readonly value: T;
  readonly seconds: number;
  readonly peakBytes: number;
}

const text = ({ seconds, peakBytes }: Watched<unknown>): string =>
  `${seconds.toFixed(1)} s, ${(peakBytes / 1e6).toFixed(0)} MB at most in the child`;
const load = (): string => (loadavg()[0] ?? 0).toFixed(1);

/** The largest resident set of any child process meanwhile, by Linux's own high-water mark; 0 elsewhere. */
async function watched<T>(work: () => Promise<T>): Promise<Watched<T>> {
  let peakBytes = 0;
  const look = (): void => {
    for (const pid of children()) peakBytes = Math.max(peakBytes, highWaterBytes(pid));
  };
  const timer = setInterval(look, 100);
  const start = performance.now();
  try {
    const value = await work();
    return { value, seconds: (performance.now() - start) / 1000, peakBytes };
  } finally {
    clearInterval(timer);
  }
}

function children(): string[] {
  try {
    return readdirSync('/proc/self/task').flatMap(task =>
      readFileSync(`/proc/self/task/${task}/children`, 'utf8').trim().split(' ').filter(Boolean),
    );
  } catch {
    return [];
  }
}

function highWaterBytes(pid: string): number {
  try {
    return 1024 * Number(/VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? 0);
  } catch {
    return 0;
  }
}
