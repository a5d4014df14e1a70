/** One trial from its configuration to its result, with a device, a scorer and a builder that write down what they were asked. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import type { LatencyBudget, ModelFile } from '../../../src/device/device.ts';
import { scriptedDevice } from '../../../src/device/scripted.ts';
import { type Attempt, complete, type FailureReason, failed } from '../../../src/errors/failure.ts';
import { UserError } from '../../../src/errors/user-error.ts';
import type { ScoreBudget, Scorer, Stopping } from '../../../src/evaluate/scorer.ts';
import { tableScorer } from '../../../src/evaluate/table.ts';
import type { Readings } from '../../../src/objectives/objectives.ts';
import type { Observation, StoredObservation } from '../../../src/store/observation.ts';
import type { CandidateFile } from '../../../src/study/build/candidate.ts';
import { type Instruments, observe, take } from '../../../src/study/measure/observe.ts';
import { accuracyOf, environment, memoryOf } from '../../store/samples.ts';

const folder = mkdtempSync(join(tmpdir(), 'rankfront-observe-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const all = ['latency', 'top1', 'size', 'memory'];
const images = 40;
/** Of the whole set of 40 images, a half for each phase. */
const split = {
  proxy: Int32Array.from({ length: 20 }, (_, i) => i),
  rest: Int32Array.from({ length: 20 }, (_, i) => 20 + i),
};
const bytes = { 'candidate.onnx': 600, 'dense.onnx': 1000 };
const nameOf = ({ path }: Pick<ModelFile, 'path'>) => path.split('/').at(-1) as keyof typeof bytes;
const at = <T>(table: Readonly<Record<keyof typeof bytes, T>>, file: Pick<ModelFile, 'path'>): T => table[nameOf(file)];

for (const [name, size] of Object.entries(bytes)) writeFileSync(join(folder, name), new Uint8Array(size));
const reference: ModelFile = { path: join(folder, 'dense.onnx'), sha256: 'd' };
const candidateFile: CandidateFile = {
  ...{ path: join(folder, 'candidate.onnx'), sha256: 'c', macs: 5, params: 6 },
  ...{ correction: Uint8Array.of(1, 2), correctionMs: 7 },
};

const board = { ...environment, cpuModel: 'a board' };
const server = { ...environment, cpuModel: 'a server' };

interface Wrong {
  readonly build?: FailureReason;
  readonly memory?: FailureReason;
  readonly latency?: FailureReason;
  readonly accuracy?: FailureReason;
}

interface Log {
  readonly asked: string[];
  readonly latencies: LatencyBudget[];
  readonly scores: ScoreBudget[];
  readonly corrections: (Uint8Array | null | undefined)[];
}

/** The candidate has the last two images of each half wrong, the dense model the first. */
function setUp(wrong: Wrong = {}, candidate: CandidateFile = candidateFile): { tools: Instruments; log: Log } {
  const log: Log = { asked: [], latencies: [], scores: [], corrections: [] };
  const or = <T>(reason: FailureReason | undefined, value: T): Attempt<T> =>
    reason ? failed(reason, `${reason}, as the test wants it`) : complete(value);
  const device = scriptedDevice(file => (nameOf(file) === 'candidate.onnx' ? or(wrong.latency, 4) : complete(8)), {
    memoryOf: file => {
      log.asked.push(`memory of ${nameOf(file)}`);
      return nameOf(file) === 'candidate.onnx' ? or(wrong.memory, 3000) : complete(4000);
    },
    environment: board,
    load: 0.75,
  });
  const wrongOnes = { 'candidate.onnx': [18, 19, 38, 39], 'dense.onnx': [0, 20] };
  const table = tableScorer({
    truth: new Uint8Array(images).fill(3),
    split,
    predictions: path =>
      or(
        wrong.accuracy,
        Uint8Array.from({ length: images }, (_, i) => (at(wrongOnes, { path }).includes(i) ? 1 : 3)),
      ),
    where: { environment: server, load: 0.5 },
  });
  const scorer: Scorer = {
    ...table,
    accuracy: async (path, budget) => {
      log.asked.push('accuracy');
      log.scores.push(budget);
      return table.accuracy(path, budget);
    },
  };
  const tools: Instruments = {
    build: async (_assignment, file, correction) => {
      log.asked.push(`build ${file}`);
      log.corrections.push(correction);
      return or(wrong.build, candidate);
    },
    device: {
      ...device,
      latency: async (file, against, budget) => {
        log.asked.push(`latency of ${nameOf(file)} over ${nameOf(against)}`);
        log.latencies.push(budget);
        return device.latency(file, against, budget);
      },
    },
    scorer,
    reference,
  };
  return { tools, log };
}

