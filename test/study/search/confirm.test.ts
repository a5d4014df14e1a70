/** The front measured again: in which order, what counts as confirmed, and what is kept when something goes wrong. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { undisturbed } from '../../../src/device/conditions.ts';
import type { Device, LatencyBudget, ModelFile } from '../../../src/device/device.ts';
import { scriptedDevice } from '../../../src/device/scripted.ts';
import { complete, failed } from '../../../src/errors/failure.ts';
import { tableScorer } from '../../../src/evaluate/table.ts';
import type { Confirmed, Happening } from '../../../src/events/event.ts';
import { sha256Of } from '../../../src/host/model-file.ts';
import { frontFor } from '../../../src/objectives/front.ts';
import { memoryContent, memoryStore } from '../../../src/store/memory-store.ts';
import type { StoredObservation } from '../../../src/store/observation.ts';
import type { Store } from '../../../src/store/store.ts';
import type { Study } from '../../../src/store/study.ts';
import type { CompleteTrial } from '../../../src/store/trial.ts';
import { confirmBudget } from '../../../src/study/measure/confirm-budget.ts';
import { type Instruments, observe } from '../../../src/study/measure/observe.ts';
import { patienceOf } from '../../../src/study/measure/patience.ts';
import { recountStudy } from '../../../src/study/recount/recount-study.ts';
import { type ConfirmParts, confirmFront, isConfirmed } from '../../../src/study/search/confirm.ts';
import { toyStudy } from '../twins.ts';

const folder = mkdtempSync(join(tmpdir(), 'rankfront-confirm-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const images = 2000;
const half = images / 2;
const even = Int32Array.from({ length: half }, (_, i) => 2 * i);

/** What a network is: its milliseconds, and how many images of the search and of the others it has wrong. */
interface Truth {
  readonly ms: number;
  readonly wrong: readonly [search: number, confirm: number];
}

/** The dense model, then a front whose second member is the fastest within a point of accuracy. */
const truths: readonly Truth[] = [
  { ms: 10, wrong: [100, 110] },
  { ms: 4, wrong: [400, 400] },
  { ms: 6, wrong: [109, 118] },
  { ms: 6.5, wrong: [108, 117] },
  { ms: 9, wrong: [101, 111] },
  // Dominated by the second.
  { ms: 7, wrong: [300, 300] },
];

const numberIn = ({ path }: Pick<ModelFile, 'path'>): number => Number(/(\d+)\.onnx$/.exec(path)?.[1]);
const bytesOf = (number: number): number => 10_000 - 100 * number;
const kibOf = (number: number): number => 5000 - 10 * number;

interface Setting {
  readonly truths: readonly Truth[];
  readonly objectives: readonly string[];
  /** Of a confirming measurement of a trial. */
  readonly disturbed: (trial: number) => boolean;
  readonly failing: (trial: number) => boolean;
}

async function searched(changes: Partial<Setting> = {}) {
  const setting = { truths, objectives: ['latency', 'top1'], disturbed: () => false, failing: () => false, ...changes };
  let confirming = false;
  const written = (number: number): ModelFile => {
    const path = join(folder, `${number}.onnx`);
    const bytes = new Uint8Array(bytesOf(number)).fill(number);
    writeFileSync(path, bytes);
    return { path, sha256: sha256Of(bytes) };
  };
  const scripted = scriptedDevice(file => complete(setting.truths[numberIn(file)]!.ms), {
    memoryOf: file => complete(kibOf(numberIn(file))),
  });
  const asked: string[] = [];
  const budgets: LatencyBudget[] = [];
  const device: Device = {
    ...scripted,
    latency: async (candidate, reference, budget) => {
      const number = numberIn(candidate);
      asked.push(`latency ${number}`);
      budgets.push(budget);
      if (confirming && setting.failing(number)) return failed('crashed', 'the child process ended on SIGSEGV');
      const taken = await scripted.latency(candidate, reference, budget);
      if (taken.state === 'failed' || !confirming || !setting.disturbed(number)) return taken;
      const causes = [{ kind: 'stolen', share: 0.5 }] as const;
      return complete({ ...taken.value, quality: 'disturbed', conditions: { ...undisturbed(1), causes } });
    },
  };
  const table = tableScorer({
    truth: new Uint8Array(images).fill(1),
    split: { proxy: even, rest: even.map(i => i + 1) },
    predictions: path => {
      const [search, confirm] = setting.truths[numberIn({ path })]!.wrong;
      return complete(Uint8Array.from({ length: images }, (_, i) => (i >> 1 < (i % 2 ? confirm : search) ? 0 : 1)));
    },
  });
  const instruments: Instruments = {
    build: assignment => {
      const { rank } = Object.values(assignment)[0] as { rank: number };
      return complete({ ...written(rank), macs: 1, params: 1, correction: null, correctionMs: null });
    },
    device,
    scorer: {
      ...table,
      accuracy: async (path, budget) => {
        asked.push(`accuracy ${numberIn({ path })}`);
        return table.accuracy(path, budget);
      },
    },
    reference: written(0),
  };
  const text = (content: string) => ({ text: content, sha256: sha256Of(new TextEncoder().encode(content)) });
  const content = memoryContent();
  const store = memoryStore({ content });
  const study = await store.studies.create({
    ...toyStudy,
    ...{ objectives: setting.objectives, proxy: { images: half, seed: 1 }, space: text('s'), hardware: text('h') },
  });
  for (const number of setting.truths.keys()) {
    const assignment = { conv: { method: 'svd', rank: number } } as const;
    const strategy = { strategy: 'random', rngBefore: null, rngAfter: null, asked: null };
    const trial = (await store.queue.begin(study.id, { configuration: [number], assignment, ...strategy }))!;
    const dense = number === 0 ? [] : await store.trials.samples((await store.trials.get(study.id, 0))!.id);
    const budget = { objectives: study.objectives, latency, score: { images: 'proxy', timeoutMs: 1 } as const, dense };
    await store.queue.finish(trial.id, await observe(instruments, assignment, budget), frontFor(study.objectives));
  }
  confirming = true;
  asked.length = 0;
  budgets.length = 0;
  return { store, study, content, instruments, asked, budgets };
}

