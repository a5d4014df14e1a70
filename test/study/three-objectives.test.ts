/** A search for latency, accuracy and size, or memory as well: files that are written, a scripted device and a table of answers. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import type { Assignment } from '../../src/decompose/method.ts';
import type { Device, ModelFile, PeakMemory } from '../../src/device/device.ts';
import { scriptedDevice } from '../../src/device/scripted.ts';
import { complete } from '../../src/errors/failure.ts';
import { tableScorer } from '../../src/evaluate/table.ts';
import type { Happening } from '../../src/events/event.ts';
import { sha256Of } from '../../src/host/model-file.ts';
import { frontFor } from '../../src/objectives/front.ts';
import { constraintsOf, keepsTo } from '../../src/objectives/limits.ts';
import { frontSvg } from '../../src/report/chart/svg.ts';
import { frontCsv } from '../../src/report/front/csv.ts';
import { frontReport } from '../../src/report/front/front-report.ts';
import { frontRecord } from '../../src/report/front/json.ts';
import { pick } from '../../src/report/front/pick.ts';
import { frontTable } from '../../src/report/front/table.ts';
import { ladderLengths } from '../../src/space/configuration.ts';
import { memoryContent, memoryStore } from '../../src/store/memory-store.ts';
import type { CompleteTrial } from '../../src/store/trial.ts';
import { type Instruments, observe } from '../../src/study/measure/observe.ts';
import { patienceOf } from '../../src/study/measure/patience.ts';
import { inlineAsker } from '../../src/study/propose/asker.ts';
import { denseFigures } from '../../src/study/propose/stored-setup.ts';
import { readFrontInput } from '../../src/study/read/read-front.ts';
import { recountStudy } from '../../src/study/recount/recount-study.ts';
import { confirmFront, isConfirmed } from '../../src/study/search/confirm.ts';
import { runLoop } from '../../src/study/search/loop.ts';
import { dominates } from '../../src/tuner/pareto/dominance.ts';
import { createStrategy } from '../../src/tuner/strategies.ts';
import { environment } from '../store/samples.ts';
import { toySpace, toyStudy } from './twins.ts';

const folder = mkdtempSync(join(tmpdir(), 'rankfront-objectives-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const sites = 3;
const images = 400;
const never = new AbortController().signal;
const text = (content: string) => ({ text: content, sha256: sha256Of(new TextEncoder().encode(content)) });

/** Three of the toy's rungs; what makes the first site fast makes its file no smaller, and the other way round. */
const rungsOf = (assignment: Assignment): number[] =>
  Object.values(assignment).map(rung => (rung.method === 'dense' ? 3 : rung.method === 'svd' ? rung.rank / 8 - 1 : 0));
const stepsOf = (rungs: readonly number[]): number[] => rungs.map(rung => 3 - rung);
const weighted = (rungs: readonly number[], weights: readonly number[]): number =>
  stepsOf(rungs).reduce((sum, step, i) => sum + step * weights[i]!, 0);
const msOf = (rungs: readonly number[]): number => 10 - weighted(rungs, [1.5, 0.6, 0.2]);
const bytesOf = (rungs: readonly number[]): number => 9000 - Math.round(weighted(rungs, [0, 500, 1500]));
const kibOf = (rungs: readonly number[]): number => 5000 - weighted(rungs, [100, 700, 100]);
const wrongOf = (rungs: readonly number[]): number =>
  40 + stepsOf(rungs).reduce((sum, step, i) => sum + step ** 2 * (i + 2), 0);

/** The path of a candidate names its rungs. */
const rungsIn = (path: string): number[] => path.split('/').at(-1)!.split('-').slice(0, sites).map(Number);

const answers = (path: string): Uint8Array => {
  const wrong = wrongOf(rungsIn(path));
  // Every image of a stride, so that each half of them tells the same.
  return Uint8Array.from({ length: images }, (_, i) => ((i * 7) % images < wrong ? 0 : 1));
};

