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
