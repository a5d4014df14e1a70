/** What a worker says of itself. */
import { deviceWords } from '../device/open.ts';
import type { HardwareProfile } from '../device/profile.ts';
import { currentEnvironment } from '../host/environment.ts';
import { currentOwner } from '../host/process-identity.ts';
import { rankfrontVersion } from '../host/version.ts';
import type { Role, WorkerWords } from '../store/fleet.ts';
import { deviceClassOf, laneOf } from './device-class.ts';

/** How the device of this machine is told from those of others, without its name. */
export function laneHere(profile: HardwareProfile): string | null {
  const { bootId, pid } = currentOwner();
  return laneOf(profile, bootId === '' ? `process ${pid}` : bootId);
}

/**
 * @param lane the device that it times on, where it does
 * @param study the only one that it works on; null for all
 */
export const wordsOf = (
  profile: HardwareProfile,
  name: string,
  able: readonly Role[],
  lane: string | null,
  study: string | null,
): WorkerWords => ({
  name,
  lane: able.includes('latency') ? lane : null,
  device: `${profile.name} (${deviceWords(profile)})`,
  deviceClass: deviceClassOf(profile, currentEnvironment()),
  roles: able,
  version: rankfrontVersion(),
  study,
});
