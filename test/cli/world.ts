/** A small network, images and a device that computes its latencies: a whole search in a second or two. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Attribute, Model, Node, Tensor } from '../../src/onnx/graph.ts';
import { floatTensor } from '../../src/onnx/tensor.ts';
import { writeModel } from '../../src/onnx/write.ts';
import { seededRng } from '../../src/random/rng.ts';

export interface World {
  readonly folder: string;
  readonly model: string;
  readonly data: string;
  readonly hardware: string;
  readonly store: string;
  readonly env: Readonly<Record<string, string>>;
  /** `search` with everything that it needs; the network is random, so it scores at chance. */
  readonly search: (...more: string[]) => string[];
  readonly remove: () => void;
}

const rooflineProfile = `name: computed
driver: roofline
rankGranularity: 4
roofline:
  peakMacsPerSecond: 1e9
  bandwidthBytesPerSecond: 1e9
`;

export const measuredProfile = `name: measured
provider: cpu
threads: 1
rankGranularity: 4
latencyBudget: { halfWidth: 0.2, maxMs: 300, minPairs: 5, warmup: 1, sessions: 3, waitMs: 0 }
`;

/** @param place of the store, where it is not a file of this world */
export function makeWorld(place?: string): World {
  const folder = mkdtempSync(join(tmpdir(), 'rankfront-world-'));
  const at = (name: string): string => join(folder, name);
  writeFileSync(at('model.onnx'), writeModel(smallNetwork(7)));
  mkdirSync(at('images'));
  writeFileSync(at('images/test_batch.bin'), cifarRecords(120, 3));
  writeFileSync(at('hardware.yaml'), rooflineProfile);
  const store = place ?? at('store.sqlite');
  const search = (...more: string[]): string[] => [
    'search',
    '--model',
    at('model.onnx'),
    '--data',
    `cifar10:${at('images')}`,
    '--hardware',
    at('hardware.yaml'),
    '--store',
    store,
    '--study',
    'small',
    '--accept-dense',
    ...(more.includes('--no-json') ? [] : ['--json']),
    ...(more.includes('--calibration') ? [] : ['--calibration', 'none']),
    // Quick to ask, and every trial complete; `tuner.test.ts` is about the others.
    ...(more.includes('--strategy') ? [] : ['--strategy', 'nsga2', '--no-pruning']),
    ...more,
  ];
  return {
    folder,
    model: at('model.onnx'),
    data: `cifar10:${at('images')}`,
    hardware: at('hardware.yaml'),
    store,
    env: { RANKFRONT_CACHE: at('cache'), RANKFRONT_SCRATCH: at('scratch') },
    search,
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
}

/** Records as CIFAR-10 has them: a label, then 3,072 bytes. */
export function cifarRecords(count: number, seed: number): Uint8Array {
  const rng = seededRng(seed);
  const bytes = Uint8Array.from({ length: count * 3073 }, () => rng.integer(256));
  for (let i = 0; i < count; i++) bytes[i * 3073] = i % 10;
  return bytes;
}

const layers: readonly [inChannels: number, outChannels: number, stride: number][] = [
  [3, 16, 2],
  [16, 32, 2],
  [32, 32, 1],
  [32, 48, 2],
];

/** Four 3 x 3 convolutions, pooling and a dense layer, with random weights; N x 3 x 32 x 32 to N x 10. */
export function smallNetwork(seed: number): Model {
  const rng = seededRng(seed);
  const random = (name: string, dims: number[], scale: number): Tensor =>
    floatTensor(
      name,
      dims,
      Float32Array.from({ length: dims.reduce((a, b) => a * b, 1) }, () => scale * (rng.uniform() - 0.5)),
      'float32',
    );
  const initializers: Tensor[] = [];
  const nodes: Node[] = [];
  let value = 'input';
  layers.forEach(([cIn, cOut, stride], i) => {
    initializers.push(random(`w${i}`, [cOut, cIn, 3, 3], 2 / Math.sqrt(cIn)), random(`b${i}`, [cOut], 0.1));
    nodes.push(
      node(`conv${i}`, 'Conv', [value, `w${i}`, `b${i}`], `c${i}`, {
        kernel_shape: { kind: 'ints', value: [3, 3] },
        strides: { kind: 'ints', value: [stride, stride] },
        pads: { kind: 'ints', value: [1, 1, 1, 1] },
      }),
      node(`relu${i}`, 'Relu', [`c${i}`], `r${i}`),
    );
    value = `r${i}`;
  });
  initializers.push(random('fc_w', [10, 48], 1), random('fc_b', [10], 0.1));
  nodes.push(
    node('pool', 'GlobalAveragePool', [value], 'pooled'),
    node('flatten', 'Flatten', ['pooled'], 'flat'),
    node('fc', 'Gemm', ['flat', 'fc_w', 'fc_b'], 'logits', { transB: { kind: 'int', value: 1 } }),
  );
  return {
    graph: {
      name: 'small',
      nodes,
      inputs: [{ name: 'input', elementType: 'float32', shape: ['N', 3, 32, 32] }],
      outputs: [{ name: 'logits', elementType: 'float32', shape: ['N', 10] }],
      initializers: new Map(initializers.map(tensor => [tensor.name, tensor])),
      valueInfo: new Map(),
    },
    opsets: new Map([['', 17]]),
    metadata: new Map(),
    irVersion: 8,
  };
}

const node = (
  name: string,
  opType: string,
  inputs: string[],
  output: string,
  attributes: Record<string, Attribute> = {},
): Node => ({
  name,
  opType,
  domain: '',
  inputs,
  outputs: [output],
  attributes: new Map(Object.entries(attributes)),
});
