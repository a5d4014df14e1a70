/** Does a training step do what PyTorch's does? The first 20 losses of SGD on ResNet-20, in fixed order, without augmentation. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { parseArgs } from 'node:util';
import { freshModel } from '../../src/train/network/fresh.ts';
import { prepareNetwork } from '../../src/train/network/prepare.ts';
import { openOnnxruntimeTrainer } from '../../src/train/onnxruntime/open.ts';
import { defaultTraining, type TrainingOptions } from '../../src/train/options.ts';
import { machine } from './machine.ts';
import { benchNetworks, cifarBatches } from './networks.ts';
import { hasTorch, openTorch } from './torch.ts';

const limit = 1e-3;

/** `[--steps 20] [--batch 128] [--rate 0.003] [--seed 1] [--trained] [--out FILE]`; weights are fresh unless `--trained`. */
export async function bench(args: string[]): Promise<void> {
  const { values } = parseArgs({
    args,
    options: {
      steps: { type: 'string', default: '20' },
      batch: { type: 'string', default: '128' },
      rate: { type: 'string', default: '0.003' },
      seed: { type: 'string', default: '1' },
      trained: { type: 'boolean', default: false },
      out: { type: 'string', default: join(import.meta.dirname, '..', '..', 'results/reference/train/losses.json') },
    },
  });
  const [steps, batchSize, learningRate] = [values.steps, values.batch, values.rate].map(Number) as [
    number,
    number,
    number,
  ];
  const given = benchNetworks[0]?.open();
  const batches = cifarBatches(steps, batchSize);
  if (!given || !batches) return console.log('Skipped: ResNet-20 or CIFAR-10 is not beside the checkout.');
  if (!hasTorch()) return console.log('Skipped: no python3 with torch and numpy. Name one: PYTHON=/path/to/python.');
  const model = values.trained ? given : freshModel(prepareNetwork(given), Number(values.seed));
  const options: TrainingOptions = { ...defaultTraining, model, batchSize };
  const trainer = await openOnnxruntimeTrainer(options, { provider: 'cpu', threads: 2, graphOptimization: 'all' });
  const torch = await openTorch(options, batches, learningRate, 2);
  const losses: { step: number; ours: number; torch: number; relative: number }[] = [];
  try {
    for (const [i, batch] of batches.entries()) {
      const { loss: ours } = await trainer.step(batch, { learningRate });
      const { loss: theirs } = await torch.step();
      const relative = Math.abs(ours - theirs) / theirs;
      losses.push({ step: i + 1, ours, torch: theirs, relative });
      console.log(
        `step ${i + 1}  ${ours.toFixed(6)}  PyTorch ${theirs.toFixed(6)}  apart by ${relative.toExponential(1)}`,
      );
    }
  } finally {
    torch.close();
    await trainer.close();
  }
  const worst = Math.max(...losses.map(({ relative }) => relative));
  console.log(`largest relative difference ${worst.toExponential(2)}: ${worst <= limit ? 'meets' : 'misses'} ${limit}`);
  const report = {
    command: `npm run bench -- train losses ${args.join(' ')}`.trim(),
    machine: machine(),
    torch: torch.version,
    network: 'ResNet-20',
    weights: values.trained ? 'as given' : `fresh, seed ${values.seed}`,
    batch: batchSize,
    learningRate,
    momentum: 0.9,
    nesterov: true,
    weightDecay: options.weightDecay,
    limit,
    worst,
    losses,
  };
  mkdirSync(dirname(values.out), { recursive: true });
  writeFileSync(values.out, `${JSON.stringify(report, null, 1)}\n`);
}
