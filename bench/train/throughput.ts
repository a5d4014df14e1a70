/** Images a second of a training step, and PyTorch's on the same cores: our steps and its steps take turns. */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { dirname, join } from 'node:path';
import { parseArgs } from 'node:util';
import { median } from '../../src/stats/robust.ts';
import { openOnnxruntimeTrainer } from '../../src/train/onnxruntime/open.ts';
import { defaultTraining, type TrainingOptions } from '../../src/train/options.ts';
import { machine } from './machine.ts';
import { type BenchNetwork, benchNetworks, noise } from './networks.ts';
import { hasTorch, openTorch } from './torch.ts';

interface Figure {
  readonly network: string;
  readonly batch: number;
  readonly threads: number;
  /** How PyTorch keeps images in memory, the faster of two. */
  readonly torchLayout: string | null;
  readonly imagesPerSecond: number;
  readonly torchImagesPerSecond: number | null;
  /** PyTorch's time over ours, the median over steps in turn: above 1 we are faster. */
  readonly ratio: number | null;
  /** Lower and upper quartile of the same. */
  readonly ratioQuartiles: readonly [number, number] | null;
  /** The same of processor time, which a busy machine disturbs less; waiting threads that spin count as well, in ours. */
  readonly cpuRatio: number | null;
  readonly cpuRatioQuartiles: readonly [number, number] | null;
  readonly ms: readonly number[];
  readonly torchMs: readonly number[];
  readonly cpuMs: readonly number[];
  readonly torchCpuMs: readonly number[];
}

/** `[--networks ResNet-20,...] [--steps 7] [--threads 1,2] [--out FILE]`; figures of other networks or threads in FILE stay. */
export async function bench(args: string[]): Promise<void> {
  const { values } = parseArgs({
    args,
    options: {
      networks: { type: 'string', default: benchNetworks.map(({ name }) => name).join(',') },
      steps: { type: 'string', default: '7' },
      threads: { type: 'string', default: String(availableParallelism()) },
      out: {
        type: 'string',
        default: join(import.meta.dirname, '..', '..', 'results/reference/train/throughput.json'),
      },
    },
  });
  const withTorch = hasTorch();
  if (!withTorch) console.log('Without PyTorch: no python3 with torch and numpy. Name one: PYTHON=/path/to/python.');
  const figures: Kept[] = [];
  mkdirSync(dirname(values.out), { recursive: true });
  /** After each figure, so that what is measured survives. */
  const write = (): void =>
    writeFileSync(values.out, `${JSON.stringify({ figures: [...kept(values.out, figures), ...figures] }, null, 1)}\n`);
  for (const network of benchNetworks.filter(({ name }) => values.networks.split(',').includes(name))) {
    for (const threads of values.threads.split(',').map(Number)) {
      const found = await compare(network, Number(values.steps), threads, withTorch);
      if (!found) continue;
      const command = `npm run bench -- train throughput ${args.join(' ')}`.trim();
      figures.push({ ...found.figure, command, machine: machine(), torch: found.version });
      console.log(line(found.figure));
      write();
    }
  }
}

/** A figure with what it was made by and on. */
type Kept = Figure & { readonly command: string; readonly machine: object; readonly torch: string | null };

/** Figures of the file that have not been measured again. */
function kept(path: string, measured: readonly Kept[]): Kept[] {
  if (!existsSync(path)) return [];
  const { figures } = JSON.parse(readFileSync(path, 'utf8')) as { figures: Kept[] };
  return figures.filter(
    old => !measured.some(({ network, threads }) => network === old.network && threads === old.threads),
  );
}

async function compare(network: BenchNetwork, steps: number, threads: number, withTorch: boolean) {
  const model = network.open();
  if (!model) {
    console.log(`${network.name}: skipped, it is not beside the checkout`);
    return null;
  }
  const options: TrainingOptions = { ...defaultTraining, model, batchSize: network.batchSize };
  const batch = noise(network);
  const trainer = await openOnnxruntimeTrainer(options, { provider: 'cpu', threads, graphOptimization: 'all' });
  const torch = withTorch ? await openTorch(options, [batch], 1e-3, threads, true) : null;
  const ours: { ms: number; cpuMs: number }[] = [];
  const theirs: { ms: number; cpuMs: number }[] = [];
  try {
    for (let i = -1; i < steps; i++) {
      const [startMs, cpu] = [performance.now(), process.cpuUsage()];
      await trainer.step(batch, { learningRate: 1e-3 });
      const ms = performance.now() - startMs;
      const { user, system } = process.cpuUsage(cpu);
      const answer = await torch?.step();
      if (i < 0) continue; // warms up
      ours.push({ ms, cpuMs: (user + system) / 1000 });
      if (answer) theirs.push(answer);
    }
  } finally {
    torch?.close();
    await trainer.close();
  }
  const perSecond = (of: readonly { ms: number }[]): number =>
    (1000 * network.batchSize) / median(of.map(({ ms }) => ms));
  const ratios = (of: 'ms' | 'cpuMs'): number[] => theirs.map((each, i) => each[of] / (ours[i]?.[of] ?? Number.NaN));
  const figure: Figure = {
    network: network.name,
    batch: network.batchSize,
    threads,
    torchLayout: torch?.layout ?? null,
    imagesPerSecond: perSecond(ours),
    torchImagesPerSecond: torch ? perSecond(theirs) : null,
    ratio: torch ? median(ratios('ms')) : null,
    ratioQuartiles: torch ? quartiles(ratios('ms')) : null,
    cpuRatio: torch ? median(ratios('cpuMs')) : null,
    cpuRatioQuartiles: torch ? quartiles(ratios('cpuMs')) : null,
    ms: ours.map(({ ms }) => ms),
    torchMs: theirs.map(({ ms }) => ms),
    cpuMs: ours.map(({ cpuMs }) => cpuMs),
    torchCpuMs: theirs.map(({ cpuMs }) => cpuMs),
  };
  return { figure, version: torch?.version ?? null };
}

function quartiles(values: readonly number[]): readonly [number, number] {
  const sorted = [...values].sort((a, b) => a - b);
  const at = (share: number): number => sorted[Math.round(share * (sorted.length - 1))] ?? Number.NaN;
  return [at(0.25), at(0.75)];
}

const between = (range: readonly [number, number] | null): string =>
  range ? `${range[0].toFixed(2)}-${range[1].toFixed(2)}` : '';

function line(figure: Figure): string {
  const { network, batch, threads, imagesPerSecond, torchImagesPerSecond, ratio, cpuRatio } = figure;
  const own = `${network.padEnd(16)} batch ${String(batch).padStart(3)}  ${threads} threads  ${imagesPerSecond.toFixed(1).padStart(7)} images/s`;
  if (torchImagesPerSecond === null || ratio === null || cpuRatio === null) return own;
  return `${own}  PyTorch ${torchImagesPerSecond.toFixed(1).padStart(7)}  ratio ${ratio.toFixed(2)}x (${between(figure.ratioQuartiles)}), by processor time ${cpuRatio.toFixed(2)}x (${between(figure.cpuRatioQuartiles)})`;
}
