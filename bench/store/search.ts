/** A search of a filled study that is gone on with: everything that a run does, with a device and answers that cost nothing. */
import type { Rung } from '../../src/decompose/method.ts';
import type { Site } from '../../src/decompose/site.ts';
import { parseHardwareProfile } from '../../src/device/profile.ts';
import { scriptedDevice } from '../../src/device/scripted.ts';
import { complete } from '../../src/errors/failure.ts';
import { tableScorer } from '../../src/evaluate/table.ts';
import { sha256Of } from '../../src/host/model-file.ts';
import type { Space } from '../../src/space/space.ts';
import type { Store } from '../../src/store/store.ts';
import type { Study } from '../../src/store/study.ts';
import { patienceOf } from '../../src/study/measure/patience.ts';
import { inlineAsker } from '../../src/study/propose/asker.ts';
import { denseFigures } from '../../src/study/propose/stored-setup.ts';
import { type RunParts, searchTrials } from '../../src/study/search/search-trials.ts';
import type { Strategy } from '../../src/tuner/strategy.ts';
import { images, sites } from './fill.ts';

const ladder: readonly Rung[] = [
  ...Array.from({ length: 7 }, (_, i) => ({ method: 'svd' as const, rank: 16 * (i + 1) })),
  { method: 'dense' },
];

const space: Space = {
  sites: Array.from({ length: sites }, (_, i) => ({ site: { name: `/layer${i}/conv1/Conv` } as Site, ladder })),
  kept: [],
};

/** One after the other: what a strategy takes is not what is timed here. */
const counting: Strategy = {
  name: 'counting',
  ask: history =>
    Array.from({ length: sites }, (_, i) => (i === 29 ? 1 : Math.floor((history.length + 7) / 8 ** i) % 8)),
};

const instruments = (): Pick<RunParts['instruments'], 'build' | 'device' | 'scorer' | 'reference'> => {
  const half = Int32Array.from({ length: images }, (_, i) => i);
  const scorer = tableScorer({
    truth: new Uint8Array(images).fill(1),
    split: { proxy: half, rest: half },
    predictions: path => complete(Uint8Array.from({ length: images }, (_, i) => (i < 150 || path === 'dense' ? 1 : 0))),
  });
  return {
    build: assignment => {
      const path = JSON.stringify(assignment);
      const sha256 = sha256Of(new TextEncoder().encode(path));
      return complete({ path, sha256, macs: 1, params: 1, correction: null, correctionMs: null });
    },
    device: scriptedDevice(({ path }) => complete(path === 'dense' ? 13 : 12)),
    scorer: { ...scorer, proxyIndices: half, confirmIndices: half } as unknown as RunParts['instruments']['scorer'],
    reference: { path: 'dense', sha256: '' },
  };
};

/** Wall milliseconds from the start of the run to its first trial, then from trial to trial. */
export async function searched(store: Store, study: Study, trials: number, more: number) {
  const startedMs = performance.now();
  const begun: number[] = [];
  const never = new AbortController().signal;
  const tools = instruments();
  await searchTrials(
    {
      store,
      study,
      plan: { space, hardware: parseHardwareProfile(study.hardware.text, 'the bench') } as RunParts['plan'],
      instruments: tools as RunParts['instruments'],
      propose: async () => ({
        ...{ asker: inlineAsker(counting), setup: 1, constraints: [], limits: {} },
        dense: await denseFigures(store, study),
      }),
      pruning: true,
      emit: ({ kind }) => void (kind === 'trial-started' && begun.push(performance.now())),
    },
    { trials: trials - 1 + more, timeMs: null, startedMs, finish: never, stop: never },
    patienceOf(0),
  );
  const ends = begun.slice(1);
  return {
    resumeMs: (begun[0] ?? Number.NaN) - startedMs,
    trialMs: ends.map((ms, i) => ms - (begun[i] ?? Number.NaN)),
  };
}
