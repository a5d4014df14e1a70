/** The remote driver against a real agent, a process of its own. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Device } from '../../../src/device/device.ts';
import { openDevice } from '../../../src/device/open.ts';
import { cuttingProxy } from '../../agent/cutting-proxy.ts';
import { computedThere, type FarAgent, farAgent, measuredThere, remoteProfile } from '../../agent/far-agent.ts';
import { deviceContract, measured } from '../contract.ts';
import { type TinyConv, tinyConv, writeModelFile } from '../tiny-model.ts';

const folder = mkdtempSync(join(tmpdir(), 'rankfront-remote-'));
let agent: FarAgent;
beforeAll(async () => {
  agent = await farAgent(folder, measuredThere);
});
afterAll(async () => {
  await agent.kill('SIGTERM');
  rmSync(folder, { recursive: true, force: true });
});
let written = 0;
const file = (model: TinyConv) => writeModelFile(join(folder, `${written++}.onnx`), tinyConv(model));
const dense: TinyConv = { inputShape: ['N', 3, 24, 24], channels: [24, 24, 8] };
const thin: TinyConv = { inputShape: ['N', 3, 24, 24], channels: [16, 16, 8] };
const budget = { halfWidth: 0.2, maxMs: 300, minPairs: 5, seed: 1, sessions: 3 };

const open = (port = agent.port, said: string[] = [], timeoutMs?: number, more = ''): Promise<Device> =>
  openDevice(remoteProfile(folder, port, more), {
    scratchDir: folder,
    onWait: message => said.push(message),
    ...(timeoutMs ? { timeoutMs } : {}),
  });

deviceContract('remote', () => ({
  open: () => open(),
  dense: file(dense),
  other: file(thin),
  broken: writeModelFile(join(folder, 'broken.onnx'), Buffer.from('no model')),
}));

describe('the remote driver', () => {
  test('sends a model once, and later only what differs', async () => {
    const proxy = await cuttingProxy(agent.port);
    const device = await open(proxy.port);
    try {
      const wide: TinyConv = { inputShape: ['N', 3, 24, 24], channels: [96, 96, 96, 8] };
      const reference = file({ ...wide, inputShape: ['N', 3, 25, 25] });
      measured(await device.latency(reference, reference, budget));
      const first = proxy.bytes().there;
      expect(first).toBeGreaterThan(96 * 96 * 9 * 4);
      measured(await device.latency(reference, reference, budget));
      const again = proxy.bytes().there - first;
      expect(again).toBeLessThan(5000);
      // The same weights in another network: only the rest of the file is new.
      measured(await device.latency(file({ ...wide, inputShape: ['N', 3, 27, 27] }), reference, budget));
      expect(proxy.bytes().there - first - again).toBeLessThan(0.1 * first);
    } finally {
      await device.close();
      await proxy.close();
    }
  });

  test('a cable that is cut, or goes silent, while a measurement runs is not felt in its result', async () => {
    const proxy = await cuttingProxy(agent.port);
    const said: string[] = [];
    const device = await open(proxy.port, said);
    try {
      const long = { ...budget, halfWidth: 0.0001, maxMs: 2500, minPairs: 5 };
      const running = device.latency(file(thin), file(dense), long);
      setTimeout(() => proxy.cut(), 700);
      setTimeout(() => proxy.cut('silent'), 1500);
      const latency = measured(await running);
      expect(latency.candidateSamplesMs.length).toBeGreaterThan(5);
      expect(proxy.cuts()).toBe(2);
    } finally {
      await device.close();
      await proxy.close();
    }
  });

  test('gives up after the limit of the profile, as unreachable and not as a failed candidate', async () => {
    const proxy = await cuttingProxy(agent.port);
    const said: string[] = [];
    const device = await open(proxy.port, said, undefined, 'reconnectMs: 1500');
    try {
      proxy.down(true);
      proxy.cut();
      const answer = await device.latency(file(thin), file(dense), budget);
      expect(answer).toMatchObject({ state: 'failed', reason: 'unreachable' });
      expect(said.filter(message => /is lost.*Trying again/.test(message))).toHaveLength(1);
      proxy.down(false);
      measured(await device.latency(file(thin), file(dense), budget));
    } finally {
      await device.close();
      await proxy.close();
    }
  });

  test('only running counts against a time-out', async () => {
    const device = await open(agent.port, [], 400);
    const other = await open();
    try {
      const long = { ...budget, halfWidth: 0.0001, maxMs: 2000 };
      const holding = other.latency(file(thin), file(dense), long);
      await new Promise(resolve => setTimeout(resolve, 300));
      // It waits for two seconds and more, and runs for less than the limit.
      measured(
        await device
          .latency(file(thin), file(dense), { ...budget, maxMs: 30, sessions: 1, halfWidth: 0.5 })
          .then(async answer => {
            measured(await holding);
            return answer;
          }),
      );
      expect(await device.latency(file(thin), file(dense), { ...long, maxMs: 60_000 })).toMatchObject({
        reason: 'timed-out',
      });
    } finally {
      await device.close();
      await other.close();
    }
  });

  test.each([
    ['batchSize: 2', /batchSize: 2, and the device ".*" has 1 in its own profile\. Write the same/],
    ['inputShape: { H: 24 }', /inputShape/],
    ['precision: float16', /precision/],
  ])('an agent that measures something else is refused: %s', async (line, words) => {
    const profile = { ...remoteProfile(folder, agent.port) };
    const [key = '', value = ''] = line.split(/: (.*)/);
    const other = { ...profile, [key]: key === 'inputShape' ? { H: 24 } : Number(value) || value };
    await expect(openDevice(other, { scratchDir: folder })).rejects.toThrow(words);
  });

  test('an agent that computes has to be said to', async () => {
    const [other] = [mkdtempSync(join(tmpdir(), 'rankfront-computed-'))];
    const computed = await farAgent(other, computedThere);
    try {
      await expect(openDevice(remoteProfile(other, computed.port), { scratchDir: other })).rejects.toThrow(
        /driver.exact/,
      );
      const device = await openDevice(remoteProfile(other, computed.port, 'exact: true'), { scratchDir: other });
      const latency = measured(await device.latency(file(thin), file(dense), budget));
      expect(device.exact).toBe(true);
      expect(latency.endedBy).toBe('exact');
      await device.close();
    } finally {
      await computed.kill('SIGTERM');
      rmSync(other, { recursive: true, force: true });
    }
  });

  test('what the user can put right is told as such', async () => {
    const device = await open();
    const fixed = file({ inputShape: [3, 3, 24, 24], channels: [8] });
    await expect(device.latency(fixed, fixed, budget)).rejects.toThrow(/fixed batch size 3/);
    measured(await device.latency(file(thin), file(dense), budget));
    await device.close();
  });
});
