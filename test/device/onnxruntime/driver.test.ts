import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Device } from '../../../src/device/device.ts';
import { openDevice } from '../../../src/device/open.ts';
import { parseHardwareProfile } from '../../../src/device/profile.ts';
import { probeProviders } from '../../../src/device/providers.ts';
import { UserError } from '../../../src/errors/user-error.ts';
import { median } from '../../../src/stats/robust.ts';
import { deviceContract, measured } from '../contract.ts';
import { type TinyConv, tinyConv, writeModelFile } from '../tiny-model.ts';

const folder = mkdtempSync(join(tmpdir(), 'rankfront-ort-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
let written = 0;
const file = (model: TinyConv) => writeModelFile(join(folder, `${written++}.onnx`), tinyConv(model));
const open = (yaml = '', timeoutMs?: number): Promise<Device> =>
  openDevice(parseHardwareProfile(`name: cpu\nthreads: 2\nlatencyBudget: { warmup: 2 }\n${yaml}`, 'cpu.yaml'), {
    scratchDir: folder,
    lockDir: folder,
    ...(timeoutMs ? { timeoutMs } : {}),
  });

const dense: TinyConv = { inputShape: ['N', 3, 24, 24], channels: [24, 24, 8] };
const thin: TinyConv = { inputShape: ['N', 3, 24, 24], channels: [16, 16, 8] };
const budget = { halfWidth: 0.2, maxMs: 500, minPairs: 5, seed: 1 };

deviceContract('onnxruntime', () => ({
  open: () => open(),
  dense: file(dense),
  other: file(thin),
  broken: writeModelFile(join(folder, 'broken.onnx'), Buffer.from('no model')),
}));

describe('the onnxruntime driver', () => {
  let device: Device;
  beforeAll(async () => {
    device = await open('inputShape: { H: 24 }\n');
  });
  afterAll(() => device.close());

  test('runs half precision and dynamic sizes', async () => {
    const half = file({ ...thin, elementType: 'float16' });
    measured(await device.latency(half, file({ ...dense, elementType: 'float16' }), budget));
    measured(await device.latency(file({ ...thin, inputShape: ['N', 3, 'H', 'H'] }), file(dense), budget));
  });

  test('warms up, and takes as many pairs as asked for at least', async () => {
    const latency = measured(
      await device.latency(file(thin), file(dense), { ...budget, halfWidth: 0.5, minPairs: 33 }),
    );
    expect(latency.candidateSamplesMs.length).toBeGreaterThanOrEqual(33);
    // Beside other tests it may find no quiet time, and then it says so.
    expect(latency.endedBy).toBe(latency.quality === 'good' ? 'interval' : 'time');
    const { sessionPairs, causes } = latency.conditions;
    expect(sessionPairs.reduce((sum, pairs) => sum + pairs, 0)).toBe(latency.candidateSamplesMs.length);
    expect(causes.length > 0).toBe(latency.quality === 'disturbed');
  });

  test('a candidate that gives NaN or infinity where the dense model does not', async () => {
    expect(await device.latency(file({ ...thin, fill: Number.NaN }), file(dense), budget)).toMatchObject({
      state: 'failed',
      reason: 'not-finite',
    });
  });

  test('a fixed batch size that is another one, and a size that nobody gave, are for the user to put right', async () => {
    const fixed = device.latency(file({ ...thin, inputShape: [4, 3, 24, 24] }), file(dense), budget);
    await expect(fixed).rejects.toThrow(UserError);
    await expect(fixed).rejects.toThrow(
      'Cannot time the candidate: its input "input" has the fixed batch size 4, and the hardware profile says batchSize: 1. Set batchSize: 4 in the hardware profile, or export the model with a dynamic batch dimension.',
    );
    await expect(
      device.latency(file(thin), file({ ...dense, inputShape: ['N', 3, 'height', 24] }), budget),
    ).rejects.toThrow(/Cannot time the dense model: its input "input" has a dynamic size "height" that nobody gave\./);
    measured(await device.latency(file(thin), file(dense), budget));
  });

  test('a profile that promises half precision takes no float32 model', async () => {
    const half = await open('precision: float16\n');
    await expect(half.latency(file(thin), file(dense), budget)).rejects.toThrow(
      'Cannot time the model on "cpu": the hardware profile says precision: float16, and the model\'s weights are float32. Export the model in half precision, or set precision: float32.',
    );
    measured(
      await half.latency(file({ ...thin, elementType: 'float16' }), file({ ...dense, elementType: 'float16' }), budget),
    );
    await half.close();
  });

  test('a measurement that takes too long fails, and the next one works', async () => {
    const hasty = await open('', 1);
    expect(await hasty.latency(file(thin), file(dense), budget)).toMatchObject({
      state: 'failed',
      reason: 'timed-out',
    });
    await hasty.close();
    measured(await device.latency(file(thin), file(dense), budget));
  });

  test('the peak memory of a model holds its weights, and other models less', async () => {
    const peak = async (model: TinyConv): Promise<number> => {
      const answer = await device.peakMemory!(file(model));
      if (answer.state === 'failed') throw new Error(answer.detail);
      expect(answer.value.samplesKib).toHaveLength(3);
      return median(answer.value.samplesKib);
    };
    const heavy = await peak({ inputShape: ['N', 3, 24, 24], channels: [256, 1024] });
    const weightsKib = (4 * 9 * (3 * 256 + 256 * 1024)) / 1024;
    expect(heavy).toBeGreaterThan(weightsKib);
    // The file, the weights and what is packed of them: no more than a few times as much, with activations of 3 MiB.
    expect(heavy).toBeLessThan(6 * weightsKib);
    expect(await peak(thin)).toBeLessThan(weightsKib);
  });

  test('closing interrupts a measurement of memory', async () => {
    const other = await open();
    const running = other.peakMemory!(file(thin));
    await new Promise(resolve => setTimeout(resolve, 300));
    await other.close();
    expect(await running).toMatchObject({ state: 'failed', reason: 'interrupted' });
  });

  test('closing interrupts a measurement', async () => {
    const long = await open();
    const running = long.latency(file(thin), file(dense), { halfWidth: 1e-9, maxMs: 60_000, minPairs: 5, seed: 1 });
    await new Promise(resolve => setTimeout(resolve, 500));
    await long.close();
    expect(await running).toMatchObject({ state: 'failed', reason: 'interrupted' });
  });

  test('two devices of one machine take turns', async () => {
    const second = await openDevice(parseHardwareProfile('name: cpu', 'cpu.yaml'), {
      scratchDir: folder,
      lockDir: folder,
      onWait: message => waits.push(message),
    });
    const waits: string[] = [];
    const first = device.latency(file(thin), file(dense), { ...budget, halfWidth: 1e-9 });
    await new Promise(resolve => setTimeout(resolve, 100));
    measured(await second.latency(file(thin), file(dense), budget));
    measured(await first);
    expect(waits.length).toBeGreaterThan(0);
    expect(waits[0]).toMatch(/^Waiting /);
    await second.close();
    // Nothing is left behind: no lock, no guard, no wish.
    expect(readdirSync(folder).filter(name => name.includes('.lock'))).toEqual([]);
  });

  test('a provider that is not there is named together with those that are', async () => {
    const states = await probeProviders();
    expect(states.cpu).toEqual({ available: true });
    const missing = Object.keys(states).find(name => !states[name]?.available);
    if (missing === undefined) return;
    expect(states[missing]?.reason).toMatch(/\w/);
    const opening = open(`provider: ${missing}\n`);
    await expect(opening).rejects.toThrow(UserError);
    await expect(opening).rejects.toThrow(
      new RegExp(`provider "${missing}" is not there .*Set provider to one that is: cpu`),
    );
  });
});
