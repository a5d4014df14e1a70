/** Images a second of a training step, and PyTorch's on the same cores: our steps and its steps take turns. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { dirname, join } from 'node:path';
import { parseArgs } from 'node:util';
import { median } from '../../src/stats/robust.ts';
import { openTrainer } from '../../src/train/onnxruntime/open.ts';
import { defaultTraining, type TrainingOptions } from '../../src/train/options.ts';
import { machine } from './machine.ts';
import { type BenchNetwork, benchNetworks, noise } from './networks.ts';
import { hasTorch, openTorch } from './torch.ts';

interface Figure {
  readonly network: string;
  readonly batch: number;
  readonly imagesPerSecond: number;
  readonly torchImagesPerSecond: number | null;
  /** PyTorch's time over ours, the median over steps in turn: above 1 we are faster. */
  readonly ratio: number | null;
  /** The same of processor time, which a busy machine disturbs less; waiting threads that spin count as well. */
  readonly cpuRatio: number | null;
  readonly ms: readonly number[];
  readonly torchMs: readonly number[];
}

/** `[--networks ResNet-20,...] [--steps 7] [--threads N] [--out FILE]` */
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
  const figures: Figure[] = [];
  let version: string | null = null;
  for (const network of benchNetworks.filter(({ name }) => values.networks.split(',').includes(name))) {
    const found = await compare(network, Number(values.steps), Number(values.threads), withTorch);
    if (!found) continue;
    figures.push(found.figure);
    version = found.version;
    console.log(line(found.figure));
  }
  const report = {
    command: `npm run bench -- train throughput ${args.join(' ')}`.trim(),
    machine: machine(),
    torch: version,
    threads: Number(values.threads),
    figures,
  };
  mkdirSync(dirname(values.out), { recursive: true });
  writeFileSync(values.out, `${JSON.stringify(report, null, 1)}\n`);
}

async function compare(network: BenchNetwork, steps: number, threads: number, withTorch: boolean) {
  const model = network.open();
  if (!model) {
    console.log(`${network.name}: skipped, it is not beside the checkout`);
    return null;
  }
  const options: TrainingOptions = { ...defaultTraining, model, batchSize: network.batchSize };
  const batch = noise(network);
  const trainer = await openTrainer(options, { provider: 'cpu', threads, graphOptimization: 'all' });
  const torch = withTorch ? await openTorch(options, [batch], 1e-3, threads) : null;
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
  const ratio = (of: 'ms' | 'cpuMs'): number =>
    median(theirs.map((each, i) => each[of] / (ours[i]?.[of] ?? Number.NaN)));
  const figure: Figure = {
    network: network.name,
    batch: network.batchSize,
    imagesPerSecond: perSecond(ours),
    torchImagesPerSecond: torch ? perSecond(theirs) : null,
    ratio: torch ? ratio('ms') : null,
    cpuRatio: torch ? ratio('cpuMs') : null,
    ms: ours.map(({ ms }) => ms),
    torchMs: theirs.map(({ ms }) => ms),
  };
  return { figure, version: torch?.version ?? null };
}

function line({ network, batch, imagesPerSecond, torchImagesPerSecond, ratio, cpuRatio }: Figure): string {
  const own = `${network.padEnd(16)} batch ${String(batch).padStart(3)}  ${imagesPerSecond.toFixed(1).padStart(7)} images/s`;
  if (torchImagesPerSecond === null || ratio === null || cpuRatio === null) return own;
  return `${own}  PyTorch ${torchImagesPerSecond.toFixed(1).padStart(7)}  ratio ${ratio.toFixed(2)}x  (processor time ${cpuRatio.toFixed(2)}x)`;
}
