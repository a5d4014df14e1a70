/** One network of the zoo: its sites, a short search by fidelity, one pick, and whether full ranks are exact. */

import { statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { rungOf } from '../../src/decompose/method.ts';
import { fullRank } from '../../src/decompose/ranks.ts';
import { modelCost } from '../../src/onnx/cost.ts';
import type { FrontPoint } from '../../src/report/front/front.ts';
import { openEvaluator } from '../../src/study/measure/evaluate.ts';
import { search } from '../../src/study/search/search.ts';
import type { Zoo } from './networks.ts';

export interface ZooFigure {
  readonly network: string;
  readonly task: string;
  readonly package: string;
  readonly licence: string;
  readonly file: string;
  readonly sha256: string;
  readonly megabytes: number;
  readonly input: string;
  readonly data: string;
  readonly opset: number;
  readonly metric: string;
  readonly sites: number;
  /** Layers with weights that are no site, by their reason. */
  readonly missed: readonly { readonly reason: string; readonly layers: number }[];
  /** Share of the multiply-accumulates that the sites hold; null where shapes are not known. */
  readonly reach: number | null;
  /** 1 - fidelity with every site at full rank, through ONNX Runtime. */
  readonly fullRankLoss: number;
  readonly denseMs: number;
  readonly trials: number;
  readonly pick: {
    readonly trial: number;
    readonly speedup: number;
    readonly interval: readonly [number, number];
    readonly loss: number;
    readonly lossError: number;
    readonly macs: number;
    readonly disturbed: boolean;
  } | null;
  readonly fastest: { readonly speedup: number; readonly loss: number } | null;
  /** Trials, time and inputs that the search was given. */
  readonly budget: string;
  readonly seconds: number;
}

export interface ZooRun {
  readonly model: string;
  readonly data: string;
  readonly folder: string;
  readonly hardware: string;
  readonly trials: number;
  readonly timeMs: number;
  readonly images: number;
}

/** What a pick may lose, in fidelity. */
export const mostLoss = 0.05;

export async function tryNetwork(
  zoo: Zoo,
  run: ZooRun,
): Promise<Omit<ZooFigure, 'package' | 'licence' | 'file' | 'budget'>> {
  const start = performance.now();
  const { model, data, hardware } = run;
  const metric = zoo.metric ?? 'fidelity';
  const problem = { model, data, hardware, inputShape: zoo.inputShape, normalize: zoo.normalize, metric };
  const facts = await factsOf(problem, run);
  const { report } = await search({
    ...problem,
    study: zoo.name,
    store: join(run.folder, 'zoo.sqlite'),
    trials: run.trials,
    timeMs: run.timeMs,
    proxyImages: run.images,
    calibrationImages: 32,
    pruning: false,
    seed: 1,
  });
  if (!report) throw new Error('the dense model was not measured');
  const faster = report.points.filter(({ trial, speedup }) => trial > 0 && speedup > 1);
  const bySpeed = [...faster].sort((a, b) => b.speedup - a.speedup);
  const pick = bySpeed.find(({ drop }) => drop <= mostLoss);
  const [fastest] = bySpeed;
  return {
    network: zoo.name,
    task: zoo.task,
    ...facts,
    metric,
    megabytes: statSync(model).size / 1e6,
    data: zoo.dataWords,
    denseMs: report.dense.latencyMs,
    trials: report.points.length + report.dominated.length - 1,
    pick: pick ? pickOf(pick, report.dense) : null,
    fastest: fastest ? { speedup: fastest.speedup, loss: fastest.drop } : null,
    seconds: (performance.now() - start) / 1000,
  };
}

const pickOf = (point: FrontPoint, dense: FrontPoint): ZooFigure['pick'] => ({
  trial: point.trial,
  speedup: point.speedup,
  interval: point.speedupCi,
  loss: point.drop,
  lossError: point.dropStandardError,
  macs: point.macs / dense.macs,
  disturbed: point.latencyQuality === 'disturbed',
});

interface Problem {
  readonly model: string;
  readonly data: string;
  readonly hardware: string;
  readonly metric: string;
  readonly inputShape: string | undefined;
  readonly normalize: Zoo['normalize'];
}

/** What is known of the network, and what is lost with every offered site at full rank. */
async function factsOf(problem: Problem, run: ZooRun) {
  const evaluator = await openEvaluator({ ...problem, calibration: 'none', images: Math.min(8, run.images) });
  try {
    const { plan, instruments } = evaluator;
    const full = Object.fromEntries(
      plan.space.sites.map(({ site, ladder }) => {
        const [first] = ladder;
        const method = first && first.method !== 'dense' ? first.method : 'svd';
        return [site.name, rungOf(method, fullRank(site, method))];
      }),
    );
    const path = join(run.folder, 'full-rank.onnx');
    writeFileSync(path, instruments.builder.uncorrected(full));
    const score = await instruments.scorer.accuracy(path, { images: 'proxy', timeoutMs: 600_000 });
    if (score.state === 'failed') throw new Error(`at full rank: ${score.detail}`);
    const { loaded, sites, rejected, hardware } = plan;
    const { graph, opsets } = loaded.model;
    const { macs } = modelCost(loaded.model, hardware.inputShape);
    const reasons = new Map<string, number>();
    for (const { reason } of rejected) reasons.set(reason, (reasons.get(reason) ?? 0) + 1);
    const words = graph.inputs
      .filter(({ name }) => !graph.initializers.has(name))
      .map(
        ({ name, elementType, shape }) =>
          `${name} ${elementType} ${(shape ?? []).map(size => (typeof size === 'number' ? size : '?')).join('x')}`,
      );
    return {
      sha256: loaded.sha256,
      opset: opsets.get('') ?? 0,
      input: words.join(', '),
      sites: sites.length,
      missed: [...reasons].map(([reason, layers]) => ({ reason, layers })).sort((a, b) => b.layers - a.layers),
      reach: macs > 0 ? sites.reduce((sum, site) => sum + site.macs, 0) / macs : null,
      fullRankLoss: 1 - score.value.accuracy,
    };
  } finally {
    await evaluator.close();
  }
}
