/** What a profile says of a session reaches ONNX Runtime, and what the runtime does not take is said when the device is opened. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { openDevice } from '../../../src/device/open.ts';
import { parseHardwareProfile } from '../../../src/device/profile.ts';
import { providerOf, sessionOptions } from '../../../src/runtime/session-options.ts';
import { measured } from '../contract.ts';
import { tinyConv, writeModelFile } from '../tiny-model.ts';

const folder = mkdtempSync(join(tmpdir(), 'rankfront-settings-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const driver = (more: string): string => `name: x\ndriver:\n  kind: onnxruntime\n${more.replaceAll(/^/gm, '  ')}\n`;
const open = (more: string) =>
  openDevice(parseHardwareProfile(driver(more), 'x.yaml'), { scratchDir: folder, lockDir: folder });

describe('settings of a session', () => {
  test('become options of ONNX Runtime, for what is timed and for what scores', () => {
    const text = driver(
      'provider: webgpu\nproviderOptions: { preferredLayout: NHWC }\ngraphOptimization: layout\nsessionOptions:\n  executionMode: parallel\n  interOpThreads: 2\n  cpuArena: false\n  memoryPattern: false\n  config: { "session.set_denormal_as_zero": "1" }',
    );
    const { host } = parseHardwareProfile(text, 'x.yaml');
    expect(sessionOptions(host)).toMatchObject({
      executionProviders: [{ name: 'webgpu', preferredLayout: 'NHWC' }, 'cpu'],
      graphOptimizationLevel: 'layout',
      executionMode: 'parallel',
      interOpNumThreads: 2,
      enableCpuMemArena: false,
      enableMemPattern: false,
      extra: { 'session.set_denormal_as_zero': '1' },
    });
    // The flat way of writing a profile takes them, too.
    const flat = parseHardwareProfile('name: x\nprovider: cuda\nproviderOptions: { deviceId: 1 }\n', 'x.yaml');
    expect(flat.driver).toMatchObject({ providerOptions: { deviceId: 1 } });
    expect(providerOf(flat.host)).toEqual({ name: 'cuda', deviceId: 1 });
  });

  test('that are left out change nothing', () => {
    const { host, driver: settings } = parseHardwareProfile('name: x\nprovider: cpu\n', 'x.yaml');
    expect(host).toEqual({ provider: 'cpu', threads: 1, graphOptimization: 'all' });
    expect(Object.keys(settings).sort()).toEqual(['graphOptimization', 'kind', 'provider', 'threads']);
    expect(Object.keys(sessionOptions(host))).not.toContain('extra');
  });

  test('are measured with', { timeout: 60_000 }, async () => {
    const device = await open('sessionOptions: { executionMode: parallel, interOpThreads: 2, cpuArena: false }');
    const model = writeModelFile(join(folder, 'm.onnx'), tinyConv({ inputShape: ['N', 3, 16, 16], channels: [8] }));
    const budget = { halfWidth: 0.3, maxMs: 200, minPairs: 5, seed: 1, sessions: 1 };
    measured(await device.latency(model, model, budget));
    await device.close();
  });

  test('that the runtime refuses are told in its words', async () => {
    await expect(
      open('threads: 2\nsessionOptions: { config: { session.intra_op_thread_affinities: "nonsense" } }'),
    ).rejects.toThrow(/ONNX Runtime does not take its options \(.+\)\. Correct providerOptions or sessionOptions/);
  });

  test('that the binding would drop without a word are refused', async () => {
    await expect(open('providerOptions: { useArena: false }')).rejects.toThrow(
      /onnxruntime-node [\d.]+ does not pass the option "useArena" on to "cpu"\. It passes none/,
    );
  });

  test('that are no options are errors of the profile', () => {
    expect(() => parseHardwareProfile(driver('sessionOptions: { arena: true }'), 'x.yaml')).toThrow(/arena/);
    expect(() => parseHardwareProfile(driver('sessionOptions: { config: { a: 1 } }'), 'x.yaml')).toThrow(/config/);
  });
});
