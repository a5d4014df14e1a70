/** The real problems: a shared CIFAR network, accuracy evaluated on 500 images, latency computed by the roofline device or measured here. */
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { rungLabel } from '../../src/decompose/ranks.ts';
import { referencePoint } from '../../src/objectives/objectives.ts';
import { denseConfiguration, ladderLengths } from '../../src/space/configuration.ts';
import { type Evaluator, openEvaluator } from '../../src/study/measure/evaluate.ts';
import { patienceOf } from '../../src/study/measure/patience.ts';
import { sweepSites } from '../../src/study/propose/site-sweep.ts';
import { tunerPrior } from '../../src/study/propose/tuner-prior.ts';
import type { TunerPrior } from '../../src/tuner/prior.ts';
import { openMemo } from './memo.ts';
import type { BenchProblem, Evaluation } from './run.ts';

const root = join(import.meta.dirname, '..', '..');
const assets = join(root, '..', 'shared', 'assets');
/** Where evaluations and runs are kept; git ignores it. */
export const workFolder = join(root, 'results', 'bench-tuner');
const images = 500;

export const realNames = ['resnet20', 'resnet56', 'resnet56-measured'] as const;
export type RealName = (typeof realNames)[number];

const parts: Readonly<Record<RealName, { readonly network: string; readonly hardware: string }>> = {
  resnet20: { network: 'resnet20', hardware: 'hardware-profiles/roofline-avx2-core.yaml' },
  resnet56: { network: 'resnet56', hardware: 'hardware-profiles/roofline-avx2-core.yaml' },
  'resnet56-measured': { network: 'resnet56', hardware: 'bench/tuner/measured-cpu.yaml' },
};

export interface RealProblem extends BenchProblem {
  /** Opened at the first configuration that is not known yet. */
  evaluator(): Promise<Evaluator>;
  close(): Promise<void>;
}

export const hasAssets = (): boolean => existsSync(join(assets, 'models'));

export async function openReal(name: RealName): Promise<RealProblem> {
  const { network, hardware } = parts[name];
  const evaluator = await openEvaluator({
    model: join(assets, 'models', `${network}.bn.onnx`),
    data: `cifar10:${join(assets, 'cifar10')}`,
    space: join(import.meta.dirname, 'spaces', `${network}.yaml`),
    hardware: join(root, hardware),
    images,
    // Plain factors, as when the peers were first measured: what is compared is tuners, on one and the same problem.
    calibration: 'none',
    warn: message => console.error(message),
  });
  const { space, loaded } = evaluator.plan;
  const ladders = space.sites.map(({ site, ladder }) => [site.name, ladder.map(rungLabel)]);
  const facts = JSON.stringify({ model: loaded.sha256, ladders, hardware: evaluator.plan.hardwareSource.text, images });
  const key = createHash('sha256').update(facts).digest('hex').slice(0, 12);
  const memo = openMemo(join(workFolder, `${name}-${key}.jsonl`));
  const evaluate = async (configuration: readonly number[]): Promise<Evaluation> => {
    const known = memo.get(configuration);
    if (known) return known;
    const result = await evaluator.evaluate(configuration);
    if (result.state !== 'complete') throw new Error(`${configuration.join(' ')}: ${result.detail}`);
    const { values, standardErrors } = result;
    memo.set(configuration, { values, standardErrors });
    return { values, standardErrors };
  };
  const dense = denseConfiguration(space);
  const { values } = await evaluate(dense);
  if (!values) throw new Error('the dense model cannot be evaluated');
  return {
    name,
    problem: { ladderLengths: ladderLengths(space), objectives: 2 },
    reference: referencePoint(['latency', 'top1']),
    given: { configuration: dense, values },
    prior: await knownBefore(evaluator, join(workFolder, `${name}-${key}-prior.json`)),
    evaluate,
    evaluator: async () => evaluator,
    close: () => evaluator.close(),
  };
}

/** What a study knows before its first trial, kept beside the evaluations. */
async function knownBefore({ plan, instruments }: Evaluator, path: string): Promise<TunerPrior> {
  if (existsSync(path)) return JSON.parse(readFileSync(path, 'utf8')) as TunerPrior;
  const patience = patienceOf(600_000);
  const swept = await sweepSites({ space: plan.space, instruments, seed: 0, patience, quietReferenceMs: {} });
  if ('state' in swept) throw new Error(swept.detail);
  const prior = tunerPrior(['latency', 'top1'], {
    space: plan.space,
    latency: swept.table,
    loss: instruments.loss,
    denseBytes: Number.NaN,
  });
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, JSON.stringify(prior));
  return prior;
}