type Searched = Awaited<ReturnType<typeof searched>>;

const latency: LatencyBudget = { halfWidth: 0.01, maxMs: 10, minPairs: 1, seed: 3 };
const never = new AbortController().signal;

async function confirm({ store, study, instruments }: Searched, changes: Partial<ConfirmParts> = {}) {
  const events: Happening[] = [];
  const end = await confirmFront({
    ...{ store, study, instruments, latency, patience: patienceOf(0), timeoutMs: 1 },
    ...{ timeLeft: () => true, finish: never, stop: never, ...changes },
    emit: event => {
      events.push(event);
      changes.emit?.(event);
    },
  });
  const confirmed = events.filter((event): event is Confirmed => event.kind === 'confirmed');
  return { end, events, confirmed, order: confirmed.map(({ trial }) => trial) };
}

const trialOf = async (store: Store, study: Study, number: number): Promise<CompleteTrial> =>
  (await store.trials.get(study.id, number)) as CompleteTrial;
const confirmedIn = async ({ store, study }: Searched, number: number): Promise<readonly StoredObservation[]> =>
  (await store.trials.samples((await trialOf(store, study, number)).id)).filter(({ phase }) => phase === 'confirm');

describe('what is confirmed', () => {
  test('is the dense model first, then what is recommended; nobody else than the members', async () => {
    const open = await searched();
    const { end, events, order } = await confirm(open);
    expect(events[0]).toEqual({ kind: 'confirm-started', trials: [0, 1, 2, 3, 4] });
    expect(order.slice(0, 2)).toEqual([0, 2]);
    expect([...order].sort()).toEqual([0, 1, 2, 3, 4]);
    expect(end).toEqual({ confirmed: 5, left: 0 });
    expect(events.at(-1)).toMatchObject({ kind: 'confirm-finished', confirmed: 5, left: 0, timeIsOver: false });
    const { disagreements } = await recountStudy(open.store, open.study, { bounds: true });
    expect(disagreements).toEqual([]);
  });

  test('next follows from what is known by then', async () => {
    // Where the recommended one holds, the next in line is no faster: whatever else a headline may name comes first.
    expect((await confirm(await searched())).order).toEqual([0, 2, 4, 1, 3]);
    // Where it loses too much on images that the search never saw, the next fastest takes its place.
    const overrated = truths.map((truth, i) => (i === 2 ? { ...truth, wrong: [109, 400] as const } : truth));
    expect((await confirm(await searched({ truths: overrated }))).order.slice(0, 3)).toEqual([0, 2, 3]);
  });

  test('is told with what it comes to on the images that the search never saw', async () => {
    const open = await searched();
    const { confirmed } = await confirm(open);
    const [dense, best] = confirmed;
    expect(dense).toMatchObject({ trial: 0, ratio: 1, accuracy: 0.89, drop: 0, halfWidth: 0, done: 1, total: 5 });
    expect(best).toMatchObject({ trial: 2, ratio: 0.6, accuracy: 0.882, quality: 'good', done: 2, total: 5 });
    expect(best!.drop).toBeCloseTo(0.008, 12);
    // Eight of a thousand lost, none gained: half an image more in each count, as in `changeOf`.
    expect(best!.halfWidth).toBeGreaterThan((1.96 * Math.sqrt(8 - 64 / 1000)) / 1000);
    expect(best!.halfWidth).toBeLessThan(0.007);
    expect(best).not.toHaveProperty('further');
    const drops = (await confirmedIn(open, 2)).flatMap(each => (each.kind === 'accuracy' ? [each.drop] : []));
    expect(drops).toEqual([expect.closeTo(0.008, 12)]);
  });

  test('takes a longer latency run, seeded by the trial, and the figures of the search stay', async () => {
    const open = await searched();
    const before = await trialOf(open.store, open.study, 2);
    await confirm(open, { latency: confirmBudget(latency) });
    expect(open.budgets).toHaveLength(5);
    for (const each of open.budgets) expect(each).toMatchObject({ halfWidth: 0.005, maxMs: 40, minPairs: 2 });
    expect(open.budgets.map(({ seed }) => seed - 3).sort()).toEqual([0, 1, 2, 3, 4]);
    const after = await trialOf(open.store, open.study, 2);
    expect(after.values).toEqual(before.values);
    expect(after.observations.filter(({ phase }) => phase === 'search')).toEqual(before.observations);
  });

  test('is not measured again', async () => {
    const open = await searched();
    await confirm(open);
    open.asked.length = 0;
    const { end, events } = await confirm(open);
    expect(end).toEqual({ confirmed: 5, left: 0 });
    expect(events).toEqual([]);
    expect(open.asked).toEqual([]);
  });
});

