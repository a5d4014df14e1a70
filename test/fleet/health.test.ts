/** When a worker takes its device out, and which devices are the same kind. */
import { describe, expect, test } from 'vitest';
import { parseHardwareProfile } from '../../src/device/profile.ts';
import { deviceClassOf, isOfProfile, laneOf } from '../../src/fleet/device-class.ts';
import { healthOf } from '../../src/fleet/health.ts';
import { stationOf } from '../../src/fleet/queues.ts';
import { environment } from '../store/samples.ts';

describe('health', () => {
  const good = { failed: null, denseMs: 10 };
  const bad = (detail: string) => ({ failed: detail, denseMs: null });

  test('single failures are the trials; three in a row are the device', () => {
    const health = healthOf(null);
    for (const sign of [bad('a'), bad('b'), good, bad('c'), bad('d')]) expect(health.tell(sign)).toBeNull();
    expect(health.tell(bad('e'))).toBe('3 trials in a row failed here, the last one because: e');
  });

  test('a dense model that is off once may be noise, thrice or by a factor of two is not', () => {
    const health = healthOf(10);
    for (const denseMs of [12, 13, 13, 10, 13, 8.5, 13, 13]) expect(health.tell({ failed: null, denseMs })).toBeNull();
    expect(health.tell({ failed: null, denseMs: 13 })).toContain('takes 13.0 ms here now, and took 10.0 ms before');
    expect(healthOf(10).tell({ failed: null, denseMs: 4.9 })).not.toBeNull();
    expect(healthOf(null).tell({ failed: null, denseMs: 4.9 })).toBeNull();
  });
});

describe('device classes', () => {
  const profile = (text: string) => parseHardwareProfile(text, 'test');
  const cpu = profile('name: one\nprovider: cpu\nthreads: 2\n');

  test('the name of a profile, its price and how it is written mean nothing; threads, processor and runtime do', () => {
    const own = deviceClassOf(cpu, environment);
    const renamed = 'name: two\npricePerHour: 3\ndriver: { kind: onnxruntime, threads: 2 }\n';
    expect(deviceClassOf(profile(renamed), { ...environment, node: '25.0.0', governor: 'powersave' })).toBe(own);
    expect(isOfProfile(own, profile(renamed))).toBe(true);
    const other = profile('name: one\nprovider: cpu\nthreads: 4\n');
    const all = [
      own,
      deviceClassOf(other, environment),
      deviceClassOf(cpu, { ...environment, cpuModel: 'Another' }),
      deviceClassOf(cpu, { ...environment, cores: 4 }),
      deviceClassOf(cpu, { ...environment, onnxruntime: '1.31.0' }),
    ];
    expect(new Set(all).size).toBe(all.length);
    expect(all.map(each => isOfProfile(each, cpu))).toEqual([true, false, true, true, true]);
  });

  test('what is computed is one class everywhere, and needs no lane; a processor is one lane whatever the threads', () => {
    const text = 'name: c\ndriver: { kind: roofline, peakMacsPerSecond: 1.0e+9, bandwidthBytesPerSecond: 1.0e+9 }\n';
    expect(deviceClassOf(profile(text), environment)).toBe(deviceClassOf(profile(text), { ...environment, cores: 99 }));
    expect(laneOf(profile(text), 'boot')).toBeNull();
    const one = laneOf(cpu, 'boot');
    expect(one).toBe(laneOf(profile('name: x\nprovider: cpu\nthreads: 7\n'), 'boot'));
    expect(one).not.toBe(laneOf(cpu, 'another boot'));
  });

  test('a bell is heard by one class, one study and one version', () => {
    const rest = { deviceClass: 'c-1', version: '1.0.0+x', pruning: true };
    expect(stationOf('latency', 3, rest).queue).toBe('latency/c-1/study-3/1.0.0_x');
    expect(stationOf('build', 3, rest).queue).toBe('build/study-3/1.0.0_x');
  });
});
