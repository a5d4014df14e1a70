/** The gate of a pipeline: its exit status and its one line; and picking with a margin. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Model } from '../../src/onnx/graph.ts';
import { writeModel } from '../../src/onnx/write.ts';
import { type Ended, rankfront } from './rankfront.ts';
import { makeWorld, smallNetwork, type World } from './world.ts';

let world: World;
const at = (name: string): string => join(world.folder, name);
const check = (...args: string[]): Promise<Ended> =>
  rankfront(['check', '--dense', world.model, '--data', world.data, '--accept-dense', ...args], world.env);

/** The one line on standard output. */
function lineOf({ stdout }: Ended) {
  expect(stdout.trim().split('\n')).toHaveLength(1);
  return JSON.parse(stdout);
}

beforeAll(() => {
  world = makeWorld();
  writeFileSync(at('same.onnx'), writeModel(smallNetwork(7)));
  writeFileSync(at('other.onnx'), writeModel(smallNetwork(8)));
  const small: Model = smallNetwork(7);
  const renamed = { ...small.graph, inputs: small.graph.inputs.map(each => ({ ...each, shape: ['N', 3, 16, 16] })) };
  writeFileSync(at('narrow.onnx'), writeModel({ ...small, graph: renamed }));
});
afterAll(() => world.remove());

test('0: the same network, within a limit that these images can tell', async () => {
  const ended = await check('--model', at('same.onnx'), '--max-drop', '5pp');
  expect(ended.status).toBe(0);
  const line = lineOf(ended);
  expect(line).toMatchObject({ holds: 'yes', data: { judgedBy: 'top1' }, speed: null, failure: null });
  expect(line.drop).toMatchObject({ holds: 'yes', lost: 0, gained: 0, images: 120, drop: 0, moreImages: null });
  expect(ended.stderr).toContain('The drop keeps within 5.00 pp');
});

test('1: what these images cannot tell, with how many more would; and --json says nothing else', async () => {
  const ended = await check('--model', at('same.onnx'), '--max-drop', '0.5pp', '--json');
  expect(ended.status).toBe(1);
  expect(ended.stderr).toBe('');
  const { holds, drop } = lineOf(ended);
  expect(holds).toBe('cannot-tell');
  expect(drop.moreImages).toBeGreaterThan(100);
  const surer = lineOf(await check('--model', at('same.onnx'), '--max-drop', '0.5pp', '--margin', '60%', '--json'));
  expect(surer.drop.confidence).toBe(drop.confidence);
  expect(surer.drop.moreImages ?? 0).toBeLessThan(drop.moreImages);
});

test('1: a network that does not run on these inputs fails', async () => {
  const ended = await check('--model', at('narrow.onnx'), '--max-drop', '90pp');
  expect(ended.status).toBe(1);
  expect(lineOf(ended)).toMatchObject({ holds: 'no', drop: null });
  expect(ended.stderr).toContain('fails where the dense model does not');
});

test('another network loses what its answers lose', async () => {
  const { drop } = lineOf(await check('--model', at('other.onnx'), '--max-drop', '50pp', '--json'));
  expect(drop.images).toBe(120);
  expect(drop.drop).toBeCloseTo((drop.lost - drop.gained) / 120, 12);
  expect(drop.denseAccuracy - drop.accuracy).toBeCloseTo(drop.drop, 12);
});

test('a speed limit needs a device, and is held against its interval', async () => {
  const without = await check('--model', at('same.onnx'), '--max-drop', '5pp', '--min-speedup', '1.2');
  expect(without.status).toBe(2);
  expect(lineOf(without)).toMatchObject({ holds: null });
  const slow = await check(
    '--model',
    at('same.onnx'),
    '--max-drop',
    '5pp',
    '--min-speed-up',
    '1.2',
    '--hardware',
    world.hardware,
  );
  expect(slow.status).toBe(1);
  expect(lineOf(slow)).toMatchObject({ holds: 'no', drop: { holds: 'yes' }, speed: { holds: 'no', speedup: 1 } });
});

test('2: bad input, in a sentence and in the line', async () => {
  for (const [args, said] of [
    [['--model', at('nothing.onnx'), '--max-drop', '1pp'], 'nothing.onnx'],
    [['--model', at('same.onnx'), '--max-drop', '-1pp'], '--max-drop'],
    [['--model', at('same.onnx'), '--max-drop', '1pp', '--margin', '40%'], '--margin'],
    [['--model', at('same.onnx'), '--max-drop', '1pp', '--margin', '95'], 'Write 95% for per cent'],
  ] as const) {
    const ended = await check(...args);
    expect(ended.status).toBe(2);
    expect(ended.stderr).toContain(said);
    expect(lineOf(ended)).toMatchObject({ holds: null, error: { problem: expect.any(String) } });
  }
}, 60_000);

test('pick --margin takes what is sure, or says to stay with the dense model', async () => {
  const run = (...args: string[]) => rankfront([...args, '--store', world.store], world.env);
  expect(
    (await rankfront(world.search('--trials', '6', '--proxy-images', '60', '--seed', '3'), world.env)).status,
  ).toBe(0);
  const stay = await run('pick', '--max-drop', '0.1pp', '--margin', '99%');
  expect(stay.status).toBe(1);
  expect(stay.stdout).toContain('Stay with the dense model');
  const wide = await run('pick', '--max-drop', '60pp', '--margin', '0.9', '--json');
  expect(wide.status).toBe(0);
  expect(JSON.parse(wide.stdout)).toMatchObject({ state: 'picked', rule: { kind: 'margin', margin: 0.9, drop: 0.6 } });
  const knee = await run('pick', '--knee', '--margin', '95%');
  expect(knee.status).toBe(2);
}, 120_000);