const latency: LatencyBudget = { halfWidth: 0.01, maxMs: 10, minPairs: 1, seed: 1 };
const budget = { objectives: all, latency, score: { images: 'proxy', timeoutMs: 1000 } } as const;
const assignment = { conv: { method: 'svd', rank: 4 } } as const;
const kindsIn = (observations: readonly Observation[]): string[] => observations.map(({ kind }) => kind);
const stored = (observation: Observation): StoredObservation =>
  ({ ...observation, phase: 'search', storedAtMs: 1 }) as StoredObservation;

describe('a trial', () => {
  test('is built, then measured: what is cheap and quiet first, the images last, whatever order the study has', async () => {
    for (const objectives of [all, [...all].reverse()]) {
      const { tools, log } = setUp();
      const result = await observe(tools, assignment, { ...budget, objectives });
      expect(log.asked).toEqual([
        'build candidate.onnx',
        'memory of candidate.onnx',
        'memory of dense.onnx',
        'latency of candidate.onnx over dense.onnx',
        'accuracy',
      ]);
      expect(kindsIn(result.observations)).toEqual(['size', 'memory', 'latency', 'accuracy']);
    }
  });

  test('has its values in the order of the objectives, each minimised', async () => {
    const { tools } = setUp();
    const result = await observe(tools, assignment, budget);
    // 4 of 8 ms, 2 of 20 images wrong, 600 of 1000 bytes, 3000 of 4000 KiB.
    const expected = { latency: 0.5, top1: 0.1, size: 0.6, memory: 0.75 };
    expect(result).toMatchObject({ state: 'complete', feasible: true, modelSha256: 'c', macs: 5, params: 6 });
    const values = result.state === 'complete' ? result.values : [];
    for (const [i, name] of all.entries()) expect(values[i]).toBeCloseTo(expected[name as keyof typeof expected], 12);
    const turned = await observe(setUp().tools, assignment, { ...budget, objectives: ['size', 'latency', 'top1'] });
    expect(turned.state === 'complete' && turned.values).toEqual([0.6, 0.5, expect.closeTo(0.1, 12)]);
  });

  test('measures nothing that the study does not minimise', async () => {
    const { tools, log } = setUp();
    const result = await observe(tools, assignment, { ...budget, objectives: ['latency', 'top1'] });
    expect(kindsIn(result.observations)).toEqual(['latency', 'accuracy']);
    expect(log.asked.some(each => each.startsWith('memory'))).toBe(false);
    expect(Object.keys(result.stages)).not.toContain('memoryMs');
  });

  test('tells the time of each stage by its name, the correction within the build', async () => {
    const { tools } = setUp();
    const { stages } = await observe(tools, assignment, budget);
    expect(Object.keys(stages).sort()).toEqual([
      'accuracyMs',
      'buildMs',
      'correctionMs',
      'latencyMs',
      'memoryMs',
      'sizeMs',
    ]);
    expect(stages.correctionMs).toBe(7);
    for (const each of Object.values(stages)) expect(each).toBeGreaterThanOrEqual(0);
    const plain = { ...candidateFile, correction: null, correctionMs: null };
    expect(Object.keys((await observe(setUp({}, plain).tools, assignment, budget)).stages)).not.toContain(
      'correctionMs',
    );
  });
});

describe('a failure', () => {
  const stages = [
    ['build', [], ['accuracyMs', 'latencyMs']],
    ['memory', ['size'], ['accuracyMs', 'latencyMs']],
    ['latency', ['size', 'memory'], ['accuracyMs']],
    ['accuracy', ['size', 'memory', 'latency'], []],
  ] as const;
  const reasons = ['runtime-rejected', 'not-finite', 'timeout', 'crashed', 'disk-full', 'interrupted'] as const;

  test.each(stages)('of the %s leaves what was seen before it', async (stage, before, missing) => {
    for (const reason of reasons) {
      const { tools } = setUp({ [stage]: reason });
      const result = await observe(tools, assignment, budget);
      expect(result).toMatchObject({ state: 'failed', reason, detail: `${reason}, as the test wants it` });
      expect(kindsIn(result.observations)).toEqual(before);
      const times = result.stages as unknown as Record<string, number | null>;
      // The stage that failed took its time all the same.
      expect(times[`${stage}Ms`]).toBeGreaterThanOrEqual(0);
      for (const each of missing) expect(times[each]).toBeNull();
      expect('values' in result).toBe(false);
    }
  });

  test('of a file that was taken away says so', async () => {
    const gone = { ...candidateFile, path: join(folder, 'gone.onnx') };
    const { tools } = setUp({}, gone);
    expect(await observe(tools, assignment, budget)).toMatchObject({
      state: 'failed',
      reason: 'interrupted',
      detail: expect.stringMatching(/^a model file cannot be read: /),
      observations: [],
    });
  });

  test('is no failure where the device can tell no memory at all: that is a mistake of whoever asked', async () => {
    const { tools } = setUp();
    const { peakMemory: _, ...device } = tools.device;
    const asked = observe({ ...tools, device }, assignment, budget);
    await expect(asked).rejects.toThrow(UserError);
    await expect(asked).rejects.toThrow('the device "scripted" cannot tell how much memory a run takes');
  });

  test('keeps the candidate where it was built', async () => {
    const { tools } = setUp({ latency: 'crashed' });
    expect((await take(tools, assignment, ['latency'], { latency })).candidate).toEqual(candidateFile);
    expect((await take(setUp({ build: 'crashed' }).tools, assignment, ['latency'], { latency })).candidate).toBeNull();
  });
});

