/** Networks with several outputs: nothing that is lost there looks free, and what is not judged is named and left alone. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import sharp from 'sharp';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Model } from '../../src/onnx/graph.ts';
import { floatTensor } from '../../src/onnx/tensor.ts';
import { writeModel } from '../../src/onnx/write.ts';
import { seededRng } from '../../src/random/rng.ts';
import { buildModel } from '../onnx/build.ts';
import { rankfront } from './rankfront.ts';
import { makeWorld, type World } from './world.ts';

let world: World;
const at = (name: string): string => join(world.folder, name);

/** A stem, one convolution per output behind it, pooled and scored, or given out as a map. */
function branches(second: 'head' | 'map'): Model {
  const rng = seededRng(5);
  const random = (name: string, ...dims: number[]) => {
    const count = dims.reduce((a, b) => a * b, 1);
    return floatTensor(
      name,
      dims,
      Float32Array.from({ length: count }, () => rng.uniform() - 0.5),
    );
  };
  const pads = { kernel_shape: [3, 3], pads: [1, 1, 1, 1] };
  const head = (from: string, to: string, w: string) => [
    { op: 'GlobalAveragePool', inputs: [from], outputs: [`${to}_p`] },
    { op: 'Flatten', inputs: [`${to}_p`], outputs: [`${to}_f`] },
    { op: 'Gemm', inputs: [`${to}_f`, w], outputs: [to], attributes: { transB: 1 } },
  ];
  return buildModel({
    inputs: [{ name: 'x', shape: ['N', 3, 32, 32] }],
    outputs: [
      { name: 'y', shape: ['N', 10] },
      second === 'head' ? { name: 'z', shape: ['N', 10] } : { name: 'map', shape: ['N', 24, 16, 16] },
    ],
    nodes: [
      { op: 'Conv', inputs: ['x', 'w0'], outputs: ['a'], name: 'stem', attributes: { ...pads, strides: [2, 2] } },
      { op: 'Relu', inputs: ['a'], outputs: ['r'] },
      { op: 'Conv', inputs: ['r', 'w1'], outputs: ['m1'], name: 'first', attributes: pads },
      {
        op: 'Conv',
        inputs: ['r', 'w2'],
        outputs: [second === 'head' ? 'm2' : 'map'],
        name: 'second',
        attributes: pads,
      },
      ...head('m1', 'y', 'v1'),
      ...(second === 'head' ? head('m2', 'z', 'v2') : []),
    ],
    initializers: [
      random('w0', 24, 3, 3, 3),
      random('w1', 24, 24, 3, 3),
      random('w2', 24, 24, 3, 3),
      random('v1', 10, 24),
      ...(second === 'head' ? [random('v2', 10, 24)] : []),
    ],
  });
}

beforeAll(async () => {
  world = makeWorld();
  writeFileSync(at('heads.onnx'), writeModel(branches('head')));
  writeFileSync(at('map.onnx'), writeModel(branches('map')));
  mkdirSync(at('plain'));
  const rng = seededRng(9);
  for (let i = 0; i < 40; i++) {
    const pixels = Buffer.from(Uint8Array.from({ length: 32 * 32 * 3 }, () => rng.integer(256)));
    const image = sharp(pixels, { raw: { width: 32, height: 32, channels: 3 } });
    writeFileSync(at(`plain/${i}.png`), await image.png().toBuffer());
  }
  writeFileSync(at('second.yaml'), 'sites:\n  - { match: second, method: svd, ladder: [1] }\n');
});
afterAll(() => world.remove());

const args = (command: string, model: string): string[] => [
  command,
  ...['--model', at(model), '--hardware', world.hardware],
];
const search = (model: string, data: string, name: string): string[] => [
  ...args('search', model),
  ...['--json', '--data', data, '--store', at(`${name}.sqlite`), '--accept-dense', '--calibration', 'none'],
  ...['--strategy', 'random', '--no-pruning', '--trials', '1', '--space', at('second.yaml')],
];
/** The accuracy of the dense model and of the one trial, from the lines of events. */
function accuracies(stdout: string): (number | undefined)[] {
  const events = stdout.split('\n').flatMap(line => (line.startsWith('{') ? [JSON.parse(line)] : []));
  return ['dense', 'trial-finished'].map(kind => events.find(event => event.kind === kind)?.accuracy);
}

test.each(['agreement', 'labels'])('a layer of the second head is not cut for free (%s)', async kind => {
  const data = kind === 'agreement' ? `folder:${at('plain')}` : world.data;
  const { status, stderr, stdout } = await rankfront(search('heads.onnx', data, kind), world.env);
  expect({ status, stderr }).toMatchObject({ status: 0 });
  expect(stdout).toMatch(/All 2 outputs are judged: an image counts as right where \\"y\\" is right and \\"z\\" says/);
  const [dense = 0, cut = 1] = accuracies(stdout);
  expect(cut).toBeLessThan(dense);
});

test('a layer that feeds only a map is left dense, with the reason, and the map is named as not judged', async () => {
  const said = await rankfront(args('space', 'map.onnx'), world.env);
  expect(said.stderr).toMatch(/Of 2 outputs only "y" is judged; "map" is not: .* stay dense \(second\)/);
  expect(said.stdout).toMatch(/# {3}Conv "second": it feeds only the output "map", which is not judged/);
  expect(said.stdout).not.toMatch(/match: "second"/);
  const asked = await rankfront(search('map.onnx', `folder:${at('plain')}`, 'map'), world.env);
  expect(asked.status).toBe(2);
  expect(asked.stderr).toMatch(/"second": it feeds only the output "map", which is not judged/);
});
