/**
 * What freezing saves: the time of a training step under each policy over the unfrozen step, on ResNet-50 factorised to half its
 * MACs, with what the MACs predict beside it. Frozen and unfrozen steps take turns, and the median of their ratios counts.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { availableParallelism, cpus } from 'node:os';
import { dirname, join } from 'node:path';
import { parseArgs } from 'node:util';
import { seededRng } from '../../src/random/rng.ts';
import { median } from '../../src/stats/robust.ts';
import { defaultProgressiveStart, parsePolicy } from '../../src/train/freezing/parse.ts';
import { phasesOf } from '../../src/train/freezing/phases.ts';
import { stepMacs } from '../../src/train/freezing/step-macs.ts';
import { prepareNetwork } from '../../src/train/network/prepare.ts';
import { openOnnxruntimeTrainer } from '../../src/train/onnxruntime/open.ts';
import { defaultTraining } from '../../src/train/options.ts';
import type { Batch, TrainableSet, Trainer } from '../../src/train/trainer.ts';
import { resNet50 } from './resnet.ts';

/** Shares of the unfrozen step that freezing is to come down to. */
const limits: Readonly<Record<string, number>> = { 'first-factor': 0.87, progressive: 0.75 };

interface PhaseFigure {
  readonly epochs: readonly [from: number, to: number];
  readonly frozenShare: number;
  /** Median over the pairs; 1 where nothing is frozen. */
  readonly ratio: number;
  readonly frozenMs: readonly number[];
  readonly unfrozenMs: readonly number[];
  /** The same by the processor time of the process, which other programs on the machine disturb less; null as `frozenMs` is empty. */
  readonly processorRatio: number | null;
  readonly predicted: number;
}

interface PolicyFigure {
  readonly policy: string;
  /** Averaged over the epochs. */
  readonly ratio: number;
  readonly processorRatio: number;
  readonly predicted: number;
  readonly limit: number | null;
  readonly phases: readonly PhaseFigure[];
}

/** `[--batch 8] [--threads N] [--pairs 3] [--epochs 10] [--compression 2] [--policies a,b] [--out FILE]` */
export async function bench(args: string[]): Promise<void> {
  const { values } = parseArgs({
    args,
    options: {
      batch: { type: 'string', default: '8' },
      threads: { type: 'string', default: String(availableParallelism()) },
      pairs: { type: 'string', default: '3' },
      epochs: { type: 'string', default: '10' },
      compression: { type: 'string', default: '2' },
      side: { type: 'string', default: '224' },
      policies: { type: 'string', default: 'first-factor,sequential,progressive,progressive+first-factor' },
      out: { type: 'string', default: join(import.meta.dirname, '..', '..', 'results/reference/train/freezing.json') },
    },
  });
  const [batchSize, threads, pairs, epochs] = [values.batch, values.threads, values.pairs, values.epochs].map(
    Number,
  ) as [number, number, number, number];
  const model = resNet50({ compression: Number(values.compression), side: Number(values.side) });
  const network = prepareNetwork(model);
  const all: TrainableSet = { trainable: new Set(network.weights.map(({ name }) => name)), settled: new Set() };
  const whole = stepMacs(network.model, all.trainable);
  console.log(
    `ResNet-50 at ${values.compression}x: ${(whole.forward / 1e9).toFixed(2)} GMACs forward, ${(whole.total / 1e9).toFixed(2)} a step and image; batch ${batchSize}, ${threads} threads`,
  );
  const trainer = await openOnnxruntimeTrainer(
    { ...defaultTraining, model, batchSize },
    { provider: 'cpu', threads, graphOptimization: 'all' },
  );
  const batch = noise(batchSize, Number(values.side));
  const measured = new Map<string, Omit<PhaseFigure, 'epochs'>>();
  const figures: PolicyFigure[] = [];
  const about = {
    command: [
      'npm run bench -- train freezing',
      ...args.filter((arg, i) => arg !== '--out' && args[i - 1] !== '--out'),
    ].join(' '),
    machine: { cpu: cpus()[0]?.model ?? 'unknown', cores: availableParallelism(), node: process.version },
    network: {
      name: 'ResNet-50',
      compression: Number(values.compression),
      side: Number(values.side),
      forwardMacs: whole.forward,
      stepMacs: whole.total,
    },
    batch: batchSize,
    threads,
    pairs,
    epochs,
    progressiveStart: defaultProgressiveStart,
  };
  const write = (policies: readonly PolicyFigure[]): void => {
    mkdirSync(dirname(values.out), { recursive: true });
    writeFileSync(values.out, `${JSON.stringify({ ...about, policies }, null, 1)}\n`);
  };
  try {
    for (const policy of values.policies.split(',')) {
      const phases: PhaseFigure[] = [];
      for (const { from, to, set, frozenShare } of phasesOf(parsePolicy(policy), network, epochs)) {
        const key = JSON.stringify([[...set.trainable].sort(), [...set.settled].sort()]);
        const known = measured.get(key);
        const times = known ?? (frozenShare === 0 ? unfrozen : await inTurn(trainer, all, set, batch, pairs));
        const predicted = stepMacs(network.model, set.trainable).total / whole.total;
        const figure = { ...times, frozenShare, predicted, ratio: frozenShare === 0 ? 1 : median(ratios(times)) };
        measured.set(key, figure);
        phases.push({ epochs: [from, to], ...figure });
        console.log(line(policy, phases.at(-1) as PhaseFigure));
      }
      figures.push(summary(policy, phases, epochs));
      write(figures); // so that what is measured survives
    }
  } finally {
    await trainer.close();
  }
  console.log(table(figures));
}

