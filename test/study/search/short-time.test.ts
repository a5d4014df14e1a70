/** A run with a time budget comes to trials, however busy the machine is: the clock is played, and everything else is real. */
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { undisturbed } from '../../../src/device/conditions.ts';
import type { Device } from '../../../src/device/device.ts';
import { parseHardwareProfile } from '../../../src/device/profile.ts';
import { exactLatency } from '../../../src/device/scripted.ts';
import { latencyFigures } from '../../../src/device/summary.ts';
import { complete } from '../../../src/errors/failure.ts';
import { tableScorer } from '../../../src/evaluate/table.ts';
import type { Happening } from '../../../src/events/event.ts';
import type { Quality } from '../../../src/stats/quality.ts';
import { memoryStore } from '../../../src/store/memory-store.ts';
import type { Store } from '../../../src/store/store.ts';
import { openProposer } from '../../../src/study/propose/proposer.ts';
import { runStudy } from '../../../src/study/search/run-study.ts';
import type { RunParts } from '../../../src/study/search/search-trials.ts';
import { sweptSpace } from '../propose/swept-space.ts';
import { toyStudy } from '../twins.ts';

const minuteMs = 60_000;
/** Thirty sites of four rungs: a hundred short measurements. */
const space = sweptSpace(Array.from({ length: 30 }, (_, i) => 100 + 10 * i));
const hardware = parseHardwareProfile(
  'name: played\ndriver: { kind: onnxruntime, threads: 2 }\nlatencyBudget: { waitMs: 120000 }\n',
  'played',
);
const images = 40;
const [sessions, pairs] = [5, 5];
const densePath = import.meta.filename;

let clockMs = 0;
beforeEach(() => {
  clockMs = 0;
  vi.spyOn(performance, 'now').mockImplementation(() => clockMs);
});
afterEach(() => void vi.restoreAllMocks());

/** A machine that waits for as long as it may where it is busy, and then takes what it gets. */
function device(busy: () => boolean): Device {
  return {
    driver: 'onnxruntime',
    exact: false,
    latency: async (candidate, reference, budget) => {
      const quality: Quality = busy() ? 'disturbed' : 'good';
      const waitedMs = busy() ? (budget.waitMs ?? 0) : 0;
      clockMs += waitedMs + (budget.sessions === 1 ? 4000 : 10_000);
      const ratio = candidate.path === reference.path ? 1 : 0.9;
      const taken = {
        candidateSamplesMs: Array<number>(sessions * pairs).fill(10 * ratio),
        referenceSamplesMs: Array<number>(sessions * pairs).fill(10),
      };
      const sessionPairs = Array<number>(sessions).fill(pairs);
      const { sampling: _, ...figures } = latencyFigures(taken, sessionPairs, quality);
      const causes = busy() ? [{ kind: 'stolen', share: 0.5 } as const] : [];
      return complete({
        ...{ ...exactLatency(10 * ratio, 10), ...figures, ...taken, quality },
        conditions: { ...undisturbed(pairs), sessionPairs, waitedMs, causes },
        endedBy: 'time',
      });
    },
    close: async () => {},
  };
}

async function run(store: Store, timeMs: number, busy: () => boolean) {
  const startedMs = performance.now();
  const study =
    (await store.studies.get(toyStudy.name)) ??
    (await store.studies.create({
      ...{ ...toyStudy, strategy: { name: 'bayesian', options: {} } },
      proxy: { images, seed: 1 },
    }));
  const half = Int32Array.from({ length: images }, (_, i) => i);
  const scorer = tableScorer({
    truth: new Uint8Array(images).fill(1),
    split: { proxy: half, rest: half },
    predictions: path =>
      complete(Uint8Array.from({ length: images }, (_, i) => (i < 36 || path === densePath ? 1 : 0))),
  });
  const built = (assignment: unknown) => {
    const dense = Object.values(assignment as Record<string, { method: string }>).every(
      ({ method }) => method === 'dense',
    );
    const path = dense ? densePath : JSON.stringify(assignment);
    return complete({ path, sha256: path.padEnd(64, '0'), macs: 1, params: 1, correction: null, correctionMs: null });
  };
  const instruments = {
    ...{ space, device: device(busy), reference: { path: densePath, sha256: '' }, loss: () => 0.1 },
    build: built,
    builder: { write: async (assignment: unknown) => built(assignment) },
    scorer: { ...scorer, proxyIndices: half, confirmIndices: half },
  } as unknown as RunParts['instruments'];
  const told: Happening[] = [];
  const emit = (happening: Happening): void => void told.push(happening);
  const never = new AbortController().signal;
  const plan = { space, hardware } as RunParts['plan'];
  const parts = { store, study, plan, instruments, emit };
  await runStudy(
    {
      ...parts,
      propose: budget => openProposer({ ...parts, strategy: 'bayesian', limitsGiven: false, prior: true, budget }),
      pruning: true,
    },
    { trials: 5000, timeMs, startedMs, finish: never, stop: never },
  );
  return { told, tookMs: performance.now() - startedMs };
}

const countOf = (told: readonly Happening[], kind: Happening['kind']): number =>
  told.filter(each => each.kind === kind).length;

describe('a search of eight minutes', () => {
  test('on a machine that is never quiet has trials, at the first start and at the next', async () => {
    const store = memoryStore();
    const first = await run(store, 8 * minuteMs, () => true);
    expect(countOf(first.told, 'trial-finished')).toBeGreaterThan(3);
    const planned = first.told.find(each => each.kind === 'sweep-planned');
    expect(planned).toMatchObject({ wanted: 90 });
    expect(planned?.kind === 'sweep-planned' && planned.expectedMs).toBeLessThan(0.2 * 8 * minuteMs + 4000);
    const swept = first.told.find(each => each.kind === 'site-table');
    expect(swept?.kind === 'site-table' && swept.wallMs).toBeLessThan(0.2 * 8 * minuteMs + 4000);
    const next = await run(store, 8 * minuteMs, () => true);
    expect(countOf(next.told, 'trial-finished')).toBeGreaterThan(3);
    const later = next.told.find(each => each.kind === 'site-table');
    expect(later?.kind === 'site-table' ? later.wallMs : 0).toBeLessThan(0.05 * 8 * minuteMs + 4000);
  }, 60_000);

  test('on a quiet machine a later start puts right what was disturbed, within its share of the time', async () => {
    const store = memoryStore();
    await run(store, 20 * minuteMs, () => true);
    const next = await run(store, 20 * minuteMs, () => false);
    const swept = next.told.find(each => each.kind === 'site-table');
    expect(swept?.kind === 'site-table' && swept.wallMs).toBeLessThanOrEqual(0.2 * 20 * minuteMs + 4000);
    expect(countOf(next.told, 'trial-finished')).toBeGreaterThan(10);
  }, 60_000);
});

test('a minute on a busy machine is for one trial at least, or says that none has run', async () => {
  const { told } = await run(memoryStore(), minuteMs, () => true);
  expect(countOf(told, 'trial-finished')).toBeGreaterThan(0);
});
