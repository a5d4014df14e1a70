/** The profiles that ship, with the real runtimes: OpenVINO's benchmark_app and MNN, where they are installed. */
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { openDevice } from '../../../src/device/open.ts';
import { parseHardwareProfile } from '../../../src/device/profile.ts';
import { deviceContract, measured } from '../contract.ts';
import { tinyConv, writeModelFile } from '../tiny-model.ts';
import { testFolder } from './open-command.ts';

const profiles = join(import.meta.dirname, '..', '..', '..', 'hardware-profiles');
const folder = testFolder();
/** Large enough that OpenVINO's hundredths of a millisecond tell something. */
const size = { inputShape: ['N', 3, 96, 96], channels: [48, 48, 8] };
const models = {
  dense: writeModelFile(join(folder, 'dense.onnx'), tinyConv(size)),
  other: writeModelFile(join(folder, 'other.onnx'), tinyConv({ ...size, channels: [16, 16, 8] })),
  broken: writeModelFile(join(folder, 'broken.onnx'), Buffer.from('no model')),
};

/** Where the runtime lies: a folder with its programs, put before PATH; the PATH as it is when the variable is 1. */
function runtimeIn(variable: string): string | null {
  const said = process.env[variable];
  if (!said) return null;
  return said === '1' ? (process.env.PATH ?? '') : `${said}${delimiter}${process.env.PATH}`;
}

const open = (file: string, path: string) => () => {
  const profile = parseHardwareProfile(readFileSync(join(profiles, file), 'utf8'), file);
  if (profile.driver.kind !== 'command') throw new Error(`${file} runs no command`);
  const driver = { ...profile.driver, runs: 20, variables: { ...profile.driver.variables, PATH: path } };
  return openDevice({ ...profile, driver }, { scratchDir: folder, lockDir: folder });
};

describe.each([
  ['RANKFRONT_TEST_OPENVINO', 'openvino-2-threads.yaml', ['benchmark_app', '-h'], /^OpenVINO 20\d\d/],
  ['RANKFRONT_TEST_MNN', 'mnn-2-threads.yaml', ['mnnconvert', '--version'], /^MNN \d/],
] as const)('%s', (variable, file, [program, ...args], version) => {
  const path = runtimeIn(variable);
  const why = path === null ? `${variable} is not set to the folder of its programs` : null;
  if (path === null) {
    test(`${file} is really run`, context => context.skip(`skipped: ${why}`));
    return;
  }

  test('it is there', () => {
    expect(spawnSync(program, args, { env: { ...process.env, PATH: path } }).error).toBeUndefined();
  });

  deviceContract('command', () => ({ open: open(file, path), ...models }));

  test('what it says of itself, and a network of a ninth of the work that is faster', async () => {
    const device = await open(file, path)();
    const budget = { halfWidth: 0.2, maxMs: 500, minPairs: 5, seed: 1 };
    const latency = measured(await device.latency(models.other, models.dense, budget));
    expect(latency.environment.runtime).toMatch(version);
    expect(latency.ratio).toBeLessThan(0.9);
    await device.close();
  });
});
