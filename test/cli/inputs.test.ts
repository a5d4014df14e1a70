/** Networks whose inputs are no 3 x H x W floats, searched with no option but model, data and device. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Model, Shape } from '../../src/onnx/graph.ts';
import { floatTensor, intTensor } from '../../src/onnx/tensor.ts';
import { writeModel } from '../../src/onnx/write.ts';
import { seededRng } from '../../src/random/rng.ts';
import { buildModel, type TinyNode } from '../onnx/build.ts';
import { rankfront } from './rankfront.ts';
import { encoder, plainImages } from './task-networks.ts';
import { makeWorld, type World } from './world.ts';

let world: World;
const at = (name: string): string => join(world.folder, name);
const pads = { kernel_shape: [3, 3], pads: [1, 1, 1, 1] };

/** Two convolutions behind what makes floats N x C x H x W of the input. */
function network(
  input: { readonly shape: Shape; readonly elementType?: 'float32' | 'uint8' },
  channels: number,
  before: readonly TinyNode[] = [],
): Model {
  const rng = seededRng(2);
  const random = (name: string, ...dims: number[]) =>
    floatTensor(
      name,
      dims,
      Float32Array.from({ length: dims.reduce((a, b) => a * b, 1) }, () => rng.uniform() - 0.5),
    );
  return buildModel({
    inputs: [{ name: 'x', ...input }],
    outputs: [{ name: 'map', shape: ['N', 4, 'h', 'w'] }],
    nodes: [
      ...before,
      {
        op: 'Conv',
        inputs: [before.at(-1)?.outputs[0] ?? 'x', 'w0'],
        outputs: ['a'],
        name: 'stem',
        attributes: { ...pads, strides: [2, 2] },
      },
      { op: 'Relu', inputs: ['a'], outputs: ['r'] },
      { op: 'Conv', inputs: ['r', 'w1'], outputs: ['b'], name: 'mid', attributes: pads },
      { op: 'Relu', inputs: ['b'], outputs: ['r2'] },
      { op: 'Conv', inputs: ['r2', 'w2'], outputs: ['map'], name: 'last', attributes: pads },
    ],
    initializers: [
      random('w0', 24, channels, 3, 3),
      random('w1', 24, 24, 3, 3),
      random('w2', 4, 24, 3, 3),
      intTensor('axes', [1], [1]),
    ],
  });
}

const search = (model: string, data: string, store: string, ...more: string[]): string[] => [
  ...['search', '--model', at(model), '--data', data, '--hardware', world.hardware, '--store', at(store)],
  ...['--strategy', 'nsga2', '--trials', '4', '--seed', '1', '--no-prior'],
  ...more,
];

/** Grey images of 16 bits, of different sizes. */
async function deepImages(folder: string, count: number): Promise<string> {
  mkdirSync(folder, { recursive: true });
  const rng = seededRng(8);
  for (let i = 0; i < count; i++) {
    const [width, height] = [40 + (i % 3), 56];
    const pixels = Uint16Array.from({ length: width * height }, () => rng.integer(65_536));
    const file = sharp(pixels, { raw: { width, height, channels: 1 } })
      .toColourspace('grey16')
      .png();
    writeFileSync(join(folder, `${i}.png`), await file.toBuffer());
  }
  return `folder:${folder}`;
}

const front = async (store: string) =>
  JSON.parse((await rankfront(['front', '--store', at(store), '--json'], world.env)).stdout) as {
    readonly objectives: readonly string[];
    readonly dense: { readonly accuracy: number };
    readonly points: readonly { readonly accuracy: number }[];
  };

let deep: string;
let plain: string;
beforeAll(async () => {
  world = makeWorld();
  deep = await deepImages(at('deep'), 40);
  plain = await plainImages(at('plain'), 40);
  writeFileSync(at('grey.onnx'), writeModel(network({ shape: ['N', 1, '?', '?'] }, 1)));
  const bytes: TinyNode[] = [
    { op: 'Cast', inputs: ['x'], outputs: ['f'], attributes: { to: 1 } },
    { op: 'Transpose', inputs: ['f'], outputs: ['t'], attributes: { perm: [0, 3, 1, 2] } },
  ];
  writeFileSync(at('bytes.onnx'), writeModel(network({ shape: ['N', 32, 32, 4], elementType: 'uint8' }, 4, bytes)));
  writeFileSync(at('encoder.onnx'), writeModel(encoder()));
});
afterAll(() => world.remove());

test('one channel, 16 bits and open sizes', { timeout: 120_000 }, async () => {
  const sized = await rankfront(search('grey.onnx', deep, 'grey.sqlite', '--input-shape', 'x=1x1x32x48'), world.env);
  expect(sized.status, sized.stdout + sized.stderr).toBe(0);
  expect(await front('grey.sqlite')).toMatchObject({ objectives: ['latency', 'fidelity'], dense: { accuracy: 1 } });
  const proved = await rankfront(['verify', '--store', at('grey.sqlite')], world.env);
  expect(proved.status, proved.stdout + proved.stderr).toBe(0);
  const again = await rankfront(search('grey.onnx', deep, 'grey.sqlite'), world.env);
  expect(again.stderr).toMatch(/made with something else: the hardware profile/);
});