describe('the dense model', () => {
  const dense: CandidateFile = { ...candidateFile, path: reference.path, sha256: reference.sha256, correction: null };

  test('has the ratio 1 to itself in all that is a ratio, told by its bytes or by whoever knows', async () => {
    const byBytes = await observe(setUp({}, dense).tools, assignment, budget);
    expect(byBytes.state === 'complete' && byBytes.values).toEqual([1, expect.closeTo(0.05, 12), 1, 1]);
    // A rebuilt one whose bytes differ: 0.5 by the script, 1 since it is said to be the dense model.
    const said = await observe(setUp().tools, assignment, { ...budget, isDense: true });
    expect(said.state === 'complete' && [said.values[0], said.values[3]]).toEqual([1, 1]);
  });

  test('has its memory taken once, and is never given up', async () => {
    const { tools, log } = setUp({}, dense);
    const stopping = (): Stopping => {
      throw new Error('the dense model is never given up');
    };
    const result = await observe(tools, assignment, { ...budget, stopping });
    expect(log.asked.filter(each => each.startsWith('memory'))).toEqual(['memory of dense.onnx']);
    const memory = result.observations.find(({ kind }) => kind === 'memory');
    expect(memory).toMatchObject({ candidateSamplesKib: [4000], referenceSamplesKib: [4000] });
    expect(log.scores[0]!.stopping).toBeUndefined();
    // Not even where it is known already.
    const again = { ...budget, dense: [stored({ ...accuracyOf(0, 20) })] };
    for (const { observations } of [result, await observe(setUp({}, dense).tools, assignment, again)])
      expect('drop' in observations.find(({ kind }) => kind === 'accuracy')!).toBe(false);
  });
});

describe('what is known of the dense model in the phase', () => {
  test('gives the drop and its standard error, image by image', async () => {
    const answers = { ...accuracyOf(0, 20), correct: new Uint8Array(20).fill(1) };
    answers.correct[0] = 0;
    const { tools } = setUp();
    const result = await observe(tools, assignment, { ...budget, dense: [stored(answers)] });
    const found = result.observations.find(({ kind }) => kind === 'accuracy');
    // Lost two, gained one, of 20: the mean of differences of 1, -1 and 0, with n - 1 in its variance.
    const [lost, gained] = [2, 1];
    expect(found).toMatchObject({ drop: (lost - gained) / 20, dropStandardError: expect.any(Number) });
    const variance = (lost + gained - (lost - gained) ** 2 / 20) / 19;
    expect(found?.kind === 'accuracy' && found.dropStandardError).toBeCloseTo(Math.sqrt(variance / 20), 12);
    const alone = await observe(setUp().tools, assignment, budget);
    expect('drop' in alone.observations.find(({ kind }) => kind === 'accuracy')!).toBe(false);
  });

  test('spares measuring its memory again, where the machine is the same', async () => {
    // A store gives fields back in an order of its own.
    const fromStore = Object.fromEntries(Object.entries(board).reverse()) as unknown as typeof board;
    const before = { ...memoryOf(0), candidateSamplesKib: [6000, 6000], environment: fromStore };
    const same = setUp();
    const result = await observe(same.tools, assignment, { ...budget, dense: [stored(before)] });
    expect(same.log.asked).not.toContain('memory of dense.onnx');
    expect(result.state === 'complete' && result.values[3]).toBe(0.5);
    const moved = setUp();
    const again = await observe(moved.tools, assignment, {
      ...budget,
      dense: [stored({ ...before, environment: { ...board, onnxruntime: '9.9.9' } })],
    });
    expect(moved.log.asked).toContain('memory of dense.onnx');
    expect(again.state === 'complete' && again.values[3]).toBe(0.75);
  });
});