describe('a latency that was disturbed', () => {
  test('is kept and told, and confirms nothing', async () => {
    const open = await searched({ disturbed: trial => trial === 2 });
    const { end, events, confirmed } = await confirm(open);
    expect(end).toEqual({ confirmed: 4, left: 1 });
    expect(events.at(-1)).toMatchObject({ confirmed: 4, left: 1, disturbed: 1, timeIsOver: false });
    expect(confirmed.find(({ trial }) => trial === 2)).toMatchObject({ quality: 'disturbed' });
    expect((await confirmedIn(open, 2)).map(({ kind }) => kind).sort()).toEqual(['accuracy', 'latency']);
    expect(isConfirmed(open.study, await trialOf(open.store, open.study, 2))).toBe(false);
  });

  test('is all that is measured again: the images are scored already', async () => {
    let busy = true;
    const open = await searched({ disturbed: trial => busy && trial === 2 });
    await confirm(open);
    const scored = (await confirmedIn(open, 2)).find(({ kind }) => kind === 'accuracy')!;
    open.asked.length = 0;
    busy = false;
    const { end, confirmed } = await confirm(open);
    expect(open.asked).toEqual(['latency 2']);
    expect(confirmed).toMatchObject([{ trial: 2, quality: 'good', accuracy: 0.882, done: 1, total: 1 }]);
    expect(end).toEqual({ confirmed: 5, left: 0 });
    expect((await confirmedIn(open, 2)).find(({ kind }) => kind === 'accuracy')).toEqual(scored);
  });

  test('makes the next wait less, and a good one as long as before', async () => {
    const open = await searched({ disturbed: trial => trial === 0 });
    await confirm(open, { patience: patienceOf(1000) });
    expect(open.budgets.map(({ waitMs }) => waitMs)).toEqual([1000, 100, 1000, 1000, 1000]);
  });
});

describe('before its end', () => {
  test('no member is begun once the time is over', async () => {
    const open = await searched();
    let left = 2;
    const { end, events, order } = await confirm(open, { timeLeft: () => left-- > 0 });
    expect(order).toEqual([0, 2]);
    expect(end).toEqual({ confirmed: 2, left: 3 });
    expect(events.at(-1)).toMatchObject({ kind: 'confirm-finished', left: 3, disturbed: 0, timeIsOver: true });
  });

  test('whoever asks for an end gets it after the member that is measured, with what was kept', async () => {
    const open = await searched();
    const finish = new AbortController();
    const emit = (event: Happening): void => (event.kind === 'confirmed' ? finish.abort() : undefined);
    const { end, events, order } = await confirm(open, { finish: finish.signal, emit });
    expect(order).toEqual([0]);
    expect(end).toEqual({ confirmed: 1, left: 4 });
    expect(events.at(-1)).toMatchObject({ kind: 'confirm-finished', timeIsOver: false });
  });

  test('whoever stops it keeps what is whole, and is told nothing more', async () => {
    const open = await searched();
    const stop = new AbortController();
    const latencyOf = open.instruments.device.latency;
    const device: Device = {
      ...open.instruments.device,
      latency: async (...given) => {
        if (numberIn(given[0]) === 2) stop.abort();
        return latencyOf(...given);
      },
    };
    const stopped = { ...open, instruments: { ...open.instruments, device } };
    const { end, events, order } = await confirm(stopped, { stop: stop.signal });
    expect(order).toEqual([0]);
    expect(events.map(({ kind }) => kind)).toEqual(['confirm-started', 'confirmed']);
    expect(await confirmedIn(open, 2)).toEqual([]);
    expect(end).toEqual({ confirmed: 1, left: 4 });
  });
});

