/** `verify` on a study that minimises sizes and peak memories too: a changed one is found, by recounting, rebuilding or measuring. */
import { statSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { summary, verdictLines } from '../../../src/cli/verify-text.ts';
import type { Script } from '../../../src/device/scripted.ts';
import { complete } from '../../../src/errors/failure.ts';
import { memoryStore } from '../../../src/store/memory-store.ts';
import type { Observation } from '../../../src/store/observation.ts';
import { memoryObservation, sizeObservation } from '../../../src/study/measure/observations.ts';
import { isProved } from '../../../src/study/verify/counts.ts';
import type { MemoryVerdict } from '../../../src/study/verify/verdict.ts';
import { makeWorld, type World } from '../../cli/world.ts';
import { board, type SmallStudy, scripted, smallStudy, type Told, verified } from './small-study.ts';

const custom = 'name: Board\ndriver: { kind: custom }\nrankGranularity: 4\nlatencyBudget: { waitMs: 0 }\n';
const everything = { phase: null, trial: null };

/** A process takes a hundred times its file, candidates `more` times as much. */
const onBoard = (more = 1): Script => ({
  ...{ driver: 'board', environment: board, load: 0.25, exact: false },
  memoryOf: ({ path }) => complete((path.endsWith('candidate.onnx') ? more : 1) * (statSync(path).size / 10)),
});

let world: World;
let small: SmallStudy;
const before = { ...process.env };
beforeAll(async () => {
  world = makeWorld();
  Object.assign(process.env, world.env);
  small = await smallStudy(world, custom, scripted(onBoard()), ['latency', 'top1', 'size', 'memory']);
}, 120_000);
afterAll(() => {
  for (const name of Object.keys(world.env)) delete process.env[name];
  Object.assign(process.env, before);
  world.remove();
});

const memories = ({ verdicts }: Told): MemoryVerdict[] =>
  verdicts.flatMap(({ phases }) => phases.flatMap(({ memory }) => memory ?? []));
const lines = ({ verdicts }: Told): string => verdicts.flatMap(verdictLines).join('\n');

/** A copy whose observations of one trial are changed. */
async function changed(number: number, change: (each: Observation & { phase: string }) => object): Promise<SmallStudy> {
  const content = structuredClone(small.content);
  const { id } = (await small.store.trials.get(small.study.id, number))!;
  const all = content.observations.get(id)!.map(each => ({ ...each, ...change(each) }));
  content.observations.set(id, all as unknown as ReturnType<typeof content.observations.get> & object);
  return { ...small, content, store: memoryStore({ content }) };
}

describe('a study with four objectives', () => {
  test('holds on the device that measured it, the dense model too', async () => {
    const told = await verified(small, scripted(onBoard()));
    expect(told.report.disagreements).toEqual([]);
    expect(told.verdicts.flatMap(({ facts }) => facts)).toEqual([]);
    // Three trials in the search, two of them confirmed.
    expect(memories(told)).toMatchObject(Array(5).fill({ verdict: 'consistent', measurements: 1 }));
    expect(isProved(told.report)).toBe(true);
    expect(summary(told.report, everything)).toContain('Every stored number holds.');
    expect(lines(told)).toMatch(/trial 2, confirm phase: .*; memory consistent: stored .* MB \(dense .* MB\), now /);
    expect(lines(told)).toMatch(/trial 0, search phase: accuracy equal.*; memory consistent: stored [\d.]+ MB, now/);
    expect(JSON.parse(JSON.stringify(told.report))).toEqual(told.report);
  });

  test('is found to take more memory now', async () => {
    const told = await verified(small, scripted(onBoard(1.5)));
    expect(memories(told).map(({ verdict }) => verdict)).toEqual([
      ...['consistent', 'consistent', 'differs', 'differs', 'differs'],
    ]);
    expect(isProved(told.report)).toBe(false);
    expect(summary(told.report, everything)).toContain('2 stored numbers do not hold.');
    expect(lines(told)).toMatch(/^FAIL trial 2, confirm phase: .*memory does not hold: .* \(3 measurements\)$/m);
  });

  test('keeps its memories unchecked where the device cannot tell, or is not here', async () => {
    const { memoryOf: _, ...silent } = onBoard();
    const told = await verified(small, scripted(silent));
    expect(memories(told)).toMatchObject(Array(5).fill({ verdict: 'not-measured', now: null }));
    expect(summary(told.report, everything)).toContain('Not checked: 5 peak memories, which cannot be measured here.');
    expect(isProved(told.report)).toBe(true);
    const away = await verified(small);
    expect(memories(away)).toMatchObject(Array(5).fill({ verdict: 'not-measured' }));
    expect(summary(away.report, everything)).toContain(
      'Not checked: 3 latencies and 5 peak memories, which cannot be measured here.',
    );
  });

  test('says of another machine that it cannot judge what differs', async () => {
    const other = { ...onBoard(1.5), environment: { ...board, cpuModel: 'another board' } };
    const told = await verified(small, scripted(other));
    expect(memories(told).map(({ verdict }) => verdict)).toEqual([
      ...['consistent', 'consistent', 'other-machine', 'other-machine', 'other-machine'],
    ]);
    expect(summary(told.report, everything)).toContain('3 peak memories on another machine');
  });
});

describe('a size that was changed', () => {
  test('in one number is found by recounting', async () => {
    const told = await verified(await changed(2, each => (each.kind === 'size' ? { bytes: each.bytes - 1 } : {})));
    expect(told.report.disagreements).toContainEqual(expect.objectContaining({ trial: 2, figure: 'size ratio' }));
  });

  test('with all that follows from it is found by building the file again, of trials off the front too', async () => {
    const forged = await changed(1, each =>
      each.kind === 'size' ? { ...sizeObservation(each.bytes - 1, each.referenceBytes) } : {},
    );
    const told = await verified(forged);
    const size = (await small.store.trials.get(small.study.id, 1)) as { observations: readonly Observation[] };
    const stored = size.observations.find(({ kind }) => kind === 'size') as Extract<Observation, { kind: 'size' }>;
    expect(told.verdicts.find(({ trial }) => trial === 1)!.facts).toEqual([
      { trial: 1, phase: 'search', figure: 'bytes', stored: stored.bytes - 1, recounted: stored.bytes },
    ]);
    expect(lines(told)).toContain(
      `FAIL trial 1: model equal; trial 1, search phase: bytes stored as ${stored.bytes - 1}, recounted as ${stored.bytes}`,
    );
  });

  test('of the dense model as well', async () => {
    const told = await verified(
      await changed(2, each =>
        each.kind === 'size' ? { ...sizeObservation(each.bytes, each.referenceBytes + 1) } : {},
      ),
    );
    expect(told.verdicts.find(({ trial }) => trial === 2)!.facts).toMatchObject([
      { figure: 'bytes of the dense model' },
    ]);
  });
});

describe('a peak memory that was changed', () => {
  test('in one number is found by recounting', async () => {
    const told = await verified(await changed(2, each => (each.kind === 'memory' ? { bytes: each.bytes - 1024 } : {})));
    expect(told.report.disagreements).toContainEqual(expect.objectContaining({ trial: 2, figure: 'bytes of memory' }));
  });

  test('with all that follows from it is found by measuring', async () => {
    const forged = await changed(2, each => {
      if (each.kind !== 'memory' || each.phase !== 'confirm') return {};
      const { wallMs, environment, load } = each;
      const samplesKib = each.candidateSamplesKib.map(kib => kib - 2000);
      return memoryObservation({ samplesKib, wallMs, environment, load }, each.referenceSamplesKib, false);
    });
    const told = await verified(forged, scripted(onBoard()));
    // Nothing contradicts it.
    expect(told.report.disagreements).toEqual([]);
    expect(memories(told).map(({ verdict }) => verdict)).toEqual([
      ...['consistent', 'consistent', 'consistent', 'consistent', 'differs'],
    ]);
    expect(isProved(told.report)).toBe(false);
  });
});
