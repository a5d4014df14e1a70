import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { judge, layerViolations } from '../../scripts/layers.ts';

test('the rooms of src import only downward', () => {
  expect(layerViolations(join(import.meta.dirname, '..', '..', 'src'))).toEqual([]);
});

test('a lower room that imports a higher one is reported with its file and line', () => {
  const source = mkdtempSync(join(tmpdir(), 'rankfront-layers-'));
  mkdirSync(join(source, 'onnx'));
  writeFileSync(join(source, 'onnx', 'read.ts'), "// first\nimport { openStore } from '../store/open.ts';\n");
  expect(layerViolations(source)).toEqual([
    { file: 'src/onnx/read.ts', line: 2, message: 'onnx (floor 1) may not import store (floor 4)' },
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
  const message = 'only workers/onnxruntime.ts may load onnxruntime-node: it turns the telemetry off first';
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
  ['tuner/gp/fit.ts', '../../study/loop.ts', false],
  ['onnx/read.ts', 'onnxruntime-node', false],
  ['data/decode.ts', 'sharp', true],
  ['data/decode.ts', 'node:child_process', false],
  ['store/open.ts', '../device/device.ts', false],
  ['cli/main.ts', '../study/search.ts', true],
])('%s importing %s is allowed: %s', (path, specifier, allowed) => {
  expect(judge(path, specifier) === null).toBe(allowed);
});
