import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { hardwareJsonSchema, latencyBudget, parseHardwareProfile } from '../../src/device/profile.ts';
import { UserError } from '../../src/errors/user-error.ts';

const folder = join(import.meta.dirname, '..', '..', 'hardware-profiles');
const files = globSync('*.yaml', { cwd: folder }).sort();

describe('hardware-profiles', () => {
  test.each(files)('%s is a profile, and its editor finds the schema', file => {
    const text = readFileSync(join(folder, file), 'utf8');
    const profile = parseHardwareProfile(text, file);
    expect(profile.driver === 'roofline').toBe(profile.roofline !== undefined);
    expect(text.split('\n')[0]).toBe('# yaml-language-server: $schema=./hardware-profile.schema.json');
  });

  test('have names of their own', () => {
    const names = files.map(file => parseHardwareProfile(readFileSync(join(folder, file), 'utf8'), file).name);
    expect(new Set(names).size).toBe(files.length);
    expect(files.length).toBeGreaterThan(5);
  });

  test('the schema for editors is the one that is checked (npm run generate)', () => {
    const written = JSON.parse(readFileSync(join(folder, 'hardware-profile.schema.json'), 'utf8')) as unknown;
    expect(written).toEqual(JSON.parse(JSON.stringify(hardwareJsonSchema())));
  });
});

describe('parseHardwareProfile', () => {
  test('a name is enough', () => {
    const profile = parseHardwareProfile('name: mine', 'h.yaml');
    expect(profile).toMatchObject({
      driver: 'onnxruntime',
      provider: 'cpu',
      threads: 1,
      batchSize: 1,
      precision: 'float32',
    });
    expect(latencyBudget(profile, 7)).toEqual({
      halfWidth: 0.01,
      maxMs: 20_000,
      minPairs: 20,
      seed: 7,
      sessions: 5,
      waitMs: 120_000,
    });
  });

  test.each([
    ['threads: two', 'h.yaml:2: threads: expected a number, found "two". Change the value.'],
    ['thread: 2', 'h.yaml:2: thread: unknown key. Did you mean "threads"?'],
    ['provider: gpu', /^h\.yaml:2: provider: expected one of cpu, webgpu, cuda, .*, found "gpu"\./],
    ['precision: fp16', /precision: expected one of float32, float16, found "fp16"\./],
    ['batchSize: 0', 'h.yaml:2: batchSize: expected at least 1, found 0. Change the value.'],
    ['latencyBudget:\n  halfWith: 0.02', 'h.yaml:3: latencyBudget.halfWith: unknown key. Did you mean "halfWidth"?'],
    ['inputShape: { H: wide }', 'h.yaml:2: inputShape.H: expected a number, found "wide". Change the value.'],
    [
      'driver: roofline',
      'h.yaml:1: roofline: expected peakMacsPerSecond and bandwidthBytesPerSecond, which the roofline driver computes with, found nothing. Add it.',
    ],
  ])('refuses %j', (line, message) => {
    const parse = () => parseHardwareProfile(`name: mine\n${line}\n`, 'h.yaml');
    expect(parse).toThrow(UserError);
    expect(parse).toThrow(message);
  });
});
