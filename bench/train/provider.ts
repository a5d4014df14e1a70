/**
 * A training step on another execution provider beside the CPU: the losses of the first steps of SGD on ResNet-20, in fixed order and
 * without augmentation, and images a second of the networks that `throughput` times. Says which parts it had to leave out; the file is
 * written after every part that ran, and not at all where none did.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { dirname, join } from 'node:path';
import { parseArgs } from 'node:util';
import { UserError } from '../../src/errors/user-error.ts';
import type { Model } from '../../src/onnx/graph.ts';
import { median } from '../../src/stats/robust.ts';
import { freshModel } from '../../src/train/network/fresh.ts';
import { prepareNetwork } from '../../src/train/network/prepare.ts';
import { openOnnxruntimeTrainer } from '../../src/train/onnxruntime/open.ts';
import { defaultTraining } from '../../src/train/options.ts';
import type { Batch } from '../../src/train/trainer.ts';
import { machine } from './machine.ts';
import { type BenchNetwork, benchNetworks, cifarBatches, noise } from './networks.ts';

interface Speed {
  readonly network: string;
  readonly batch: number;
  readonly imagesPerSecond: Readonly<Record<string, number>>;
  /** Milliseconds of every step, the first three left out. */
  readonly ms: Readonly<Record<string, readonly number[]>>;
}

const learningRate = 0.003;

/** `[--provider webgpu] [--networks ResNet-20,...] [--steps 20] [--losses 20] [--batch N] [--threads N] [--out FILE]` */
export async function bench(args: string[]): Promise<void> {
  const { values } = parseArgs({
    args,
    options: {
      provider: { type: 'string', default: 'webgpu' },
      networks: { type: 'string', default: benchNetworks.map(({ name }) => name).join(',') },
      steps: { type: 'string', default: '20' },
      losses: { type: 'string', default: '20' },
      batch: { type: 'string' },
      threads: { type: 'string', default: String(availableParallelism()) },
      out: { type: 'string' },
    },
  });
  const providers = ['cpu', values.provider];
  const steps = Number(values.steps);
  const threads = Number(values.threads);
  const out = values.out ?? join(import.meta.dirname, '../../results/reference/train', `${values.provider}.json`);
  const networks = values.networks.split(',').map(networkOf);
  const speeds: Speed[] = [];
  const leftOut: string[] = [];
  const leaveOut = (what: string): void => {
    leftOut.push(what);
    console.log(`left out: ${what}`);
  };
  const command = `npm run bench -- train provider ${args.join(' ')}`.trim();
  const losses = await firstLosses(Number(values.losses), providers, threads);
  const keep = (): void => write(out, { command, threads, losses, speeds, leftOut });
  if (losses) keep();
  else leaveOut('the first losses, since ResNet-20 or CIFAR-10 is not among the assets');
  for (const network of networks) {
    const model = network.open();
    if (!model) {
      leaveOut(`${network.name}, whose file is not among the assets`);
      continue;
    }
    const batchSize = values.batch ? Number(values.batch) : network.batchSize;
    const batch = noise({ ...network, batchSize });
    const ms: Record<string, number[]> = {};
    for (const provider of providers) {
      ms[provider] = (await run(model, Array<Batch>(steps + 3).fill(batch), provider, threads)).ms.slice(3);
    }
    const perSecond = Object.entries(ms).map(([provider, times]) => [provider, (1000 * batchSize) / median(times)]);
    const speed: Speed = {
      network: network.name,
      batch: batchSize,
      imagesPerSecond: Object.fromEntries(perSecond),
      ms,
    };
    speeds.push(speed);
    console.log(`${network.name}, batch ${batchSize}: images/s ${JSON.stringify(speed.imagesPerSecond)}`);
    keep();
  }
  if (losses || speeds.length > 0) {
    if (leftOut.length > 0) keep();
    console.log(`Wrote ${out}.`);
    return;
  }
  console.error(
    'Wrote no file: nothing ran. Put the networks into shared/assets/models, or name one of those that need no file.',
  );
  process.exitCode = 1;
}

function networkOf(name: string): BenchNetwork {
  const network = benchNetworks.find(each => each.name === name);
  if (network) return network;
  const known = benchNetworks.map(each => each.name).join(', ');
  throw new UserError(`Cannot time the network "${name}": expected one of ${known}.`, 'Name another with --networks.');
}

function write(path: string, report: object): void {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, `${JSON.stringify({ machine: machine(), ...report }, null, 1)}\n`);
}

async function firstLosses(count: number, providers: readonly string[], threads: number) {
  const given = benchNetworks[0]?.open();
  const batches = cifarBatches(count, 128);
  if (!given || !batches) return null;
  const model = freshModel(prepareNetwork(given), 1);
  const found: Record<string, readonly number[]> = {};
  for (const provider of providers) found[provider] = (await run(model, batches, provider, threads)).losses;
  const [cpu, other] = providers.map(provider => found[provider] ?? []);
  const relative = (cpu ?? []).map((loss, i) => Math.abs((other?.[i] ?? Number.NaN) - loss) / loss);
  console.log(`largest relative difference of ${count} losses: ${Math.max(...relative).toExponential(2)}`);
  return { network: 'ResNet-20', batch: 128, learningRate, losses: found, largestRelative: Math.max(...relative) };
}

async function run(model: Model, batches: readonly Batch[], provider: string, threads: number) {
  const batchSize = batches[0]?.count ?? 1;
  const trainer = await openOnnxruntimeTrainer(
    { ...defaultTraining, model, batchSize },
    { provider, threads, graphOptimization: 'all' },
  );
  const losses: number[] = [];
  const ms: number[] = [];
  try {
    for (const batch of batches) {
      const start = performance.now();
      losses.push((await trainer.step(batch, { learningRate })).loss);
      ms.push(performance.now() - start);
    }
  } finally {
    await trainer.close();
  }
  return { losses, ms };
}