function instruments(): Instruments {
  const written = (rungs: readonly number[]): ModelFile => {
    const path = join(folder, `${rungs.join('-')}-model.onnx`);
    const bytes = new Uint8Array(bytesOf(rungs)).fill(rungs.reduce((key, rung) => key * 4 + rung, 0));
    writeFileSync(path, bytes);
    return { path, sha256: sha256Of(bytes) };
  };
  const peak = (rungs: readonly number[]): PeakMemory => ({
    samplesKib: [kibOf(rungs) - 1, kibOf(rungs) + 1, kibOf(rungs)],
    wallMs: 1,
    environment,
    load: 0,
  });
  const device: Device = {
    ...scriptedDevice(({ path }) => complete(msOf(rungsIn(path)))),
    peakMemory: async ({ path }) => complete(peak(rungsIn(path))),
  };
  const even = Array.from({ length: images / 2 }, (_, i) => 2 * i);
  return {
    build: assignment =>
      complete({ ...written(rungsOf(assignment)), macs: 1, params: 1, correction: null, correctionMs: null }),
    device,
    scorer: tableScorer({
      truth: new Uint8Array(images).fill(1),
      split: { proxy: Int32Array.from(even), rest: Int32Array.from(even, i => i + 1) },
      predictions: path => complete(answers(path)),
    }),
    reference: written([3, 3, 3]),
  };
}

const latency = { halfWidth: 0.01, maxMs: 10, minPairs: 1, seed: 1 };

async function searched(objectives: readonly string[], trials: number, limit?: { readonly maxSizeBytes: number }) {
  const content = memoryContent();
  const store = memoryStore({ content });
  const study = await store.studies.create({
    ...toyStudy,
    objectives,
    proxy: { images: images / 2, seed: 1 },
    space: text('space'),
    hardware: text('hardware'),
  });
  const space = toySpace(sites);
  const tools = instruments();
  const problem = { ladderLengths: ladderLengths(space), objectives: objectives.length };
  const measured = async () => (await store.trials.get(study.id, 0))?.state === 'complete';
  const dense = async () => ((await measured()) ? store.trials.samples((await store.trials.get(study.id, 0))!.id) : []);
  const strategy = createStrategy('nsga2', problem, { seed: 1 });
  await runLoop(
    {
      store,
      study,
      space,
      proposer: { asker: inlineAsker(strategy), setup: 1, constraints: [] },
      emit: () => {},
      finished: async () => {},
      observe: async ({ assignment }) => {
        const budget = { objectives, latency, score: { images: 'proxy', timeoutMs: 1 } as const, dense: await dense() };
        const result = await observe(tools, assignment, budget);
        if (result.state !== 'complete' || !limit || !(await measured())) return result;
        const constraints = constraintsOf(objectives, limit, await denseFigures(store, study));
        return { ...result, feasible: keepsTo(constraints, result.values) };
      },
    },
    { trials, timeLeft: () => true, finish: never, stop: never },
  );
  if (limit)
    await store.tuning.keepSetup(study.id, { strategy: 'nsga2', problem, options: { seed: 1 }, limits: limit });
  return { store, content, study, tools };
}

const confirm = ({ store, study, tools }: Awaited<ReturnType<typeof searched>>, events: Happening[] = []) =>
  confirmFront({
    store,
    study,
    instruments: tools,
    latency,
    patience: patienceOf(0),
    timeoutMs: 1,
    emit: event => events.push(event),
    timeLeft: () => true,
    finish: never,
    stop: never,
  });

const valuesOf = ({ configuration }: Pick<CompleteTrial, 'configuration'>): number[] => [
  msOf(configuration) / msOf([3, 3, 3]),
  answersWrong(configuration) / (images / 2),
  bytesOf(configuration) / bytesOf([3, 3, 3]),
];
const answersWrong = (rungs: readonly number[]): number =>
  answers(`/${rungs.join('-')}-model.onnx`).filter((right, i) => i % 2 === 0 && right === 0).length;

