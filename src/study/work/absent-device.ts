/** A device that is not here: whoever has none still says which one its study is of. */
import type { Device } from '../../device/device.ts';
import { isExact, tellsMemory } from '../../device/open.ts';
import type { HardwareProfile } from '../../device/profile.ts';
import { failed } from '../../errors/failure.ts';

const absent = failed('unreachable', 'no device is measured on from here');

export const absentDevice = (profile: HardwareProfile): Device => ({
  driver: profile.driver.kind,
  exact: isExact(profile),
  latency: async () => absent,
  ...(tellsMemory(profile) ? { peakMemory: async () => absent } : {}),
  close: async () => {},
});
