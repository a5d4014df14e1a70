import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { nodesOfKernels, readTrace } from '../../src/device/onnxruntime/trace.ts';
import { openDevice } from '../../src/device/open.ts';
import { parseHardwareProfile } from '../../src/device/profile.ts';
import { loadModel } from '../../src/host/model-file.ts';
import type { Node } from '../../src/onnx/graph.ts';
import { tinyConv, writeModelFile } from './tiny-model.ts';

const folder = mkdtempSync(join(tmpdir(), 'rankfront-node-profile-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const models = join(import.meta.dirname, '..', '..', '..', 'shared', 'assets', 'models');
const cpu = parseHardwareProfile('name: cpu\nthreads: 2', 'cpu.yaml');

async function timings(path: string, profile = cpu) {
  const device = await openDevice(profile, { scratchDir: folder, lockDir: folder });
  const answer = await device.nodeTimes!({ path, sha256: path }, 3);
  await device.close();
  if (answer.state === 'failed') throw new Error(answer.detail);
  return answer.value;
}

describe('nodeTimes', () => {
  test('finds every convolution and no more time than the run took', async () => {
    const { path } = writeModelFile(
      join(folder, 'tiny.onnx'),
      tinyConv({ inputShape: ['N', 3, 64, 64], channels: [32, 32, 16] }),
    );
    const { nodes, overhead, runMs } = await timings(path);
    expect(nodes.filter(node => node.opType === 'Conv').map(node => node.output)).toEqual(['c0', 'c1', 'output']);
    expect(nodes.every(node => node.ms >= 0)).toBe(true);
    const kernels = [...nodes, ...overhead].reduce((sum, { ms }) => sum + ms, 0);
    expect(kernels).toBeGreaterThan(0);
    expect(kernels).toBeLessThan(2 * runMs);
  });

  test('by the roofline driver gives the computed times of all nodes', async () => {
    const { path } = writeModelFile(join(folder, 'r.onnx'), tinyConv({ inputShape: ['N', 2, 4, 4], channels: [4, 4] }));
    const roofline = parseHardwareProfile(
      'name: r\ndriver: roofline\nroofline: { peakMacsPerSecond: 1e6, bandwidthBytesPerSecond: 1e15 }',
      'r.yaml',
    );
    const { nodes } = await timings(path, roofline);
    expect(nodes.map(node => node.opType)).toEqual(['Conv', 'Relu', 'Conv']);
    expect(nodes[0]?.ms).toBeCloseTo((16 * 9 * 2 * 4) / 1e3, 6);
    expect(nodes[1]?.ms).toBe(0);
    expect(nodes[2]?.ms).toBeCloseTo((16 * 9 * 4 * 4) / 1e3, 6);
  });

  // The runtime renames and fuses: every node with weights must have got a time of its own.
  test.each(['resnet20.onnx', 'resnet20.bn.onnx', 'mobilenet_v1_0.75_224.bn.onnx', 'resnet18-hybrid.bn.onnx'])(
    'gives every weight layer of %s a time',
    async name => {
      const path = join(models, name);
      if (!existsSync(path)) {
        console.log(`skipped: ${name} is not there`);
        return;
      }
      const weighted = (each: { opType: string }) => /^(Conv|Gemm|MatMul)$/.test(each.opType);
      const expected = loadModel(path).model.graph.nodes.filter(weighted);
      const { nodes } = await timings(path);
      expect(nodes.filter(weighted).map(node => node.output)).toEqual(expected.map(node => node.outputs[0]));
    },
  );
});

const node = (opType: string, name: string, inputs: string[], output: string): Node => ({
  name,
  opType,
  domain: '',
  inputs,
  outputs: [output],
  attributes: new Map(),
});
const kernel = (opType: string, name: string) => ({ name, opType, provider: 'CPUExecutionProvider', runsMs: [1] });

describe('nodesOfKernels', () => {
  const nodes = [
    node('Conv', '/conv1/Conv', ['x', 'w'], 'a'), // 0
    node('BatchNormalization', '/bn1/BN', ['a', 's'], 'b'), // 1
    node('Relu', '/relu', ['b'], 'c'), // 2
    node('Conv', '', ['c', 'v'], 'conv_2_out'), // 3: no name
    node('Add', '/add', ['conv_2_out', 'c'], 'd'), // 4
    node('MatMul', '/mm', ['d', 'u'], 'e'), // 5
    node('Add', '/bias', ['e', 'k'], 'f'), // 6
  ];
  const find = (...kernels: [string, string][]) =>
    nodesOfKernels(
      kernels.map(([opType, name]) => kernel(opType, name)),
      nodes,
    );

  test.each<[string, [string, string][], (number | null)[]]>([
    [
      'by name',
      [
        ['Conv', '/conv1/Conv'],
        ['Relu', '/relu'],
      ],
      [0, 2],
    ],
    ['by the value behind what was fused', [['Conv', 'c_nchwc']], [0]],
    [
      'a sum fused into a convolution is the convolution next to it, not one that has a kernel',
      [
        ['Conv', 'c_nchwc'],
        ['Conv', 'd_nchwc'],
      ],
      [0, 3],
    ],
    ['a node without a name', [['Conv', 'conv_2_out_nchwc']], [3]],
    ['a MatMul that became a Gemm', [['Gemm', '/mm/MatMulAddFusion']], [5]],
    ['an ending with a number', [['FusedConv', '/relu_token_12']], [0]],
    [
      'a change of layout is nobody',
      [
        ['ReorderOutput', 'ReorderOutput_token_3'],
        ['ReorderInput', 'ReorderInput'],
      ],
      [null, null],
    ],
    [
      'an operator on its own stays what it is',
      [
        ['Add', '/add'],
        ['MatMul', '/mm'],
      ],
      [4, 5],
    ],
  ])('%s', (_, kernels, expected) => {
    expect(find(...kernels)).toEqual(expected);
  });
});

test('readTrace keeps kernels only, leaves the warm-up out, and tells kernels of one name apart', () => {
  const event = (name: string, dur: number, nodeIndex: string, cat = 'Node') => ({
    cat,
    name,
    dur,
    args: { op_name: 'Conv', provider: 'P', node_index: nodeIndex },
  });
  const run = (scale: number) => [
    event('model_run', 99, '', 'Session'),
    event('a_fence_before', 1, '0'),
    event('a_kernel_time', 1000 * scale, '0'),
    event('a_kernel_time', 2000 * scale, '1'),
  ];
  const kernels = readTrace(JSON.stringify([...run(9), ...run(1), ...run(2)]), 1);
  expect(kernels).toEqual([
    { name: 'a', opType: 'Conv', provider: 'P', runsMs: [1, 2] },
    { name: 'a', opType: 'Conv', provider: 'P', runsMs: [2, 4] },
  ]);
});
