/** A search that is judged by a metric of the user's, with a unit of its own, of which less is better. */
import { appendFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { writeModel } from '../../src/onnx/write.ts';
import { rankfront } from './rankfront.ts';
import { detector, plainImages } from './task-networks.ts';
import { makeWorld, type World } from './world.ts';

let world: World;
let data: string;
const at = (name: string): string => join(world.folder, name);

beforeAll(async () => {
  world = makeWorld();
  writeFileSync(at('detector.onnx'), writeModel(detector()));
  data = await plainImages(at('plain'), 40);
  // How far the mean of the outputs lies from 1000: the dense model is about there.
  writeFileSync(
    at('error.mjs'),
    `export default { label: 'error', unit: 'px', best: 0, worst: 50,
       image: ({ outputs, name }) => {
         if (!name.endsWith('.png')) throw new Error('no name');
         const { data } = outputs.boxes;
         return data.reduce((sum, each) => sum + Math.abs(each), 0) / data.length;
       } };`,
  );
});
afterAll(() => world.remove());

test('is stored, shown in its unit and proved', { timeout: 180_000 }, async () => {
  const searched = await rankfront(
    [
      ...['search', '--model', at('detector.onnx'), '--data', data, '--hardware', world.hardware],
      ...['--store', at('own.sqlite'), '--metric', `module:${at('error.mjs')}`, '--strategy', 'nsga2'],
      ...['--calibration', 'none', '--trials', '5'],
    ],
    world.env,
  );
  expect(searched.status, searched.stdout + searched.stderr).toBe(0);
  const table = await rankfront(['front', '--store', at('own.sqlite')], world.env);
  expect(table.stdout).toContain('error px');
  const json = await rankfront(['front', '--store', at('own.sqlite'), '--json'], world.env);
  const front = JSON.parse(json.stdout) as {
    readonly points: readonly {
      readonly accuracy: number;
      readonly objectives: Readonly<
        Record<string, { readonly value: number; readonly unit: string; readonly better: string }>
      >;
    }[];
  };
  for (const { accuracy, objectives } of front.points) {
    expect(objectives.error).toMatchObject({ unit: 'px', better: 'lower' });
    expect(objectives.error?.value).toBeCloseTo(50 * (1 - accuracy), 4);
  }
  const proved = await rankfront(['verify', '--store', at('own.sqlite')], world.env);
  expect(proved.status, proved.stdout + proved.stderr).toBe(0);
  appendFileSync(at('error.mjs'), '// Changed.\n');
  const refined = await rankfront(['refine', '--store', at('own.sqlite')], world.env);
  expect(refined.stderr).toContain('the metric was changed since');
  expect(refined.status).toBe(2);
});

test('a program of the user judges too, and a candidate that it cannot judge fails', { timeout: 180_000 }, async () => {
  // The size of the file stands for a figure; the dense model has 24 kB.
  writeFileSync(
    at('score.mjs'),
    `import { readFileSync, statSync } from 'node:fs';
     const [model, images] = process.argv.slice(2);
     const count = JSON.parse(readFileSync(images, 'utf8')).length;
     const bytes = statSync(model).size;
     if (bytes < 16000) { console.error('too small for me'); process.exit(1); }
     console.log(JSON.stringify({ values: new Array(count).fill(bytes / 40000), label: 'size', unit: '%' }));`,
  );
  const command = `command:${process.execPath} ${at('score.mjs')} {model} {images}`;
  const searched = await rankfront(
    [
      ...['search', '--model', at('detector.onnx'), '--data', data, '--hardware', world.hardware],
      ...['--store', at('command.sqlite'), '--metric', command, '--strategy', 'nsga2'],
      ...['--calibration', 'none', '--trials', '6'],
    ],
    world.env,
  );
  expect(searched.status, searched.stdout + searched.stderr).toBe(0);
  expect(searched.stdout + searched.stderr).toContain('too small for me');
  const table = await rankfront(['front', '--store', at('command.sqlite')], world.env);
  expect(table.stdout).toContain('size %');
  const proved = await rankfront(['verify', '--store', at('command.sqlite')], world.env);
  expect(proved.status, proved.stdout + proved.stderr).toBe(0);
});
