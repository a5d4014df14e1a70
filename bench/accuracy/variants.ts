/** One network with one way to make factors and to correct, ready to score configurations. */
import { readFileSync } from 'node:fs';
import { openDataset } from '../../src/data/open.ts';
import { parseDataSpec } from '../../src/data/spec.ts';
import type { Assignment } from '../../src/decompose/method.ts';
import type { Score } from '../../src/evaluate/scorer.ts';
import { modelCost } from '../../src/onnx/cost.ts';
import { assignmentOf } from '../../src/space/configuration.ts';
import { priorGuesses } from '../../src/space/prior.ts';
import { type PairedAccuracy, pairedAccuracy } from '../../src/stats/paired-answers.ts';
import { type Calibration, openCalibration } from '../../src/study/build/calibration.ts';
import { makePlan, type Plan } from '../../src/study/build/plan.ts';
import { type OpenInstruments, openInstruments } from '../../src/study/measure/instruments.ts';
import type { BenchNetwork } from './networks.ts';

export interface VariantOptions {
  readonly factors: 'plain' | 'data-aware';
  readonly corrections: 'none' | 'moments' | 'reconstruction';
}

export interface Scored extends PairedAccuracy {
  readonly macReduction: number;
  /** Milliseconds that the correction took; null without one. */
  readonly correctionMs: number | null;
}

export interface Variant extends AsyncDisposable {
  /** Of all configurations that are best where errors add up, the one with the most work that saves at least this share. */
  best(macReduction: number): Assignment;
  score(assignment: Assignment): Promise<Scored>;
  /** What it is made of, for whoever goes on with a candidate. */
  readonly plan: Plan;
  readonly calibration: Calibration | null;
  readonly instruments: OpenInstruments;
  /** Of a file, on the images that judge. */
  answers(path: string): Promise<Score>;
}

/** Every method at every site but the first convolution, in eight steps of cost. */
const spaceText = ({ name, granularity }: BenchNetwork, factors: VariantOptions['factors'], first: string): string =>
  [
    `model: ${JSON.stringify(name)}`,
    `granularity: ${granularity}`,
    `factors: ${factors}`,
    'sites:',
    '  - match: "*"',
    '    methods: all',
    '    costs: [0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9]',
    `keep: [${JSON.stringify(first)}]`,
    '',
  ].join('\n');

const timeoutMs = 3_600_000;
/** Candidates of the Lagrangian, from which budgets are served. */
const guesses = 2000;

/** @param images how many judge, of all that there are */
export async function openVariant(
  network: BenchNetwork,
  options: VariantOptions,
  images: number,
  calibrationImages?: number,
): Promise<Variant> {
  const sources = {
    modelPath: network.model,
    hardwareText: readFileSync(network.hardware, 'utf8'),
    hardwareName: network.hardware,
    spaceName: 'the space of the benchmark',
  };
  const first = (await makePlan({ ...sources, spaceText: null })).sites[0]?.name ?? '';
  const plan = await makePlan({ ...sources, spaceText: spaceText(network, options.factors, first) });
  const dataset = await openDataset(parseDataSpec(network.data), { normalize: network.normalize });
  const warn = (message: string): void => console.error(`${network.name}: ${message}`);
  const uses = options.factors === 'data-aware' || options.corrections !== 'none';
  const calibration = await openCalibration(
    plan,
    dataset,
    network.data,
    {
      calibration: uses ? network.calibration : 'none',
      corrections: options.corrections,
      calibrationImages,
      seed: 0,
    },
    { warn },
  );
  const all = images >= dataset.count;
  const instruments = await openInstruments({
    plan,
    dataset,
    proxyImages: all ? undefined : images,
    seed: 0,
    calibration,
    watch: { warn },
  });
  const scoreOf = async (path: string): Promise<Score> => {
    const score = await instruments.scorer.accuracy(path, { images: all ? 'all' : 'proxy', timeoutMs });
    if (score.state === 'failed') throw new Error(score.detail);
    return score.value;
  };
  const { space, loss, reference, builder } = instruments;
  const candidates = priorGuesses(space, { loss }, guesses).map(each => assignmentOf(space, each));
  const dense = modelCost(plan.loaded.model, plan.hardware.inputShape).macs;
  const reductionOf = (assignment: Assignment): number => 1 - builder.bytes(assignment, null).macs / dense;
  let denseScore: Score | null = null;
  return {
    best: macReduction => nearest(candidates, macReduction, reductionOf),
    score: async assignment => {
      denseScore ??= await scoreOf(reference.path);
      const built = await builder.write(assignment, 'candidate.onnx');
      if (built.state === 'failed') throw new Error(built.detail);
      const { correct } = await scoreOf(built.value.path);
      const { correctionMs, macs } = built.value;
      return { ...pairedAccuracy(denseScore.correct, correct), macReduction: 1 - macs / dense, correctionMs };
    },
    plan,
    calibration,
    instruments,
    answers: scoreOf,
    [Symbol.asyncDispose]: instruments.close,
  };
}

/** Candidates save more and more: the first that saves enough. */
function nearest(
  candidates: readonly Assignment[],
  wanted: number,
  reductionOf: (assignment: Assignment) => number,
): Assignment {
  let [low, high] = [0, candidates.length - 1];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (reductionOf(candidates[middle]!) >= wanted) high = middle;
    else low = middle + 1;
  }
  return candidates[low]!;
}
