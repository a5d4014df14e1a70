/** What every device keeps, whichever driver is behind it. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Device, LatencyBudget, ModelFile, PairedLatency } from '../../src/device/device.ts';
import type { Attempt } from '../../src/errors/failure.ts';
import type { Whereabouts } from '../../src/host/environment.ts';
import { median } from '../../src/stats/robust.ts';

export interface Subject {
  readonly open: () => Promise<Device>;
  readonly dense: ModelFile;
  readonly other: ModelFile;
  /** A file that is no model. */
  readonly broken: ModelFile;
}

const budget: LatencyBudget = { halfWidth: 0.05, maxMs: 1500, minPairs: 10, seed: 3 };

export function deviceContract(name: string, prepare: () => Subject): void {
  describe(`${name} keeps the contract of a device`, () => {
    let subject: Subject;
    let device: Device;
    beforeAll(async () => {
      subject = prepare();
      device = await subject.open();
    });
    afterAll(() => device.close());

    test('it has the name of its driver', () => {
      expect(device.driver).toBe(name);
    });

    test('figures and samples agree', async () => {
      const latency = measured(await device.latency(subject.other, subject.dense, budget));
      const { candidateSamplesMs, referenceSamplesMs, interval, ratio } = latency;
      expect(candidateSamplesMs.length).toBe(referenceSamplesMs.length);
      expect([...candidateSamplesMs, ...referenceSamplesMs].every(ms => Number.isFinite(ms) && ms > 0)).toBe(true);
      expect(latency.candidateMs).toBe(median(candidateSamplesMs));
      expect(latency.referenceMs).toBe(median(referenceSamplesMs));
      expect(interval[0]).toBeLessThanOrEqual(ratio);
      expect(interval[1]).toBeGreaterThanOrEqual(ratio);
      // The ratio takes spells of load out, but it cannot leave the range of the pairs' own ratios.
      const pairs = candidateSamplesMs.map((ms, i) => ms / referenceSamplesMs[i]!);
      expect(ratio).toBeGreaterThanOrEqual(Math.min(...pairs));
      expect(ratio).toBeLessThanOrEqual(Math.max(...pairs));
      expect(latency.wallMs).toBeGreaterThanOrEqual(0);
      expect(latency.endedBy === 'exact').toBe(device.exact);
      demandPlace(latency);
      expect(JSON.parse(JSON.stringify(latency))).toEqual(latency);
    });

    test('the dense model against itself is 1, up to what its interval says', async () => {
      const { ratio, interval } = measured(await device.latency(subject.dense, subject.dense, budget));
      // Four half-widths: a right interval is missed about once in 10^13 runs.
      const half = (interval[1] - interval[0]) / 2;
      expect(Math.abs(ratio - 1)).toBeLessThanOrEqual(4 * half + 1e-12);
    });

    test('a model that cannot be run is a failure with a reason, whichever of the two it is', async () => {
      for (const [candidate, reference] of [
        [subject.broken, subject.dense],
        [subject.other, subject.broken],
        [{ path: `${subject.broken.path}.missing`, sha256: 'f00' }, subject.dense],
      ] as const) {
        const answer = await device.latency(candidate, reference, budget);
        expect(answer.state).toBe('failed');
        if (answer.state === 'failed') expect(answer.detail).toMatch(/\w/);
      }
      measured(await device.latency(subject.other, subject.dense, budget));
    });

    test('it tells where the time of a model goes, if it can', async context => {
      if (!device.nodeTimes) return context.skip();
      const answer = await device.nodeTimes(subject.dense, 3);
      if (answer.state === 'failed') throw new Error(answer.detail);
      const { nodes, overhead, runMs } = answer.value;
      expect(nodes.map(({ index }) => index)).toEqual(nodes.map(({ index }) => index).sort((a, b) => a - b));
      expect([...nodes, ...overhead].every(({ ms }) => ms >= 0)).toBe(true);
      expect(runMs).toBeGreaterThan(0);
      expect(await device.nodeTimes(subject.broken, 3)).toMatchObject({ state: 'failed' });
    });

    test('it tells the peak memory of a model, if it can', async context => {
      if (!device.peakMemory) return context.skip();
      const answer = await device.peakMemory(subject.dense);
      if (answer.state === 'failed') throw new Error(answer.detail);
      const { samplesKib, wallMs } = answer.value;
      expect(samplesKib.length).toBeGreaterThan(0);
      expect(samplesKib.every(kib => Number.isFinite(kib) && kib >= 0)).toBe(true);
      expect(wallMs).toBeGreaterThanOrEqual(0);
      demandPlace(answer.value);
      expect(JSON.parse(JSON.stringify(answer.value))).toEqual(answer.value);
      expect(await device.peakMemory(subject.broken)).toMatchObject({ state: 'failed' });
    });

    test('a closed device fails as interrupted, and closing it again is harmless', async () => {
      const second = await subject.open();
      await second.close();
      await second.close();
      expect(await second.latency(subject.other, subject.dense, budget)).toMatchObject({
        state: 'failed',
        reason: 'interrupted',
      });
      for (const answer of [second.nodeTimes?.(subject.dense, 3), second.peakMemory?.(subject.dense)])
        if (answer) expect(await answer).toMatchObject({ state: 'failed', reason: 'interrupted' });
    });
  });
}

/** Whoever measures says where: a processor, its cores and the versions, and how busy it was. */
export function demandPlace({ environment, load }: Whereabouts): void {
  expect(environment.cpuModel).toMatch(/\w/);
  expect(environment.cores).toBeGreaterThan(0);
  expect(environment.memoryBytes).toBeGreaterThan(0);
  for (const key of ['platform', 'arch', 'node', 'onnxruntime', 'rankfront'] as const)
    expect(environment[key]).toMatch(/\w/);
  expect(load).toBeGreaterThanOrEqual(0);
}

export function measured(answer: Attempt<PairedLatency>): PairedLatency {
  if (answer.state === 'failed') throw new Error(`${answer.reason}: ${answer.detail}`);
  return answer.value;
}
