/**
 * The whole job in about two minutes on two cores, with nothing to download: a search of the network in `demo/` (trained by this
 * trainer on drawn images), its front, a pick, and a short retraining that wins back what was lost. Each step is a command that
 * could be typed. What it makes lies in results/demo/.
 *
 * The network was made by
 *   node scripts/write-network.ts demo fresh.onnx
 *   rankfront train --model fresh.onnx --fresh --data shapes:0 --epochs 10 --batch 64 --lr 0.05 --warm-up 1 --ema 0.98 \
 *     --out scripts/demo/shapes.onnx
 */
import { mkdirSync, rmSync } from 'node:fs';
import { join, relative } from 'node:path';
import { main } from '../src/cli/main.ts';
import type { FrontPoint } from '../src/report/front/front.ts';
import { pick } from '../src/report/front/pick.ts';
import { openStore } from '../src/store/open.ts';
import { readFront } from '../src/study/read/read-front.ts';
import { formatPercent, formatPoints, formatSpeedup } from '../src/units/format.ts';

const at = (path: string): string => relative(process.cwd(), join(import.meta.dirname, path));
const results = at('../results/demo');
const store = join(results, 'store.sqlite');
const study = 'demo';
/** What the pick must be, and what the demo promises to win back. */
const speedup = 1.5;

async function run(why: string, ...args: string[]): Promise<void> {
  console.log(`\n# ${why}\n$ rankfront ${args.join(' ')}`);
  const status = await main(args);
  if (status === 130) process.exit(130);
  if (status !== 0) throw new Error(`"rankfront ${args[0]}" ended with ${status}`);
}

/**
 * The most accurate point that is fast enough, one whose speed-up is not known where there is no other, else the fastest; null when nothing
 * is faster than the dense model.
 */
async function picked(): Promise<FrontPoint | null> {
  const open = await openStore(store, { readOnly: true });
  try {
    const found = await open.studies.get(study);
    if (!found) throw new Error('the study is not there');
    const report = await readFront(open, found, 'best');
    for (const acceptDisturbed of [false, true]) {
      const choice = pick(report, { kind: 'min-speedup', speedup }, { acceptDisturbed });
      if (choice.state === 'picked') return choice.point;
    }
    return report.points.filter(({ trial }) => trial > 0).sort((a, b) => b.speedup - a.speedup)[0] ?? null;
  } finally {
    await open.close();
  }
}

async function recovered(trialNumber: number) {
  const open = await openStore(store, { readOnly: true });
  try {
    const found = await open.studies.get(study);
    const trial = found && (await open.trials.get(found.id, trialNumber));
    const training = trial && (await open.training.list(trial.id)).at(-1);
    if (!training) throw new Error('the training is not there');
    return training;
  } finally {
    await open.close();
  }
}

const startedMs = performance.now();
rmSync(results, { recursive: true, force: true });
mkdirSync(results, { recursive: true });

await run(
  'Search: which layers to factorise, how, and at which rank, measured on this machine',
  ...['search', '--model', at('demo/shapes.onnx'), '--data', at('demo/shapes.yaml'), '--hardware', at('demo/cpu.yaml')],
  ...['--study', study, '--store', store, '--trials', '40', '--calibration-images', '256', '--proxy-images', '500'],
);
await run('The front: no other trial was faster and more accurate', 'front', '--study', study, '--store', store);
const choice = await picked();
if (!choice) {
  console.log('\nNothing was faster than the dense model on this machine. Try again when less else runs on it.');
  process.exit(1);
}
const out = join(results, 'picked.onnx');
/** On a busy machine the demo goes on all the same, and says what its figure is worth. */
const asFast = `${formatSpeedup(choice.speedup)} as fast${choice.latencyQuality === 'good' ? '' : ' (disturbed: other work slowed this machine)'}`;
console.log(
  `\n# The pick: trial ${choice.trial}, ${choice.speedup >= speedup ? `the most accurate that is at least ${formatSpeedup(speedup)} as fast as the dense model` : 'the fastest'}: ${asFast}, ${formatPoints(-choice.drop)} of accuracy`,
);
await run(
  'Retrain it briefly, fewer and fewer layers from epoch to epoch, towards the scores of the dense model',
  ...['retrain', '--study', study, '--store', store, '--trial', String(choice.trial), '--freeze', 'progressive:0.5'],
  ...['--epochs', '4', '--batch', '64', '--lr', '0.01', '--ema', '0.95', '--out', out],
);
const { denseTop1, beforeTop1, top1 } = await recovered(choice.trial);
console.log(
  [
    '',
    `${formatPercent(denseTop1)} dense, ${formatPercent(beforeTop1)} factorised, ${formatPercent(top1 ?? 0)} retrained, and ${asFast}. ` +
      `It took ${Math.round((performance.now() - startedMs) / 1000)} s; the network is ${out}.`,
    'Now yours: npx rankfront init YOUR.onnx --data folder:YOUR_IMAGES, then: npx rankfront search',
  ].join('\n'),
);