type Times = Pick<PhaseFigure, 'frozenMs' | 'unfrozenMs' | 'processorRatio'>;

/** A phase that freezes nothing is the unfrozen step itself. */
const unfrozen: Times = { frozenMs: [], unfrozenMs: [], processorRatio: null };

/** Both sets stay compiled, so that going from one to the other is free. */
async function inTurn(
  trainer: Trainer,
  all: TrainableSet,
  set: TrainableSet,
  batch: Batch,
  pairs: number,
): Promise<Times> {
  const time = async (which: TrainableSet): Promise<{ wallMs: number; processorMs: number }> => {
    await trainer.setTrainable(which);
    const [startMs, before] = [performance.now(), process.cpuUsage()];
    await trainer.step(batch, { learningRate: 0 });
    const { user, system } = process.cpuUsage(before);
    return { wallMs: performance.now() - startMs, processorMs: (user + system) / 1000 };
  };
  const frozenMs: number[] = [];
  const unfrozenMs: number[] = [];
  const processorRatios: number[] = [];
  for (let i = -1; i < pairs; i++) {
    const [unfrozen, frozen] = [await time(all), await time(set)];
    if (i < 0) continue; // warms up
    unfrozenMs.push(unfrozen.wallMs);
    frozenMs.push(frozen.wallMs);
    processorRatios.push(frozen.processorMs / unfrozen.processorMs);
  }
  return { frozenMs, unfrozenMs, processorRatio: median(processorRatios) };
}

const ratios = ({ frozenMs, unfrozenMs }: Times): number[] => frozenMs.map((ms, i) => ms / unfrozenMs[i]!);

function summary(policy: string, phases: readonly PhaseFigure[], epochs: number): PolicyFigure {
  const average = (of: (phase: PhaseFigure) => number): number =>
    phases.reduce((sum, phase) => sum + of(phase) * (phase.epochs[1] - phase.epochs[0]), 0) / epochs;
  const limit = limits[policy] ?? null;
  return {
    policy,
    ratio: average(({ ratio }) => ratio),
    processorRatio: average(({ processorRatio }) => processorRatio ?? 1),
    predicted: average(({ predicted }) => predicted),
    limit,
    phases,
  };
}

const middle = (ms: readonly number[]): string => (ms.length === 0 ? '-' : `${median([...ms]).toFixed(0)} ms`);

const line = (
  policy: string,
  { epochs: [from, to], ratio, predicted, frozenShare, frozenMs, unfrozenMs }: PhaseFigure,
): string =>
  `${policy} epochs ${from + 1}-${to}: ${middle(frozenMs)} over ${middle(unfrozenMs)} = ${ratio.toFixed(3)} (MACs ${predicted.toFixed(3)}), ${(100 * frozenShare).toFixed(0)} % frozen`;

function table(figures: readonly PolicyFigure[]): string {
  const rows = figures.map(({ policy, ratio, processorRatio, predicted, limit }) =>
    [
      policy.padEnd(28),
      `${ratio.toFixed(3)}x`.padStart(8),
      `${processorRatio.toFixed(3)}x`.padStart(10),
      `${predicted.toFixed(3)}x`.padStart(10),
      limit === null ? '' : `${ratio <= limit ? 'meets' : 'misses'} ${limit}x`,
    ].join(' '),
  );
  return ['', `${'policy'.padEnd(28)} measured  processor       MACs`, ...rows].join('\n');
}

function noise(count: number, side: number): Batch {
  const rng = seededRng(1);
  const images = Float32Array.from({ length: count * 3 * side * side }, () => 2 * rng.uniform() - 1);
  return {
    images,
    count,
    targets: { kind: 'labels', labels: Int32Array.from({ length: count }, () => rng.integer(1000)) },
  };
}