test('the front of three is that of a full comparison, and a size is what the file has', async () => {
  const { store, study } = await searched(['latency', 'top1', 'size'], 63);
  const trials = (await store.trials.list(study.id)) as readonly CompleteTrial[];
  expect(trials).toHaveLength(64);
  for (const trial of trials)
    for (const [k, value] of trial.values.entries()) expect(value).toBeCloseTo(valuesOf(trial)[k]!, 9);
  const points = trials.map(valuesOf);
  const best = trials.filter((_, i) => !points.some(other => dominates(other, points[i]!)));
  const front = (await store.trials.front(study.id)).map(({ number }) => number);
  expect(front).toEqual(best.map(({ number }) => number));
  // Some are there for their size alone.
  const flat = points.filter((_, i) => !points.some(other => dominates(other.slice(0, 2), points[i]!.slice(0, 2))));
  expect(front.length).toBeGreaterThan(flat.length);
  expect((await recountStudy(store, study, { bounds: true })).disagreements).toEqual([]);
});

test('no trial beyond a limit of the size is on the front, and the report leaves them out', async () => {
  const maxSizeBytes = 5000;
  const open = await searched(['latency', 'top1', 'size'], 63, { maxSizeBytes });
  const front = await open.store.trials.front(open.study.id);
  expect(front.filter(({ number }) => number !== 0).length).toBeGreaterThan(3);
  const small = (configuration: readonly number[]): boolean => bytesOf(configuration) <= maxSizeBytes;
  for (const { number, configuration } of front) expect(number === 0 || small(configuration)).toBe(true);
  const report = frontReport(await readFrontInput(open.store, open.study, false));
  const listed = report.points.filter(({ trial }) => trial !== 0);
  expect(listed.length).toBeGreaterThan(3);
  for (const { further } of listed) expect(further[0]!.amount).toBeLessThanOrEqual(maxSizeBytes + 1e-6);
});

test('a report has the third objective in every form, and a pick keeps to it', async () => {
  const open = await searched(['latency', 'top1', 'size', 'memory'], 63);
  await confirm(open);
  const report = frontReport(await readFrontInput(open.store, open.study, true));
  const members = (await open.store.trials.front(open.study.id)).map(({ number }) => number);
  const shown = report.points.map(({ trial }) => trial);
  expect([...shown].sort((a, b) => a - b)).toEqual([...new Set([0, ...members])].sort((a, b) => a - b));
  expect(frontTable(report)).toMatch(/size +memory/);
  const smallest = Math.min(...report.points.map(({ further }) => further[0]!.amount));
  expect(frontTable(report)).toContain(`${(smallest / 1000).toFixed(2)} kB`);
  const [point] = frontRecord(report).points;
  const { configuration } = (await open.store.trials.get(open.study.id, point!.trial))!;
  expect(point!.objectives).toMatchObject({
    latency: { unit: 'ms', better: 'lower' },
    top1: { unit: 'share', better: 'higher', value: point!.accuracy },
    size: { unit: 'B', better: 'lower', value: bytesOf(configuration) },
  });
  expect(point!.objectives.memory!.value).toBeCloseTo(kibOf(configuration) * 1024, 3);
  const [header, first] = frontCsv(report).split('\r\n');
  expect(header).toContain('quality,size_bytes,size_ratio,size_ratio_low,size_ratio_high,memory_bytes,');
  expect(first!.split(',')[16]).toBe(String(bytesOf(configuration)));
  expect(frontSvg(report)).toContain('In brackets: size, memory');
  const picked = pick(report, { kind: 'limits', drop: 0.2, sizeBytes: 6000 });
  expect(picked).toMatchObject({ state: 'picked' });
  const fits = report.points.filter(each => each.further[0]!.amount <= 6000 && each.judged.drop <= 0.2);
  const fastest = Math.max(...fits.map(({ speedup }) => speedup));
  expect(picked.state === 'picked' && picked.point.speedup).toBeCloseTo(fastest, 9);
  expect(pick(report, { kind: 'limits', sizeBytes: 100 })).toMatchObject({ state: 'none' });
});

