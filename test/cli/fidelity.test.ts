/** Networks that are no classifiers, searched with no option but model, data and device. */
import { copyFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { writeModel } from '../../src/onnx/write.ts';
import { rankfront } from './rankfront.ts';
import { detector, plainImages, segmenter } from './task-networks.ts';
import { makeWorld, type World } from './world.ts';

let world: World;
let data: string;
const at = (name: string): string => join(world.folder, name);

const search = (model: string, store: string, ...more: string[]): string[] => [
  ...['search', '--model', at(model), '--data', data, '--hardware', world.hardware, '--store', at(store)],
  ...['--calibration', 'none', '--strategy', 'nsga2', '--trials', '6', '--seed', '1'],
  ...more,
];

beforeAll(async () => {
  world = makeWorld();
  writeFileSync(at('detector.onnx'), writeModel(detector()));
  writeFileSync(at('segmenter.onnx'), writeModel(segmenter()));
  data = await plainImages(at('plain'), 40);
});
afterAll(() => world.remove());

interface Front {
  readonly objectives: readonly string[];
  readonly dense: { readonly accuracy: number };
  readonly points: readonly {
    readonly trial: number;
    readonly accuracy: number;
    readonly drop: number;
    readonly changeCi: readonly [number, number];
    readonly objectives: Readonly<Record<string, { readonly value: number }>>;
  }[];
}

describe.each(['detector', 'segmenter'])('a %s', name => {
  test('is searched by fidelity, and its front means something', { timeout: 120_000 }, async () => {
    const searched = await rankfront(search(`${name}.onnx`, `${name}.sqlite`), world.env);
    expect(searched.stderr + searched.stdout).toContain('fidelity');
    expect(searched.status, searched.stderr).toBe(0);
    const json = await rankfront(['front', '--store', at(`${name}.sqlite`), '--json'], world.env);
    const front = JSON.parse(json.stdout) as Front;
    expect(front.objectives).toEqual(['latency', 'fidelity']);
    expect(front.dense.accuracy).toBe(1);
    const [fastest] = front.points;
    expect(front.points.length).toBeGreaterThan(1);
    for (const { trial, accuracy, drop, changeCi } of front.points) {
      expect(accuracy).toBeGreaterThan(0);
      expect(accuracy).toBeLessThanOrEqual(1);
      expect(drop).toBeCloseTo(1 - accuracy, 6);
      if (trial > 0) expect(changeCi[0]).toBeLessThan(changeCi[1]);
    }
    // Random weights have no low rank: what is fastest has lost something.
    expect(fastest?.accuracy).toBeLessThan(0.99);
    const proved = await rankfront(['verify', '--store', at(`${name}.sqlite`)], world.env);
    expect(proved.status, proved.stdout + proved.stderr).toBe(0);
  });
});

test('a grade that was changed is found', { timeout: 60_000 }, async () => {
  copyFileSync(at('detector.sqlite'), at('changed.sqlite'));
  const db = new DatabaseSync(at('changed.sqlite'));
  const [row] = db
    .prepare("select rowid, content from samples where name = 'correct' and trial_id > 1 limit 1")
    .all() as { rowid: number; content: Uint8Array }[];
  const content = new Uint8Array(row?.content ?? []);
  new DataView(content.buffer).setFloat32(0, 0.25, true);
  db.prepare('update samples set content = ? where rowid = ?').run(content, row?.rowid ?? 0);
  db.close();
  const told = await rankfront(['verify', '--store', at('changed.sqlite')], world.env);
  expect(told.stdout + told.stderr).toContain('accuracy stored as');
});

test('only the outputs that are named count', { timeout: 60_000 }, async () => {
  const wrong = await rankfront(search('detector.onnx', 'named.sqlite', '--metric', 'fidelity:nothing'), world.env);
  expect(wrong.status).toBe(2);
  expect(wrong.stderr).toMatch(/no such output.*It has boxes/s);
  const rule = await rankfront(search('detector.onnx', 'named.sqlite', '--metric', 'fidelity:boxes=round'), world.env);
  expect(rule.stderr).toContain('is no rule');
  const right = await rankfront(
    search('detector.onnx', 'named.sqlite', '--metric', 'fidelity:boxes=signal', '--json'),
    world.env,
  );
  expect(right.status, right.stderr).toBe(0);
  const other = await rankfront(search('detector.onnx', 'named.sqlite', '--metric', 'fidelity'), world.env);
  expect(other.stderr).toContain('is judged by fidelity:boxes=signal, and --metric asks for fidelity');
});

test('a metric that does not exist is refused with the one that was meant', async () => {
  const told = await rankfront(search('detector.onnx', 'none.sqlite', '--metric', 'fidelty'), world.env);
  expect(told.status).toBe(2);
  expect(told.stderr).toContain('Did you mean fidelity?');
});
