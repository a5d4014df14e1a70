/** `init` and what follows from it: the settings that it writes are all that a search and the commands after it need. */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Ended, rankfront } from './rankfront.ts';
import { makeWorld, type World } from './world.ts';

let world: World;
beforeAll(() => {
  world = makeWorld();
});
afterAll(() => world.remove());
const run = (...args: string[]): Promise<Ended> => rankfront(args, world.env, world.folder);
const settings = (): string => readFileSync(join(world.folder, 'rankfront.yaml'), 'utf8');

test('from a network to a front without an option', { timeout: 120_000 }, async () => {
  const looked = await run('init', 'model.onnx', '--data', 'cifar10:images', '--hardware', 'hardware.yaml');
  expect(looked.stderr).toBe('');
  expect(looked.status).toBe(0);
  expect(looked.stdout).toMatch(/Network: model, .*MACs/);
  expect(looked.stdout).toMatch(/ 1 +\d+\.\d % +left out: it reads the image/);
  expect(looked.stdout).toMatch(/searched: 3x3 conv by \w+/);
  expect(looked.stdout).toMatch(/labels of 10 classes; the network reads 32 x 32 and has 10 outputs/);
  expect(looked.stdout).toMatch(/Top-1 of the dense model on \d+ of them/);
  expect(looked.stdout).toMatch(/but the network guesses with all/);
  expect(looked.stdout).toMatch(/A night: about \d+ trials in 8 hours/);
  for (const line of looked.stdout.split('\n')) expect(line.length).toBeLessThanOrEqual(120);
  expect(settings()).toMatch(/^model: model\.onnx$/m);

  const again = await run('init', 'model.onnx');
  expect(again.status).toBe(2);
  expect(again.stderr).toMatch(/"rankfront\.yaml" is there already\. Add --force/);

  writeFileSync(
    join(world.folder, 'rankfront.yaml'),
    `${settings().replace('time: 8h', '# time:')}\ntrials: 4\nstrategy: nsga2\ncalibration: none\nacceptDense: true\n`.replace(
      /^# (trials|strategy|calibration|acceptDense):$/gm,
      '',
    ),
  );
  const searched = await run('search', '--trials', '3');
  expect(searched.stderr).toMatch(/Settings from rankfront\.yaml\./);
  expect(searched.status).toBe(0);
  expect(existsSync(join(world.folder, 'results/rankfront.sqlite'))).toBe(true);
  const front = await run('front', '--json');
  expect(JSON.parse(front.stdout)).toMatchObject({ study: 'model' });
  expect(front.stderr).toBe('');
  expect((await run('search', '--trials', '4', '--config', 'none')).stderr).toMatch(
    /needs --model, --data and --hardware/,
  );
});

test('a network alone: what is missing for a search is said', { timeout: 60_000 }, async () => {
  const looked = await run('init', 'model.onnx', '--hardware', 'hardware.yaml', '--out', 'other.yaml', '--json');
  expect(looked.status).toBe(0);
  expect(JSON.parse(looked.stdout)).toMatchObject({ images: null, trialsInANight: null, settings: 'other.yaml' });
  expect(readFileSync(join(world.folder, 'other.yaml'), 'utf8')).toMatch(/^# data:$/m);
  const search = await run('search', '--config', 'other.yaml');
  expect(search.status).toBe(2);
  expect(search.stderr).toMatch(/"rankfront search" needs --data/);
});

test('bad input', { timeout: 60_000 }, async () => {
  const says = async (...args: string[]): Promise<string> => {
    const { status, stderr } = await run(...args, '--out', 'bad.yaml');
    expect(status).toBe(2);
    expect(existsSync(join(world.folder, 'bad.yaml'))).toBe(false);
    return stderr;
  };
  expect(await says('init', 'gone.onnx')).toMatch(/"gone\.onnx"/);
  expect(await says('init', 'model.onnx', '--hardware', 'cpu-2-thread')).toMatch(/Did you mean cpu-\d-threads?\?/);
  expect(await says('init', 'model.onnx', '--data', 'folder:nowhere')).toMatch(/nowhere/);
  expect(await says('init')).toMatch(/"rankfront init" needs <model>/);
});

test('the built-in hardware profiles', { timeout: 60_000 }, async () => {
  const listed = await run('hardware');
  expect(listed.stdout).toMatch(/^cpu-2-threads +timed +yes +CPU, 2 threads$/m);
  expect(listed.stdout).toMatch(/^roofline-a100 +computed/m);
  // A profile that says of itself that nobody has run it is not called tested.
  const profiles = JSON.parse((await run('hardware', '--json')).stdout) as { path: string; tested: boolean }[];
  for (const { path, tested } of profiles)
    if (
      /Nothing in here was measured|not run it|and not benchncnn|No figure in here/.test(
        readFileSync(path, 'utf8').replaceAll(/\n# ?/g, ' '),
      )
    )
      expect(tested, path).toBe(false);
  expect(profiles.filter(({ tested }) => tested).length).toBeGreaterThan(3);
  expect((await run('hardware', 'cpu-1-thread')).stdout).toMatch(/^name: CPU, 1 thread$/m);
  expect((await run('hardware', 'cpu-9')).stderr).toMatch(/There is no hardware profile "cpu-9"/);
  expect((await run('space', '--model', 'model.onnx', '--hardware', 'roofline-avx2-core')).stdout).toMatch(/^sites:$/m);
});
