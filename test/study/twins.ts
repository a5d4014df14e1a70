/** A search without disk, clock or network: an additive problem whose front is known. */
import type { Rung } from '../../src/decompose/method.ts';
import type { Site } from '../../src/decompose/site.ts';
import type { Space } from '../../src/space/space.ts';
import type { NewStudy } from '../../src/store/study.ts';
import type { CompleteResult, RunningTrial } from '../../src/store/trial.ts';

const ladder: readonly Rung[] = [
  { method: 'svd', rank: 8 },
  { method: 'svd', rank: 16 },
  { method: 'svd', rank: 24 },
  { method: 'dense' },
];

/** `sites` sites of four rungs each. */
export const toySpace = (sites: number): Space => ({
  sites: Array.from({ length: sites }, (_, i) => ({ site: { name: `layer${i}` } as Site, ladder })),
  kept: [],
});

/** Each step down saves the same time; what it costs grows with the square, and differs from site to site. */
export function toyValues(configuration: readonly number[]): [number, number] {
  const top = ladder.length - 1;
  const steps = configuration.map(rung => top - rung);
  const saved = steps.reduce((sum, step) => sum + step, 0) / (top * steps.length);
  const lost = steps.reduce((sum, step, site) => sum + step ** 2 * (site + 1), 0) / 400;
  return [1 - 0.6 * saved, 0.1 + lost];
}

export function toyResult({ configuration }: Pick<RunningTrial, 'configuration'>): CompleteResult {
  const values = toyValues(configuration);
  return {
    state: 'complete',
    modelSha256: configuration.join('').padEnd(64, '0'),
    macs: 1,
    params: 1,
    values,
    standardErrors: [0, 0],
    feasible: true,
    stages: { buildMs: 1, latencyMs: 1, accuracyMs: 1 },
    observations: [],
  };
}

export const toyStudy: NewStudy = {
  name: 'toy',
  model: { path: 'toy.onnx', sha256: 'a'.repeat(64) },
  space: { text: 'space', sha256: 'b'.repeat(64) },
  hardware: { text: 'hardware', sha256: 'c'.repeat(64) },
  data: { spec: 'cifar10:toy', sha256: 'd'.repeat(64), normalisation: 'unit', transform: 'none' },
  proxy: { images: 10, seed: 1 },
  objectives: ['latency', 'top1'],
  seed: 1,
  strategy: { name: 'nsga2', options: {} },
  packageVersion: '0.0.0',
  commandLine: [],
  dense: { macs: 1, params: 1 },
};