describe('a member that cannot be measured', () => {
  test('is warned of and left as it is; the others go on', async () => {
    const open = await searched({ failing: trial => trial === 2 });
    const { end, events, order } = await confirm(open);
    expect(events.find(({ kind }) => kind === 'warning')).toEqual({
      ...{ kind: 'warning', trial: 2 },
      message: 'Trial 2 could not be confirmed: the child process ended on SIGSEGV.',
    });
    expect([...order].sort()).toEqual([0, 1, 3, 4]);
    expect(await confirmedIn(open, 2)).toEqual([]);
    expect(end).toEqual({ confirmed: 4, left: 1 });
  });

  test('is one that is built in other bytes than those that were searched', async () => {
    const open = await searched();
    open.content.trials = open.content.trials.map(trial =>
      trial.number === 2 && trial.state === 'complete' ? { ...trial, modelSha256: 'e'.repeat(64) } : trial,
    );
    const { events } = await confirm(open);
    expect(events.find(({ kind }) => kind === 'warning')).toMatchObject({
      trial: 2,
      message: expect.stringContaining('it is rebuilt in other bytes than those that were searched'),
    });
    expect(await confirmedIn(open, 2)).toEqual([]);
  });
});

test('one trial alone is confirmed beside the dense model, on the front or not', async () => {
  const open = await searched();
  const { order, end } = await confirm(open, { only: 5 });
  expect(order).toEqual([0, 5]);
  expect(end).toEqual({ confirmed: 2, left: 0 });
  expect((await confirm(open, { only: 1 })).order).toEqual([1]);
  expect((await confirm(open, { only: 0 })).order).toEqual([]);
});

test('a study without its dense model has nothing to confirm', async () => {
  const open = await searched();
  open.content.trials = open.content.trials.filter(({ number }) => number !== 0);
  expect(await confirm(open)).toMatchObject({ end: { confirmed: 0, left: 0 }, events: [] });
});

describe('with three objectives and more', () => {
  const objectives = ['latency', 'top1', 'size', 'memory'];

  test('a member is confirmed by all that can be, and told with each', async () => {
    const open = await searched({ objectives });
    const { confirmed, end } = await confirm(open);
    expect(end.left).toBe(0);
    expect((await confirmedIn(open, 2)).map(({ kind }) => kind).sort()).toEqual(['accuracy', 'latency', 'memory']);
    const { further } = confirmed.find(({ trial }) => trial === 2)!;
    expect(further).toEqual({
      size: { value: 9800, unit: 'B', ratio: 0.98 },
      memory: { value: expect.closeTo(4980 * 1024, 6), unit: 'B', ratio: 4980 / 5000 },
    });
    expect(confirmed[0]!.further).toMatchObject({ size: { ratio: 1 }, memory: { ratio: 1, value: 5000 * 1024 } });
  });

  test('one that is there for its size alone is a member too', async () => {
    // Slower and less accurate than the second, in a smaller file.
    const open = await searched({ objectives: ['latency', 'top1', 'size'] });
    expect((await confirm(open)).order).toContain(5);
    expect((await confirm(await searched())).order).not.toContain(5);
  });

  test('of one whose memory alone is missing, the memory alone is taken', async () => {
    const open = await searched({ objectives });
    await confirm(open);
    const { id } = await trialOf(open.store, open.study, 3);
    const kept = open.content.observations.get(id)!;
    open.content.observations.set(
      id,
      kept.filter(({ phase, kind }) => phase !== 'confirm' || kind !== 'memory'),
    );
    open.asked.length = 0;
    const { end, order } = await confirm(open);
    expect(order).toEqual([3]);
    expect(open.asked).toEqual([]);
    expect(end.left).toBe(0);
  });
});
