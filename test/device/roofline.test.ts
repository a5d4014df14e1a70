import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { openDevice } from '../../src/device/open.ts';
import { type HardwareProfile, latencyBudget, parseHardwareProfile } from '../../src/device/profile.ts';
import { rooflineNodeTimes } from '../../src/device/roofline.ts';
import { UserError } from '../../src/errors/user-error.ts';
import type { Model } from '../../src/onnx/graph.ts';
import { floatTensor } from '../../src/onnx/tensor.ts';
import { buildModel, type TinyNode } from '../onnx/build.ts';
import { deviceContract, measured } from './contract.ts';
import { type TinyConv, tinyConv, writeModelFile } from './tiny-model.ts';

const folder = mkdtempSync(join(tmpdir(), 'rankfront-roofline-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
let written = 0;
const file = (model: TinyConv) => writeModelFile(join(folder, `${written++}.onnx`), tinyConv(model));

const profile = (roofline: string, more = ''): HardwareProfile =>
  parseHardwareProfile(`name: r\ndriver: roofline\nroofline: ${roofline}\n${more}`, 'r.yaml');
/** Arithmetic is all that counts: 1e9 multiply-accumulates per second are 1e6 per millisecond. */
const arithmetic = (tile: number) =>
  profile(`{ peakMacsPerSecond: 1e9, bandwidthBytesPerSecond: 1e18, tile: ${tile} }`);

async function timeOf(model: TinyConv, hardware: HardwareProfile): Promise<number> {
  const device = await openDevice(hardware, { scratchDir: folder });
  const same = file(model);
  return measured(await device.latency(same, same, latencyBudget(hardware, 1))).candidateMs;
}

function computed(model: Model, hardware: HardwareProfile): ReadonlyMap<string, number> {
  if (hardware.driver.kind !== 'roofline') throw new Error('expected a roofline');
  return rooflineNodeTimes(model, hardware.driver, hardware);
}

const small: TinyConv = { inputShape: ['N', 3, 16, 16], channels: [8, 8] };

deviceContract('roofline', () => ({
  open: () => openDevice(arithmetic(1), { scratchDir: folder }),
  dense: file({ ...small, channels: [16, 8] }),
  other: file(small),
  broken: writeModelFile(join(folder, 'broken.onnx'), Buffer.from('no model')),
}));

describe('the roofline', () => {
  const macs = 16 * 16 * 9 * (3 * 8 + 8 * 8);

  test('of arithmetic alone is multiply-accumulates over the peak', async () => {
    expect(await timeOf(small, arithmetic(1))).toBeCloseTo(macs / 1e6, 9);
  });

  test('of traffic alone is bytes over the bandwidth, Relu being fused', async () => {
    const traffic = profile('{ peakMacsPerSecond: 1e18, bandwidthBytesPerSecond: 1e9 }');
    const values = 3 * 256 + 8 * 256 + 8 * 3 * 9 + (8 * 256 + 8 * 256 + 8 * 8 * 9);
    expect(await timeOf(small, traffic)).toBeCloseTo((4 * values) / 1e6, 9);
    const half = profile('{ peakMacsPerSecond: 1e18, bandwidthBytesPerSecond: 1e9 }', 'precision: float16\n');
    expect(await timeOf(small, half)).toBeCloseTo((2 * values) / 1e6, 9);
  });

  test('adds the overhead once per operator', async () => {
    const overhead = profile('{ peakMacsPerSecond: 1e18, bandwidthBytesPerSecond: 1e18, operatorOverheadMs: 0.5 }');
    expect(await timeOf(small, overhead)).toBeCloseTo(1, 6);
    expect(await timeOf({ ...small, channels: [8, 8, 8] }, overhead)).toBeCloseTo(1.5, 6);
  });

  test('has steps of a tile: a channel more costs nothing within one, a whole tile beyond it', async () => {
    const last = (channels: number) => timeOf({ inputShape: ['N', 16, 8, 8], channels: [channels] }, arithmetic(16));
    expect(await last(20)).toBeCloseTo(await last(32), 12);
    expect(await last(33)).toBeCloseTo(await last(48), 12);
    expect((await last(33)) / (await last(32))).toBeCloseTo(1.5, 12);
  });

  test('is proportional to the batch where arithmetic decides', async () => {
    const eight = profile('{ peakMacsPerSecond: 1e9, bandwidthBytesPerSecond: 1e18 }', 'batchSize: 8\n');
    expect(await timeOf(small, eight)).toBeCloseTo((8 * macs) / 1e6, 9);
  });

  test.each<[string, TinyConv, RegExp]>([
    [
      'a fixed batch that is another',
      { ...small, inputShape: [4, 3, 16, 16] },
      /fixed batch size 4, .* batchSize: 1\. Set batchSize: 4/,
    ],
    [
      'a size that nobody gave',
      { ...small, inputShape: ['N', 3, 'H', 16] },
      /dynamic size "H" that nobody gave\. Add .*inputShape: \{ "H": 224 \}/,
    ],
  ])('refuses %s', async (_, model, message) => {
    await expect(timeOf(model, arithmetic(1))).rejects.toThrow(UserError);
    await expect(timeOf(model, arithmetic(1))).rejects.toThrow(message);
  });

  test('takes the sizes that the profile gives', async () => {
    const open: TinyConv = { ...small, inputShape: ['N', 3, 'H', 'W'] };
    const given = profile(
      '{ peakMacsPerSecond: 1e9, bandwidthBytesPerSecond: 1e18 }',
      'inputShape: { H: 16, W: 32 }\n',
    );
    expect(await timeOf(open, given)).toBeCloseTo((2 * macs) / 1e6, 9);
  });
});

test('what the model cannot compute is said at once, with the node and the way out', () => {
  const conv = { op: 'Conv', inputs: ['x', 'w'], outputs: ['a'] };
  const weight = floatTensor('w', [4, 3, 1, 1], new Float32Array(12));
  const built = (node: TinyNode) =>
    buildModel({
      inputs: [{ name: 'x', shape: ['N', 3, 8, 8] }],
      outputs: ['y'],
      nodes: [conv, node, { op: 'Relu', inputs: ['b'], outputs: ['y'] }],
      initializers: [weight],
      domains: { 'org.example': 1, 'com.microsoft': 1 },
    });
  const times = (node: TinyNode) => () => computed(built(node), arithmetic(1));
  const custom = { op: 'Shuffle', domain: 'org.example', inputs: ['a'], outputs: ['b'], name: 'mix' };
  expect(times(custom)).toThrow(
    'Cannot compute latencies for "r" by the roofline model: the size of the value "b" cannot be inferred, which is lost at the node "mix" (Shuffle of org.example). ' +
      'Set driver: onnxruntime in the hardware profile, which measures whatever the model holds.',
  );
  const attention = { op: 'Attention', domain: 'com.microsoft', inputs: ['a', 'w'], outputs: ['b'], name: 'heads' };
  expect(times(attention)).toThrow(
    /the node "heads" \(Attention of com.microsoft\) holds layers whose work is not counted/,
  );
  const fused = { op: 'FusedConv', domain: 'com.microsoft', inputs: ['a', 'v'], outputs: ['b'] };
  const model = built(fused);
  const initializers = new Map([
    ...model.graph.initializers,
    ['v', floatTensor('v', [5, 4, 3, 3], new Float32Array(180))],
  ]);
  const found = computed({ ...model, graph: { ...model.graph, initializers } }, arithmetic(1));
  expect(found.get('b')).toBeCloseTo((180 * 36) / 1e6, 9);
});
