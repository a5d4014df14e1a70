/** Networks with several inputs that are no images, fed with ready arrays. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { writeModel } from '../../src/onnx/write.ts';
import { seededRng } from '../../src/random/rng.ts';
import { floats, integers, npz } from '../data/tensors/numpy.ts';
import { rankfront } from './rankfront.ts';
import { encoder } from './task-networks.ts';
import { makeWorld, type World } from './world.ts';

let world: World;
const at = (name: string): string => join(world.folder, name);
const items = 60;

const search = (data: string, store: string, ...more: string[]): string[] => [
  ...['search', '--model', at('encoder.onnx'), '--data', data, '--hardware', world.hardware, '--store', at(store)],
  ...['--strategy', 'nsga2', '--trials', '6', '--seed', '1'],
  ...more,
];

beforeAll(() => {
  world = makeWorld();
  writeFileSync(at('encoder.onnx'), writeModel(encoder()));
  const rng = seededRng(3);
  const ids = integers(
    [items, 8],
    Array.from({ length: items * 8 }, () => rng.integer(50)),
  );
  const mask = floats(
    [items, 8, 1],
    Array.from({ length: items * 8 }, (_, i) => (i % 8 < 6 ? 1 : 0)),
  );
  writeFileSync(at('sentences.npz'), npz({ ids, mask }, true));
  const others = integers(
    [items, 8],
    Array.from({ length: items * 8 }, () => rng.integer(50)),
  );
  writeFileSync(at('others.npz'), npz({ ids: others, mask }));
  writeFileSync(at('misnamed.npz'), npz({ ids, masks: mask }));
  writeFileSync(at('alone.npz'), npz({ ids }));
  writeFileSync(at('floats.npz'), npz({ ids: floats([items, 8], new Array(items * 8).fill(1)), mask }));
  writeFileSync(at('long.npz'), npz({ ids: integers([items, 9], new Array(items * 9).fill(1)), mask }));
});
afterAll(() => world.remove());

test('an encoder with two inputs is searched, corrected and proved', { timeout: 120_000 }, async () => {
  const searched = await rankfront(
    search(`npz:${at('sentences.npz')}`, 'text.sqlite', '--calibration', `npz:${at('others.npz')}`),
    world.env,
  );
  expect(searched.status, searched.stdout + searched.stderr).toBe(0);
  const front = JSON.parse((await rankfront(['front', '--store', at('text.sqlite'), '--json'], world.env)).stdout) as {
    readonly objectives: readonly string[];
    readonly points: readonly { readonly trial: number; readonly accuracy: number }[];
  };
  expect(front.objectives).toEqual(['latency', 'fidelity']);
  expect(front.points.length).toBeGreaterThan(1);
  expect(Math.min(...front.points.map(({ accuracy }) => accuracy))).toBeLessThan(0.999);
  const shown = await rankfront(['show', '1', '--store', at('text.sqlite')], world.env);
  expect(shown.stdout).toMatch(/data-aware factors, corrections: moments/);
  const proved = await rankfront(['verify', '--store', at('text.sqlite')], world.env);
  expect(proved.status, proved.stdout + proved.stderr).toBe(0);
});

test.each([
  ['misnamed', /has an array "masks", and the inputs are ids, mask\..*Name it mask/s],
  ['alone', /no array for its input "mask"/],
  ['floats', /numbers are float32, and the input "ids" takes int64.*astype\('int64'\)/s],
  ['long', /an item in it is \[9\], and the input "ids" takes int64 \[N, 8\]/],
])('%s inputs are refused in a sentence', async (name, message) => {
  const told = await rankfront(search(`npz:${at(`${name}.npz`)}`, 'bad.sqlite', '--calibration', 'none'), world.env);
  expect(told.status).toBe(2);
  expect(told.stderr).toMatch(message);
});
