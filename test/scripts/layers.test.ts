import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { circles, emptyRooms, judge, layerViolations, roomOf } from '../../scripts/layers.ts';

test('the rooms of src import only downward', () => {
  const source = join(import.meta.dirname, '..', '..', 'src');
  expect(layerViolations(source)).toEqual([]);
  expect(emptyRooms(source)).toEqual([]);
});

test('a folder with a row of its own is a room of its own', () => {
  expect(roomOf('study/build/plan.ts')).toBe('study/build');
  expect(roomOf('tuner/gp/fit.ts')).toBe('tuner');
  expect(roomOf('study/plan.ts')).toBeNull();
});

test('circles are found, those of types too, and each is named once', () => {
  const imports = (edges: Record<string, string[]>): Map<string, string[]> => new Map(Object.entries(edges));
  expect(circles(imports({ a: ['b', 'c'], b: ['c'], c: [] }))).toEqual([]);
  expect(circles(imports({ a: ['b'], b: ['c'], c: ['b'] }))).toEqual([['b', 'c', 'b']]);
  const source = mkdtempSync(join(tmpdir(), 'rankfront-layers-'));
  mkdirSync(join(source, 'onnx'));
  writeFileSync(join(source, 'onnx', 'a.ts'), "import type { B } from './b.ts';\n");
  writeFileSync(join(source, 'onnx', 'b.ts'), "import { a } from './a.ts';\n");
  expect(layerViolations(source).map(({ message }) => message)).toEqual([
    'a circle of imports: onnx/a.ts -> onnx/b.ts -> onnx/a.ts',
  ]);
  expect(emptyRooms(source)).toContain('device');
  expect(emptyRooms(source)).not.toContain('onnx');
  rmSync(source, { recursive: true });
});

test('a lower room that imports a higher one is reported with its file and line', () => {
  const source = mkdtempSync(join(tmpdir(), 'rankfront-layers-'));
  mkdirSync(join(source, 'onnx'));
  writeFileSync(join(source, 'onnx', 'read.ts'), "// first\nimport { openStore } from '../store/open.ts';\n");
  expect(layerViolations(source)).toEqual([
    { file: 'src/onnx/read.ts', line: 2, message: 'onnx (floor 2) may not import store (floor 6)' },
  ]);
  rmSync(source, { recursive: true });
});

test('ONNX Runtime is loaded in one file, where its telemetry is off; its types are free', () => {
  const source = mkdtempSync(join(tmpdir(), 'rankfront-layers-'));
  mkdirSync(join(source, 'device'));
  const write = (name: string, text: string): void => writeFileSync(join(source, 'device', name), text);
  write('a.ts', "import type { Tensor } from 'onnxruntime-node';\n");
  write('b.ts', "// first\nimport { type InferenceSession, Tensor } from 'onnxruntime-node';\n");
  write('c.ts', "export const load = () => import('onnxruntime-node');\n");
  const message = 'only runtime/onnxruntime.ts may load onnxruntime-node: it turns the telemetry off first';
  expect(layerViolations(source).sort((a, b) => a.file.localeCompare(b.file))).toEqual([
    { file: 'src/device/b.ts', line: 2, message },
    { file: 'src/device/c.ts', line: 1, message },
  ]);
  rmSync(source, { recursive: true });
});

test.each([
  ['tuner/gp/fit.ts', '../../random/rng.ts', true],
  ['tuner/gp/fit.ts', '../../onnx/graph.ts', true],
  ['tuner/gp/fit.ts', 'node:fs', false],
  ['tuner/gp/fit.ts', '../../study/search/loop.ts', false],
  ['onnx/read.ts', 'onnxruntime-node', false],
  ['data/decode.ts', 'sharp', true],
  ['data/decode.ts', 'node:child_process', false],
  ['store/open.ts', '../device/device.ts', false],
  ['cli/main.ts', '../study/search/search.ts', true],
  ['study/search/loop.ts', '../verify/verify.ts', false],
  ['study/verify/verify.ts', '../search/confirm.ts', true],
])('%s importing %s is allowed: %s', (path, specifier, allowed) => {
  expect(judge(path, specifier) === null).toBe(allowed);
});
