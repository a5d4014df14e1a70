/** Devices whose profile is written in a test, and the folder that they may write into. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll } from 'vitest';
import type { Device } from '../../../src/device/device.ts';
import type { OpenOptions } from '../../../src/device/driver.ts';
import { openDevice } from '../../../src/device/open.ts';
import { parseHardwareProfile } from '../../../src/device/profile.ts';
import { tinyConv, writeModelFile } from '../tiny-model.ts';

export const toolFile = join(import.meta.dirname, 'tool.mjs');

/** Removed after the tests of the file; what is prepared is kept in it too, and not where a user's is. */
export function testFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'rankfront-command-'));
  process.env.RANKFRONT_CACHE = join(folder, 'cache');
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

export const tinyModels = (folder: string) => ({
  dense: writeModelFile(join(folder, 'dense.onnx'), tinyConv({ inputShape: ['N', 3, 24, 24], channels: [24, 24, 8] })),
  other: writeModelFile(join(folder, 'other.onnx'), tinyConv({ inputShape: ['N', 3, 24, 24], channels: [16, 16, 8] })),
  broken: writeModelFile(join(folder, 'broken.onnx'), Buffer.from('no model')),
});

/** @param driver its settings, as JSON is YAML too */
export const openWith = (driver: object, folder: string, options: Partial<OpenOptions> = {}): Promise<Device> =>
  openDevice(
    parseHardwareProfile(
      JSON.stringify({ name: 'tool', driver: { kind: 'command', ...driver }, latencyBudget: { warmup: 2 } }),
      'h.yaml',
    ),
    { scratchDir: folder, lockDir: folder, ...options },
  );

/** A command that runs a script of a test. */
export const script = (text: string, ...args: string[]): { command: string[] } => ({
  command: [process.execPath, '-e', text, ...args],
});
