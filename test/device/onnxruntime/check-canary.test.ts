/** ONNX Runtime's convolution beside the one that is worked out here, and beside one that is wrong. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { canaryModel } from '../../../src/device/canary.ts';
import { checkCanary } from '../../../src/device/onnxruntime/check-canary.ts';
import { parseHardwareProfile } from '../../../src/device/profile.ts';

const folder = mkdtempSync(join(tmpdir(), 'rankfront-canary-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const check = (bytes: Uint8Array, more = '') => {
  const profile = parseHardwareProfile(`name: x\nprovider: cpu\n${more}`, 'x.yaml');
  if (profile.driver.kind !== 'onnxruntime') throw new Error('not expected');
  const path = join(folder, 'canary.onnx');
  writeFileSync(path, bytes);
  return checkCanary(path, 16, profile.driver, profile);
};

test('the processor computes the canary right, also in a batch and in half precision', {
  timeout: 60_000,
}, async () => {
  expect(await check(canaryModel(16, { precision: 'float32' }))).toBeLessThan(1e-5);
  expect(await check(canaryModel(16, { precision: 'float32' }), 'batchSize: 3\n')).toBeLessThan(1e-5);
  expect(await check(canaryModel(16, { precision: 'float16' }), 'precision: float16\n')).toBeLessThan(0.01);
});

test('a wrong result is found, and one of another size', { timeout: 60_000 }, async () => {
  const wrong = canaryModel(16, { precision: 'float32' });
  // The signs of some weights, which lie in the middle of the file.
  for (let at = 2003; at < 4000; at += 4) wrong[at] = (wrong[at] ?? 0) ^ 0x80;
  await expect(check(wrong)).rejects.toThrow(/gives results that are off by \d+ % of the largest one\. Update/);
  await expect(check(canaryModel(8, { precision: 'float32' }))).rejects.toThrow(/gives results/);
  await expect(check(Buffer.from('no model'))).rejects.toThrow(
    /Cannot run a small model on "cpu": .+ Check the settings/,
  );
});
