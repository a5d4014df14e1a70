/**
 * `npm run bench -- refine`: what refining without labels wins back at a given saving of multiply-accumulates. Configurations are chosen by
 * closed-form errors alone and corrected on calibration images, as in `bench -- accuracy`; the images that judge took part in nothing.
 */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { loadavg } from 'node:os';
import { dirname, join } from 'node:path';
import { parseArgs } from 'node:util';
import { packRefined } from '../src/decompose/corrections/refined-weights.ts';
import { changeWords, halfWidthOf } from '../src/report/change.ts';
import { type PairedAccuracy, pairedAccuracy } from '../src/stats/paired-answers.ts';
import { refineCandidate } from '../src/study/refine/refine-candidate.ts';
import { defaultRefining } from '../src/study/refine/refine-study.ts';
import { benchNetworks, hasAssets } from './accuracy/networks.ts';
import { openVariant, type VariantOptions } from './accuracy/variants.ts';

export interface RefineFigure {
  readonly network: string;
  readonly corrections: VariantOptions['corrections'];
  /** Shares, not percent. */
  readonly macReduction: number;
  /** Accuracy of the dense model minus that of the candidate, on the same images. */
  readonly dropBefore: number;
  readonly dropAfter: number;
  readonly standardErrorAfter: number;
  /** Accuracy after minus before, paired image by image, and its standard error. */
  readonly gain: number;
  readonly gainStandardError: number;
  readonly images: number;
  readonly calibrationImages: number;
  readonly heldBack: number;
  readonly passes: number;
  readonly bestPass: number;
  readonly steps: number;
  readonly learningRate: number;
  readonly lossBefore: number;
  readonly lossAfter: number;
  readonly seconds: number;
  /** Of the machine, when it ended. */
  readonly load: number;
  readonly command: string;
}

const out = join(import.meta.dirname, '..', 'results', 'reference', 'refine', 'summary.json');
const usage =
  'npm run bench -- refine [--networks NAME,...] [--reductions 0.5] [--corrections moments] [--images 10000] [--calibration-images 512] [--epochs 20] [--lr 0.002] [--time-seconds N] [--seed 0] [--out FILE]';

export async function bench(args: string[]): Promise<void> {
  const { values } = parseArgs({
    args,
    options: {
      networks: { type: 'string', default: 'resnet18,resnet56' },
      reductions: { type: 'string', default: '0.5' },
      corrections: { type: 'string', default: 'moments' },
      images: { type: 'string', default: '10000' },
      'calibration-images': { type: 'string', default: '512' },
      epochs: { type: 'string', default: String(defaultRefining.epochs) },
      lr: { type: 'string', default: String(defaultRefining.learningRate) },
      'time-seconds': { type: 'string', default: '100000' },
      seed: { type: 'string', default: '0' },
      out: { type: 'string', default: out },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) return console.log(usage);
  if (!hasAssets()) return console.error('Nothing to measure: the networks and images are not beside the checkout.');
  const wanted = values.networks.split(',');
  const corrections = values.corrections as VariantOptions['corrections'];
  const budget = {
    epochs: Number(values.epochs),
    learningRate: Number(values.lr),
    timeMs: 1000 * Number(values['time-seconds']),
  };
  const command = `npm run bench -- refine ${args.join(' ')}`.trim();
  for (const network of benchNetworks().filter(({ name }) => wanted.includes(name))) {
    const count = Number(values['calibration-images']);
    const options = { factors: 'data-aware', corrections } as const;
    await using variant = await openVariant(network, options, Number(values.images), count);
    const { plan, calibration, instruments } = variant;
    if (!calibration) throw new Error('there are no calibration images');
    const dense = (await variant.answers(instruments.reference.path)).correct;
    for (const reduction of values.reductions.split(',').map(Number)) {
      const assignment = variant.best(reduction);
      const built = await instruments.build(assignment, 'candidate.onnx');
      if (built.state === 'failed') throw new Error(built.detail);
      const { path, correction, macs } = built.value;
      const before = (await variant.answers(path)).correct;
      const tell = (text: string): void => console.error(`${network.name}: ${text}`);
      const parts = { plan, calibration, instruments, seed: Number(values.seed), stop: new AbortController().signal };
      const found = await refineCandidate(parts, assignment, path, budget, {
        begin: ({ loss, headLoss }) => tell(`loss ${loss.toFixed(4)} (outputs ${headLoss.toFixed(4)}) before`),
        epoch: ({ epoch, epochs, trainLoss, heldBack }) =>
          tell(
            `pass ${epoch}/${epochs}: ${trainLoss.toFixed(4)}, held back ${heldBack.loss.toFixed(4)} (outputs ${heldBack.headLoss.toFixed(4)})`,
          ),
        interrupted: () => false,
      });
      if (found.state === 'failed') throw new Error(found.detail);
      const { refined, info } = found.value;
      if (refined.state !== 'better') tell(refined.state === 'no-better' ? refined.why : refined.state);
      const weights = refined.state === 'better' ? refined.weights : new Map<string, Float32Array>();
      const content = packRefined(instruments.builder.model(assignment, correction), correction, weights);
      const file = await instruments.build(assignment, 'refined.onnx', content);
      if (file.state === 'failed') throw new Error(file.detail);
      const after = (await variant.answers(file.value.path)).correct;
      const [ofBefore, ofAfter, change] = [
        pairedAccuracy(dense, before),
        pairedAccuracy(dense, after),
        pairedAccuracy(after, before),
      ];
      const figure: RefineFigure = {
        network: network.name,
        corrections,
        macReduction: 1 - macs / instruments.builder.bytes({}, null).macs,
        dropBefore: ofBefore.drop,
        dropAfter: ofAfter.drop,
        standardErrorAfter: ofAfter.standardError,
        gain: change.drop,
        gainStandardError: change.standardError,
        images: after.length,
        calibrationImages: info.images + info.heldBack,
        heldBack: info.heldBack,
        passes: refined.epochs,
        bestPass: refined.bestEpoch,
        steps: refined.steps,
        learningRate: refined.learningRate,
        lossBefore: refined.before.loss,
        lossAfter: refined.after.loss,
        seconds: refined.wallMs / 1000,
        load: loadavg()[0] ?? 0,
        command,
      };
      console.log(line(figure, ofBefore));
      keep(figure, values.out);
    }
  }
}

const line = (figure: RefineFigure, before: PairedAccuracy): string => {
  const { network, macReduction, dropAfter, standardErrorAfter, gain, gainStandardError, images, seconds } = figure;
  const words = (drop: number, error: number): string => changeWords({ drop, halfWidth: halfWidthOf(error, images) });
  return [
    network,
    `-${(100 * macReduction).toFixed(1)} % MACs`,
    `before ${words(before.drop, before.standardError)}`,
    `after ${words(dropAfter, standardErrorAfter)}`,
    `gain ${words(-gain, gainStandardError)}`,
    `${images} images`,
    `${Math.round(seconds)} s`,
  ].join('  ');
};

function keep(figure: RefineFigure, path: string): void {
  let old: RefineFigure[] = [];
  try {
    old = JSON.parse(readFileSync(path, 'utf8')) as RefineFigure[];
  } catch {
    // The first time.
  }
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, `${JSON.stringify([...old, figure], null, 2)}\n`);
}
