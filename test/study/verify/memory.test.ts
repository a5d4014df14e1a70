/** Whether a stored peak memory holds, against processes that were measured on a busy machine. */
import { describe, expect, test } from 'vitest';
import type { ModelFile, PeakMemory } from '../../../src/device/device.ts';
import { complete, failed } from '../../../src/errors/failure.ts';
import { currentEnvironment } from '../../../src/host/environment.ts';
import { seededRng } from '../../../src/random/rng.ts';
import type { StoredObservation } from '../../../src/store/observation.ts';
import { memoryObservation } from '../../../src/study/measure/observations.ts';
import { memoriesAgree, memoryJudge } from '../../../src/study/verify/memory.ts';
import type { MemoryVerdict } from '../../../src/study/verify/verdict.ts';

const here = currentEnvironment();
const peak = (samplesKib: readonly number[], environment = here): PeakMemory => ({
  ...{ samplesKib, wallMs: 1, environment, load: 0 },
});
const stored = (candidateKib: readonly number[], referenceKib: readonly number[], environment = here) =>
  ({
    ...memoryObservation(peak(candidateKib, environment), referenceKib, false),
    phase: 'search',
    storedAtMs: 1,
  }) as Extract<StoredObservation, { kind: 'memory' }>;

/** KiB of 24 processes each, beside two other busy processes on two cores. */
const measured = {
  'ResNet-20': [
    3804, 3796, 3848, 3640, 3416, 3740, 3964, 3764, 3788, 3740, 3832, 2860, 3812, 3836, 4072, 4068, 3856, 4336, 3832,
    4148, 4228, 4156, 3204, 4112,
  ],
  'four convolutions': [
    1532, 1360, 1712, 1740, 1704, 1908, 1240, 1756, 1536, 1724, 640, 1724, 1376, 1720, 1972, 1924, 1524, 1456, 1372,
    1272, 1672, 1664, 1520, 1372,
  ],
} as const;

describe.each(Object.entries(measured))('%s', (_, processes) => {
  const rng = seededRng(5);
  const three = (): number[] => Array.from({ length: 3 }, () => processes[rng.integer(processes.length)]!);
  const agreeing = (shiftKib: number): number => {
    let agree = 0;
    for (let i = 0; i < 4000; i++)
      if (
        memoriesAgree(
          three(),
          three().map(each => each + shiftKib),
        )
      )
        agree++;
    return agree / 4000;
  };

  test('what is true is hardly ever refused, and of three measurements never', () => {
    expect(agreeing(0)).toBeGreaterThan(0.99);
  });

  test('three MiB more or less are found, as a rule', () => {
    for (const shift of [3072, -3072]) expect(agreeing(shift)).toBeLessThan(0.05);
  });
});

const reference: ModelFile = { path: 'dense.onnx', sha256: 'd' };
const candidate: ModelFile = { path: 'candidate.onnx', sha256: 'c' };

/** A device that gives what is listed for a file, one measurement after the other, and the last one from then on. */
function listed(byPath: Readonly<Record<string, readonly (readonly number[])[]>>, environment = here) {
  const asked: string[] = [];
  const peakMemory = async ({ path }: ModelFile) => {
    const list = byPath[path] ?? [];
    const next = list[Math.min(asked.filter(each => each === path).length, list.length - 1)];
    asked.push(path);
    return next ? complete(peak(next, environment)) : failed('crashed', 'it ended on SIGKILL');
  };
  return { judge: memoryJudge({ peakMemory }, reference), asked };
}

const verdictOf = async (judged: ReturnType<ReturnType<typeof memoryJudge>>): Promise<MemoryVerdict> => {
  const found = await judged;
  if (found.state === 'failed') throw new Error(found.detail);
  return found.value;
};

describe('a stored memory', () => {
  const [dense, small] = [
    [9000, 9010, 9005],
    [6000, 6004, 6002],
  ];

  test('holds where both of its sides do, by one measurement; the dense model is measured once for all', async () => {
    const { judge, asked } = listed({ 'dense.onnx': [[9100, 9100, 9100]], 'candidate.onnx': [[6100, 6100, 6100]] });
    expect(await verdictOf(judge(stored(small, dense), candidate))).toEqual({
      verdict: 'consistent',
      stored: { bytes: 6002 * 1024, referenceBytes: 9005 * 1024 },
      now: { bytes: 6100 * 1024, referenceBytes: 9100 * 1024 },
      measurements: 1,
    });
    await judge(stored(small, dense), candidate);
    expect(asked).toEqual(['dense.onnx', 'candidate.onnx', 'candidate.onnx']);
  });

  test('that was changed is found after three measurements, whichever side it is', async () => {
    const device = { 'dense.onnx': [dense], 'candidate.onnx': [small] };
    const changes = [
      [small.map(kib => kib - 1000), dense],
      [small.map(kib => kib + 1000), dense],
      [small, dense.map(kib => kib + 1000)],
    ] as const;
    for (const [ofCandidate, ofDense] of changes) {
      const { judge, asked } = listed(device);
      expect(await verdictOf(judge(stored(ofCandidate, ofDense), candidate))).toMatchObject({
        verdict: 'differs',
        measurements: 3,
      });
      expect(asked).toHaveLength(6);
    }
  });

  test('is not refused for one unlucky measurement', async () => {
    const unlucky = small.map(kib => kib + 4000);
    const { judge } = listed({ 'dense.onnx': [dense], 'candidate.onnx': [unlucky, small, small] });
    expect(await verdictOf(judge(stored(small, dense), candidate))).toMatchObject({ verdict: 'consistent' });
  });

  test('of the dense model is judged by the same measurements as all others', async () => {
    const { judge, asked } = listed({ 'dense.onnx': [dense] });
    expect(await verdictOf(judge(stored(dense, dense), reference))).toMatchObject({ verdict: 'consistent' });
    expect(asked).toEqual(['dense.onnx']);
    const raised = dense.map(kib => kib + 1000);
    const other = listed({ 'dense.onnx': [dense] });
    expect(await verdictOf(other.judge(stored(raised, raised), reference))).toMatchObject({
      verdict: 'differs',
      measurements: 3,
    });
    expect(other.asked).toHaveLength(3);
  });

  test('of another machine or other versions is not judged where it differs, and holds where it is the same', async () => {
    for (const change of [{ cpuModel: 'another' }, { onnxruntime: '0.1' }, { node: '1.2.3' }]) {
      const there = { ...here, ...change };
      const device = { 'dense.onnx': [dense], 'candidate.onnx': [small] };
      const raised = small.map(kib => kib + 1000);
      expect(await verdictOf(listed(device).judge(stored(raised, dense, there), candidate))).toMatchObject({
        ...{ verdict: 'other-machine', measurements: 1 },
      });
      expect(await verdictOf(listed(device).judge(stored(small, dense, there), candidate))).toMatchObject({
        verdict: 'consistent',
      });
    }
  });

  test('is not measured where the device cannot tell, and a failure is one', async () => {
    expect(await verdictOf(memoryJudge({}, reference)(stored(small, dense), candidate))).toMatchObject({
      ...{ verdict: 'not-measured', now: null, measurements: 0 },
      stored: { bytes: 6002 * 1024 },
    });
    const { judge } = listed({ 'dense.onnx': [dense] });
    expect(await judge(stored(small, dense), candidate)).toMatchObject({
      ...{ state: 'failed', reason: 'crashed', detail: 'it ended on SIGKILL' },
    });
  });
});