test('confirmed is what has all that can be confirmed: a memory too, and no size', async () => {
  const open = await searched(['latency', 'top1', 'size', 'memory'], 20);
  const { store, study, content } = open;
  const events: Happening[] = [];
  const end = await confirm(open, events);
  expect(end.left).toBe(0);
  const [member] = (await store.trials.front(study.id)).filter(({ number }) => number !== 0);
  expect(isConfirmed(study, member!)).toBe(true);
  const kinds = member!.observations.filter(({ phase }) => phase === 'confirm').map(({ kind }) => kind);
  expect(kinds.sort()).toEqual(['accuracy', 'latency', 'memory']);
  // The memory of the dense model is measured once in a phase.
  const [memory] = (await store.trials.samples(member!.id)).filter(each => each.kind === 'memory');
  expect(memory?.kind === 'memory' && memory.referenceSamplesKib).toEqual([4999, 5001, 5000]);

  const kept = content.observations.get(member!.id)!;
  content.observations.set(
    member!.id,
    kept.filter(each => each.phase !== 'confirm' || each.kind !== 'memory'),
  );
  const now = (await store.trials.get(study.id, member!.number)) as CompleteTrial;
  expect(isConfirmed(study, now)).toBe(false);
  // Only what is missing is measured again.
  const before = new Map(
    content.observations.get(member!.id)!.map(each => [`${each.phase} ${each.kind}`, each.storedAtMs]),
  );
  await confirm(open);
  for (const each of content.observations.get(member!.id)!)
    expect(before.get(`${each.phase} ${each.kind}`) ?? each.storedAtMs).toBe(each.storedAtMs);
  expect(isConfirmed(study, (await store.trials.get(study.id, member!.number)) as CompleteTrial)).toBe(true);
});

test('a size or a memory that was changed afterwards is found, whichever number it was', async () => {
  const objectives = ['latency', 'top1', 'size', 'memory'];
  const changes = [
    ['size', { bytes: 100 }, 'size ratio'],
    ['size', { value: 0.1 }, 'size ratio'],
    ['size', { referenceBytes: 20_000, value: 0.25, interval: [0.25, 0.25], bytes: 5000 }, 'bytes of the dense model'],
    ['memory', { candidateSamplesKib: [100, 100, 100] }, 'memory ratio'],
    ['memory', { value: 0.2 }, 'memory ratio'],
    ['memory', { candidateSamplesKib: [] }, 'memory samples'],
    ['accuracy', { drop: 0 }, 'change of accuracy'],
  ] as const;
  for (const [kind, change, figure] of changes) {
    const { store, content, study } = await searched(objectives, 8);
    const trial = (await store.trials.list(study.id)).find(each => each.number === 5)!;
    const altered = content.observations
      .get(trial.id)!
      .map(each => (each.kind === kind ? { ...each, ...change } : each));
    content.observations.set(trial.id, altered as typeof altered & never);
    const { disagreements } = await recountStudy(store, study, { bounds: false });
    expect(disagreements).toContainEqual(expect.objectContaining({ trial: 5, figure }));
    // And what is told of the trial is left out of its front.
    const report = frontReport(await readFrontInput(store, study, false));
    expect([...report.points, ...report.dominated].some(point => point.trial === 5)).toBe(false);
  }
});

test('what was minimised is told by its observations: an altered value is found', async () => {
  const { store, content, study } = await searched(['latency', 'top1', 'size'], 8);
  content.trials = content.trials.map(trial =>
    trial.number === 3 && trial.state === 'complete'
      ? { ...trial, values: [...trial.values.slice(0, 2), 0.01] }
      : trial,
  );
  const recount = await recountStudy(store, study, { bounds: false });
  expect(recount.disagreements).toContainEqual(expect.objectContaining({ trial: 3, figure: 'objective values' }));
  const points = recount.trials.map(({ trial, values }) => ({ number: trial.number, values }));
  expect(recount.front).toEqual(frontFor(study.objectives)(points).members);
});
