/**
 * `npm run bench -- correction-images`: how many images a correction by moments needs. The same configurations as in `bench -- accuracy`, each
 * corrected by more and more of the calibration images, and held against the correction by all of them, image by image.
 */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { loadavg } from 'node:os';
import { dirname, join } from 'node:path';
import { parseArgs } from 'node:util';
import type { Marks } from '../src/stats/marks.ts';
import { pairedAccuracy } from '../src/stats/paired-answers.ts';
import { benchNetworks, hasAssets } from './accuracy/networks.ts';
import { openVariant } from './accuracy/variants.ts';

export interface CorrectionImagesFigure {
  readonly network: string;
  readonly macReduction: number;
  /** Of so many calibration images in all. */
  readonly correctionImages: number;
  readonly calibrationImages: number;
  /** Shares: what is lost against the dense model, and against the correction by all images; with standard errors. */
  readonly drop: number;
  readonly standardError: number;
  readonly againstAll: number;
  readonly againstAllStandardError: number;
  readonly images: number;
  readonly correctionSeconds: number;
  readonly load: number;
}

const out = join(import.meta.dirname, '..', 'results', 'reference', 'accuracy', 'correction-images.json');

export async function bench(args: string[]): Promise<void> {
  const { values } = parseArgs({
    args,
    options: {
      networks: { type: 'string', default: 'resnet20,resnet56,resnet18' },
      reductions: { type: 'string', default: '0.3,0.5' },
      counts: { type: 'string', default: '32,64,128,256' },
      images: { type: 'string', default: '5000' },
      out: { type: 'string', default: out },
    },
  });
  if (!hasAssets()) return console.error('Nothing to measure: the networks and images are not beside the checkout.');
  const figures: CorrectionImagesFigure[] = [];
  for (const network of benchNetworks().filter(({ name }) => values.networks.split(',').includes(name))) {
    const all = new Map<number, Marks>();
    for (const count of [Number.POSITIVE_INFINITY, ...values.counts.split(',').map(Number)]) {
      const options = { factors: 'data-aware', corrections: 'moments', correctionImages: count } as const;
      await using variant = await openVariant(network, options, Number(values.images));
      const { instruments, calibration } = variant;
      const dense = (await variant.answers(instruments.reference.path)).correct;
      for (const reduction of values.reductions.split(',').map(Number)) {
        const built = await instruments.build(variant.best(reduction), 'candidate.onnx');
        if (built.state === 'failed') throw new Error(built.detail);
        const { correct } = await variant.answers(built.value.path);
        if (!all.has(reduction)) all.set(reduction, correct);
        const [lost, against] = [
          pairedAccuracy(dense, correct),
          pairedAccuracy(all.get(reduction) ?? correct, correct),
        ];
        const of = calibration?.images.positions.length ?? 0;
        const figure: CorrectionImagesFigure = {
          network: network.name,
          macReduction: reduction,
          correctionImages: Math.min(count, of),
          calibrationImages: of,
          drop: lost.drop,
          standardError: lost.standardError,
          againstAll: against.drop,
          againstAllStandardError: against.standardError,
          images: correct.length,
          correctionSeconds: (built.value.correctionMs ?? 0) / 1000,
          load: loadavg()[0] ?? 0,
        };
        figures.push(figure);
        console.log(JSON.stringify(figure));
      }
    }
  }
  let old: CorrectionImagesFigure[] = [];
  try {
    old = JSON.parse(readFileSync(values.out, 'utf8')) as CorrectionImagesFigure[];
  } catch {
    // The first time.
  }
  mkdirSync(dirname(values.out), { recursive: true });
  const names = new Set(figures.map(each => each.network));
  writeFileSync(
    values.out,
    `${JSON.stringify([...old.filter(each => !names.has(each.network)), ...figures], null, 2)}\n`,
  );
}
