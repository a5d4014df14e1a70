import { hostname, userInfo } from 'node:os';
import { describe, expect, test } from 'vitest';
import { environment, parseCpuMax } from '../../src/device/environment.ts';

describe('environment', () => {
  const here = environment();

  test('tells versions, processor, memory and load', () => {
    expect(here.node).toBe(process.versions.node);
    for (const version of [here.onnxruntime, here.rankfront]) expect(version).toMatch(/^\d+\.\d+\.\d+/);
    expect(here.cores).toBeGreaterThan(0);
    expect(here.memoryBytes).toBeGreaterThanOrEqual(here.freeMemoryBytes);
    expect(here.loadAverage).toHaveLength(3);
    expect(JSON.parse(JSON.stringify(here))).toEqual(here);
  });

  test('names neither the machine nor a folder nor a user', () => {
    const text = JSON.stringify(here);
    for (const secret of [hostname(), process.cwd(), userInfo().homedir])
      if (secret.length > 3) expect(text).not.toContain(secret);
  });
});

test.each([
  ['200000 100000', 2],
  ['50000 100000', 0.5],
  ['max 100000', null],
  [null, null],
])('cpu.max %j allows %s cores', (line, cores) => {
  expect(parseCpuMax(line)).toBe(cores);
});
