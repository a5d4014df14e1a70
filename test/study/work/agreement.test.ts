/** Devices of one class against the first of them. */
import { expect, test } from 'vitest';
import type { ModelFile } from '../../../src/device/device.ts';
import { scriptedDevice } from '../../../src/device/scripted.ts';
import { complete, failed } from '../../../src/errors/failure.ts';
import type { DeviceCheck } from '../../../src/store/fleet.ts';
import { checkDevice, judgeDevice } from '../../../src/study/work/agreement.ts';
import { toySpace } from '../twins.ts';

const check = (worker: string, denseMs: number, ratios: readonly number[], error = 0.001): DeviceCheck => ({
  lane: `lane of ${worker}`,
  deviceClass: 'a',
  worker,
  denseMs,
  probes: ratios.map(ratio => ({ ratio, standardError: error })),
  agrees: true,
  detail: '',
});
const first = check('first', 10, [0.5, 0.8]);

test('the first of a class, and of another class, agrees with nobody', () => {
  expect(judgeDevice(first, [])).toEqual({ agrees: true, detail: '' });
  expect(judgeDevice(first, [{ ...check('other', 99, [0.1, 0.1]), deviceClass: 'b' }]).agrees).toBe(true);
  // One that was told apart is no yardstick.
  expect(judgeDevice(first, [{ ...check('odd', 99, [0.1, 0.1]), agrees: false }]).agrees).toBe(true);
});

test('what differs by no more than noise is the same device twice', () => {
  expect(judgeDevice(check('second', 10.5, [0.505, 0.79]), [first]).agrees).toBe(true);
  // A wide interval says little, so that it says nothing against.
  expect(judgeDevice(check('noisy', 10, [0.6, 0.8], 0.05), [first]).agrees).toBe(true);
});

test('another ratio, and another time of the dense model, are named with the device that they differ from', () => {
  expect(judgeDevice(check('second', 10, [0.5, 0.9]), [first])).toEqual({
    agrees: false,
    detail: `probe 2 takes 0.900 of the dense model's time, and 0.800 on the device of "first"`,
  });
  expect(judgeDevice(check('slow', 13, [0.5, 0.8]), [first])).toEqual({
    agrees: false,
    detail: 'the dense model takes 13.0 ms, and 10.0 ms on the device of "first"',
  });
});

test('a device times the dense model and two candidates, the lowest rungs first', async () => {
  const built: string[] = [];
  const builder = {
    write: async (assignment: object) => {
      const name = Object.values(assignment as Record<string, { rank?: number }>)
        .map(({ rank }) => rank ?? 'dense')
        .join('-');
      built.push(name);
      return complete({ path: '', sha256: name, macs: 1, params: 1, correction: null, correctionMs: null });
    },
  };
  const reference = { path: '', sha256: 'dense' };
  const ms: Record<string, number> = { dense: 20, '8-8': 5, '16-16': 10 };
  const device = scriptedDevice(({ sha256 }: ModelFile) => complete(ms[sha256] ?? 0));
  const latency = { halfWidth: 0.01, maxMs: 100, minPairs: 5, seed: 1 };
  const parts = { device, builder, reference, space: toySpace(2), latency };
  expect(await checkDevice(parts)).toEqual(
    complete({
      denseMs: 20,
      probes: [
        { ratio: 0.25, standardError: 0 },
        { ratio: 0.5, standardError: 0 },
      ],
      disturbed: false,
    }),
  );
  expect(built).toEqual(['8-8', '16-16']);
  const broken = scriptedDevice(() => failed('crashed', 'it is broken'));
  expect(await checkDevice({ ...parts, device: broken })).toMatchObject({ state: 'failed', detail: 'it is broken' });
});