test('what else this process does is waited for before the latency, and no sooner', async () => {
  const { tools, log } = setUp();
  const { promise: idle, resolve } = Promise.withResolvers<void>();
  const result = observe(tools, assignment, { ...budget, idle });
  for (let i = 0; i < 20; i++) await new Promise(done => setImmediate(done));
  expect(log.asked.at(-1)).toBe('memory of dense.onnx');
  resolve();
  await result;
  expect(log.asked.at(-2)).toBe('latency of candidate.onnx over dense.onnx');
});

test('budgets are passed on as they are', async () => {
  const { tools, log } = setUp();
  await observe(tools, assignment, { ...budget, score: { images: 'confirm', timeoutMs: 5 } });
  expect(log.latencies).toEqual([latency]);
  expect(log.scores).toMatchObject([{ images: 'confirm', timeoutMs: 5 }]);
});

test.each([
  ['the one that is given', Uint8Array.of(9)],
  ['none, where it had none', null],
  ['one that is found anew, where nothing is given', undefined],
])('a correction is %s', async (_, correction) => {
  const { tools, log } = setUp();
  await observe(tools, assignment, budget, correction);
  expect(log.corrections).toEqual([correction]);
});

test('the correction of the candidate is kept with it, and none where it had none', async () => {
  expect(await observe(setUp().tools, assignment, budget)).toMatchObject({ correction: Uint8Array.of(1, 2) });
  const plain = { ...candidateFile, correction: null, correctionMs: null };
  expect('correction' in (await observe(setUp({}, plain).tools, assignment, budget))).toBe(false);
});

test('each figure says where it was taken: the device and the scorer may be apart', async () => {
  const { observations } = await observe(setUp().tools, assignment, budget);
  const where = observations.flatMap(({ kind, environment: { cpuModel }, load }) =>
    kind === 'size' ? [] : [[kind, cpuModel, load]],
  );
  expect(where).toEqual([
    ['memory', 'a board', 0.75],
    ['latency', 'a board', 0.75],
    ['accuracy', 'a server', 0.5],
  ]);
});

describe('a trial that is given up early', () => {
  const places = Int32Array.of(7, 3, 11);
  /** A scorer that gives up after three images where it may. */
  const hasty = (tools: Instruments): Instruments => ({
    ...tools,
    scorer: {
      ...tools.scorer,
      accuracy: async (path, given) => {
        const score = await tools.scorer.accuracy(path, given);
        if (score.state === 'failed' || !given.stopping) return score;
        const { correct, predictions = [] } = score.value;
        return complete({
          ...{
            ...score.value,
            correct: Uint8Array.from(correct).slice(0, 3),
            predictions: Uint16Array.from(predictions).slice(0, 3),
          },
          ...{ places, accuracy: 0.4, standardError: 0.2 },
        });
      },
    },
  });
  const stopping = { chances: [], below: 0.5 };

  test('is asked for with all that is known before the images', async () => {
    const { tools } = setUp();
    const told: Readings[] = [];
    await observe(hasty(tools), assignment, {
      ...budget,
      stopping: known => {
        told.push(known);
        return stopping;
      },
    });
    expect(told).toEqual([
      {
        size: { value: 0.6, standardError: 0 },
        memory: { value: 0.75, standardError: 0 },
        latency: { value: 0.5, standardError: 0 },
      },
    ]);
  });

  test('keeps which images it saw, and its values as estimates', async () => {
    const { tools, log } = setUp();
    const result = await observe(hasty(tools), assignment, { ...budget, stopping: () => stopping });
    expect(log.scores[0]!.stopping).toBe(stopping);
    expect(result).toMatchObject({
      state: 'pruned',
      detail: 'given up after 3 images: it would hardly have entered the front',
      values: [0.5, 0.6, 0.6, 0.75],
      standardErrors: [0, 0.2, 0, 0],
    });
    const accuracy = result.observations.find(({ kind }) => kind === 'accuracy');
    expect(accuracy).toMatchObject({ places, images: 3 });
    expect(kindsIn(result.observations)).toEqual(['size', 'memory', 'latency', 'accuracy']);
  });

  test('has its drop against the dense model on the images that it saw', async () => {
    const { tools } = setUp();
    // Right on the images in these places alone; elsewhere it is not looked at.
    const correct = Uint8Array.from({ length: 20 }, (_, i) => (i === 7 || i === 11 ? 1 : 0));
    const dense = [stored({ ...accuracyOf(0, 20), correct } as Observation)];
    const result = await observe(hasty(tools), assignment, { ...budget, stopping: () => stopping, dense });
    // The candidate has the first three right, the dense model two of the three.
    expect(result.observations.find(({ kind }) => kind === 'accuracy')).toMatchObject({
      drop: expect.closeTo(-1 / 3, 12),
    });
  });
});
