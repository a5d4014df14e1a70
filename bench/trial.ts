/**
 * `npm run bench -- trial`: where the wall time of a trial goes, stage by stage, with candidates corrected by all calibration images and by fewer of
 * them. Both ways take turns on the same configurations, so that a busy minute slows both.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { loadavg } from 'node:os';
import { dirname, join } from 'node:path';
import { parseArgs } from 'node:util';
import { latencyBudget } from '../src/device/profile.ts';
import { median } from '../src/stats/robust.ts';
import type { StageTimes } from '../src/store/trial.ts';
import { observe } from '../src/study/measure/observe.ts';
import { scoreTimeoutMs } from '../src/study/measure/run-budget.ts';
import { benchNetworks, hasAssets } from './accuracy/networks.ts';
import { openVariant } from './accuracy/variants.ts';

interface Way {
  readonly correctionImages: number;
  /** Seconds, the median over the trials: of each stage and of all. */
  readonly build: number;
  readonly correction: number;
  readonly latency: number;
  readonly accuracy: number;
  readonly trial: number;
  /** The share of the correction in the wall time of a trial. */
  readonly correctionShare: number;
  readonly trialsPerHour: number;
}

export interface TrialFigure {
  readonly network: string;
  readonly trials: number;
  readonly images: number;
  readonly calibrationImages: number;
  readonly ways: readonly Way[];
  readonly load: number;
  readonly command: string;
}

const out = join(import.meta.dirname, '..', 'results', 'reference', 'trial', 'stages.json');

export async function bench(args: string[]): Promise<void> {
  const { values } = parseArgs({
    args,
    options: {
      networks: { type: 'string', default: 'resnet18' },
      hardware: { type: 'string', default: join(import.meta.dirname, '..', 'hardware-profiles', 'cpu-2-threads.yaml') },
      trials: { type: 'string', default: '6' },
      images: { type: 'string', default: '175' },
      'correction-images': { type: 'string', default: '128' },
      out: { type: 'string', default: out },
    },
  });
  if (!hasAssets()) return console.error('Nothing to measure: the networks and images are not beside the checkout.');
  const figures: TrialFigure[] = [];
  const reductions = Array.from({ length: Number(values.trials) }, (_, i) => 0.15 + (0.5 * i) / Number(values.trials));
  for (const known of benchNetworks().filter(({ name }) => values.networks.split(',').includes(name))) {
    const network = { ...known, hardware: values.hardware };
    const counts = [Number.POSITIVE_INFINITY, Number(values['correction-images'])];
    const common = { factors: 'data-aware', corrections: 'moments' } as const;
    await using all = await openVariant(network, { ...common, correctionImages: counts[0]! }, Number(values.images));
    await using fewer = await openVariant(network, { ...common, correctionImages: counts[1]! }, Number(values.images));
    const stages: StageTimes[][] = [[], []];
    for (const [at, reduction] of reductions.entries())
      for (const [way, { instruments, plan, best }] of [all, fewer].entries()) {
        const result = await observe(instruments, best(reduction), {
          objectives: ['latency', 'top1'],
          latency: { ...latencyBudget(plan.hardware, at), waitMs: 0 },
          score: { images: 'proxy', timeoutMs: scoreTimeoutMs },
        });
        if (result.state !== 'complete') throw new Error(`a trial is ${result.state}`);
        stages[way]!.push(result.stages);
      }
    const of = all.calibration?.images.positions.length ?? 0;
    const figure: TrialFigure = {
      network: network.name,
      trials: reductions.length,
      images: Number(values.images),
      calibrationImages: of,
      ways: stages.map((each, way) => wayOf(each, Math.min(of, counts[way]!))),
      load: loadavg()[0] ?? 0,
      command: `npm run bench -- trial ${args.join(' ')}`.trim(),
    };
    figures.push(figure);
    console.log(JSON.stringify(figure, null, 2));
  }
  mkdirSync(dirname(values.out), { recursive: true });
  writeFileSync(values.out, `${JSON.stringify(figures, null, 2)}\n`);
}

function wayOf(stages: readonly StageTimes[], correctionImages: number): Way {
  const seconds = (of: (each: StageTimes) => number): number => median(stages.map(of)) / 1000;
  const whole = ({ buildMs, latencyMs, accuracyMs }: StageTimes): number =>
    (buildMs ?? 0) + (latencyMs ?? 0) + (accuracyMs ?? 0);
  const [correction, trial] = [seconds(each => each.correctionMs ?? 0), seconds(whole)];
  return {
    correctionImages,
    build: seconds(each => (each.buildMs ?? 0) - (each.correctionMs ?? 0)),
    correction,
    latency: seconds(each => each.latencyMs ?? 0),
    accuracy: seconds(each => each.accuracyMs ?? 0),
    trial,
    correctionShare: correction / trial,
    trialsPerHour: 3600 / trial,
  };
}
