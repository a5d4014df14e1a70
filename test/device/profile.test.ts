import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { isExact, openDevice } from '../../src/device/open.ts';
import { hardwareJsonSchema, latencyBudget, parseHardwareProfile } from '../../src/device/profile.ts';
import { UserError } from '../../src/errors/user-error.ts';

const folder = join(import.meta.dirname, '..', '..', 'hardware-profiles');
const files = globSync('*.yaml', { cwd: folder }).sort();

describe('hardware-profiles', () => {
  test.each(files)('%s is a profile, and its editor finds the schema', file => {
    const text = readFileSync(join(folder, file), 'utf8');
    // No command could open one whose device a program brings.
    expect(parseHardwareProfile(text, file).driver.kind).not.toBe('custom');
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
      driver: { kind: 'onnxruntime', provider: 'cpu', threads: 1, graphOptimization: 'all' },
      host: { provider: 'cpu', threads: 1, graphOptimization: 'all' },
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

describe('the settings of a driver', () => {
  const parse = (text: string) => parseHardwareProfile(`name: mine\n${text}`, 'h.yaml');
  const nested = 'driver: { kind: onnxruntime, provider: cuda, threads: 3, graphOptimization: extended }\nbatchSize: 4';
  const flat = 'driver: onnxruntime\nprovider: cuda\nthreads: 3\ngraphOptimization: extended\nbatchSize: 4';
  const roofline = '{ peakMacsPerSecond: 1e9, bandwidthBytesPerSecond: 2e9, tile: 8 }';

  test('may stand in its part or, as in older files, at the top: both say the same', () => {
    expect(parse(nested)).toEqual(parse(flat));
    const computed = parse(`driver: roofline\nroofline: ${roofline}`);
    expect(computed).toEqual(parse(`driver: ${roofline.replace('{', '{ kind: roofline,')}`));
    expect(computed.driver).toEqual({
      kind: 'roofline',
      peakMacsPerSecond: 1e9,
      bandwidthBytesPerSecond: 2e9,
      operatorOverheadMs: 0,
      tile: 8,
    });
  });

  test('this host scores as the driver runs where that is on this host, else on one thread of the CPU', () => {
    const plain = { provider: 'cpu', threads: 1, graphOptimization: 'all' };
    const session = { provider: 'cuda', threads: 3, graphOptimization: 'extended' };
    expect(parse(nested).host).toEqual(session);
    expect(parse('driver: { kind: custom }').host).toEqual(plain);
    expect(parse(`driver: ${roofline.replace('{', '{ kind: roofline,')}`).host).toEqual(plain);
    // Of an older file what stood at the top, whichever the driver: its study scored so.
    expect(parse(`driver: roofline\nroofline: ${roofline}\nthreads: 2`).host).toEqual({ ...plain, threads: 2 });
  });

  test('a host of its own goes first, in either form', () => {
    const host = { provider: 'cpu', threads: 6, graphOptimization: 'all' };
    expect(parse(`${nested}\nhost: { threads: 6 }`)).toMatchObject({ host, driver: { threads: 3, provider: 'cuda' } });
    expect(parse(`${flat}\nhost: { threads: 6 }`)).toMatchObject({ host, driver: { threads: 3, provider: 'cuda' } });
  });

  test('the device scores where that is asked', () => {
    expect(parse(nested).scorer).toBe('host');
    expect(parse(`${nested}\nhost: { threads: 6 }`).scorer).toBe('host');
    for (const text of [nested, flat]) {
      const { scorer, host } = parse(`${text}\nhost: { threads: 6, scorer: device }`);
      expect(scorer).toBe('device');
      expect(host).toEqual({ provider: 'cpu', threads: 6, graphOptimization: 'all' });
    }
    expect(() => parse(`${nested}\nhost: { scorer: board }`)).toThrow(/host\.scorer: expected one of host, device/);
  });

  test.each([
    ['driver: { kind: phone }', /^h\.yaml:2: driver\.kind: expected one of onnxruntime, roofline, .*, found "phone"\./],
    ['driver: { kind: onnxruntime, thread: 2 }', 'h.yaml:2: driver.thread: unknown key. Did you mean "threads"?'],
    ['driver:\n  kind: onnxruntime\n  threads: 0', 'h.yaml:4: driver.threads: expected at least 1, found 0.'],
    ['driver: { kind: onnxruntime }\nthreads: 2', 'h.yaml:3: threads: unknown key.'],
    [
      'driver: { kind: roofline, peakMacsPerSecond: 1 }',
      'driver.bandwidthBytesPerSecond: expected a number, found nothing. Add it.',
    ],
    ['host: { threads: many }', 'h.yaml:2: host.threads: expected a number, found "many".'],
    ['driver: phone', 'h.yaml:2: driver: expected one of onnxruntime, roofline, found "phone".'],
    ['driver: [', /^h\.yaml:2: not valid YAML/],
  ])('refuses %j', (text, message) => {
    expect(() => parse(text)).toThrow(UserError);
    expect(() => parse(text)).toThrow(message);
  });
});

test('whether latencies are computed is known from the settings alone', () => {
  const exact = (driver: string): boolean => isExact(parseHardwareProfile(`name: x\ndriver: ${driver}`, 'h.yaml'));
  expect(exact('{ kind: roofline, peakMacsPerSecond: 1, bandwidthBytesPerSecond: 1 }')).toBe(true);
  expect(exact('{ kind: onnxruntime }')).toBe(false);
  expect(exact('{ kind: custom }')).toBe(false);
  expect(exact('{ kind: custom, exact: true }')).toBe(true);
});

test('no command opens a device that a program brings', async () => {
  const opening = openDevice(parseHardwareProfile('name: Board\ndriver: { kind: custom }', 'h.yaml'), {
    scratchDir: folder,
  });
  await expect(opening).rejects.toThrow(UserError);
  await expect(opening).rejects.toThrow(
    /^Cannot open the device "Board" here: .* another driver: onnxruntime, roofline/,
  );
});