test('sizes that nobody gives are those of the data', { timeout: 60_000 }, async () => {
  writeFileSync(at('small.yaml'), `kind: folder\ndirectory: ${at('deep')}\ncrop: 32\n`);
  const told = await rankfront(search('grey.onnx', at('small.yaml'), 'open.sqlite'), world.env);
  expect(told.status, told.stdout + told.stderr).toBe(0);
  expect(told.stdout + told.stderr).toContain(
    'they are taken from the data: x=?x1x32x32. Give others with --input-shape.',
  );
});

test('bytes, channels last, with alpha', { timeout: 60_000 }, async () => {
  const told = await rankfront(search('bytes.onnx', plain, 'bytes.sqlite'), world.env);
  expect(told.status, told.stdout + told.stderr).toBe(0);
  expect((await front('bytes.sqlite')).dense.accuracy).toBe(1);
});

describe('a module that yields inputs', () => {
  const module = join(import.meta.dirname, '..', '..', 'docs', 'examples', 'inputs', 'tokens.mjs');
  test('searches a text encoder, calibrates it and is proved', { timeout: 120_000 }, async () => {
    const words = Array.from({ length: 40 }, (_, i) => `w${i}`);
    const rng = seededRng(6);
    const sentence = (): string => Array.from({ length: 5 + rng.integer(4) }, () => words[rng.integer(40)]).join(' ');
    writeFileSync(at('words.txt'), words.join('\n'));
    writeFileSync(at('sentences.txt'), Array.from({ length: 60 }, sentence).join('\n'));
    const env = { ...world.env, WORDS: at('words.txt'), SENTENCES: at('sentences.txt') };
    const told = await rankfront(search('encoder.onnx', `module:${module}`, 'tokens.sqlite'), env);
    expect(told.status, told.stdout + told.stderr).toBe(0);
    expect((await front('tokens.sqlite')).objectives).toEqual(['latency', 'fidelity']);
    const proved = await rankfront(['verify', '--store', at('tokens.sqlite')], env);
    expect(proved.status, proved.stdout + proved.stderr).toBe(0);
    // Other sentences are other data.
    writeFileSync(at('sentences.txt'), Array.from({ length: 60 }, sentence).join('\n'));
    const other = await rankfront(['verify', '--store', at('tokens.sqlite')], env);
    expect(other.stderr).toMatch(/has other images than .*their hashes differ/);
  });
});

test('a network whose outputs depend on no layer is refused in a sentence', async () => {
  const idle = network({ shape: ['N', 3, 32, 32] }, 3);
  const { graph } = idle;
  const apart = { ...graph, outputs: [{ name: 'same', elementType: 'float32' as const, shape: ['N', 3, 32, 32] }] };
  const echo = buildModel({
    inputs: [{ name: 'x' }],
    outputs: ['same'],
    nodes: [{ op: 'Relu', inputs: ['x'], outputs: ['same'] }],
  }).graph.nodes;
  writeFileSync(at('idle.onnx'), writeModel({ ...idle, graph: { ...apart, nodes: [...graph.nodes, ...echo] } }));
  const told = await rankfront(search('idle.onnx', plain, 'idle.sqlite'), world.env);
  expect(told.status).toBe(2);
  expect(told.stderr).toMatch(
    /expected at least one layer that can be factorised, found none \(no output depends on it\)/,
  );
});

test('a metric module that was changed is named when a study goes on and when it is verified', {
  timeout: 120_000,
}, async () => {
  const metric = (best: string): string =>
    `export default { label: 'energy', unit: 'J', best: 0, worst: 1e6, image: ({ outputs }) => ${best} };`;
  writeFileSync(at('metric.mjs'), metric('Math.min(1e6, outputs.map.data.reduce((a, b) => a + b * b, 0))'));
  const args = search('bytes.onnx', plain, 'judged.sqlite', '--metric', `module:${at('metric.mjs')}`);
  const told = await rankfront(args, world.env);
  expect(told.status, told.stdout + told.stderr).toBe(0);
  // The words are the metric's.
  expect(told.stdout + told.stderr).toMatch(/Dense model: .*energy [\d.e+]+ J \(95 % ± .*on \d+ images/);
  const trials = await rankfront(['trials', '--store', at('judged.sqlite')], world.env);
  expect(trials.stdout).toContain('energy J');
  const svg = await rankfront(['front', '--store', at('judged.sqlite'), '--format', 'svg'], world.env);
  expect(svg.stdout).toContain('energy as quality (%): 100 is 0 J');
  const proved = await rankfront(['verify', '--store', at('judged.sqlite'), '--trial', '1'], world.env);
  expect(proved.status, proved.stdout + proved.stderr).toBe(0);
  writeFileSync(at('metric.mjs'), metric('1'));
  for (const each of [args, ['verify', '--store', at('judged.sqlite')], ['confirm', '--store', at('judged.sqlite')]]) {
    const changed = await rankfront(each, world.env);
    expect(changed.status).toBe(2);
    expect(changed.stderr).toMatch(
      /was judged by another ".*metric\.mjs": the metric was changed since .*Restore the module/s,
    );
  }
});
