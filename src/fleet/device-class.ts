/** What makes two devices the same kind, and which device a worker times on. */
import { createHash } from 'node:crypto';
import { isExact } from '../device/open.ts';
import type { HardwareProfile } from '../device/profile.ts';
import type { Environment } from '../host/environment.ts';

const hashOf = (value: unknown): string =>
  createHash('sha256')
    .update(JSON.stringify(inOrder(value)))
    .digest('hex')
    .slice(0, 8);

function inOrder(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(inOrder);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, each]) => [key, inOrder(each)]),
  );
}

/** How a device is reached does not say what it is. */
const ways: ReadonlySet<string> = new Set(['address', 'listen', 'tokenFile', 'tlsCa', 'tlsCert', 'tlsKey']);

const withoutWay = (driver: HardwareProfile['driver']): object =>
  Object.fromEntries(Object.entries(driver).filter(([name]) => !ways.has(name)));

/** Of all that the profile says of how a model runs: the same for everybody who searches or measures with it. */
export function profileHash(profile: HardwareProfile): string {
  const { name: _name, host: _host, driver, pricePerHour: _price, power: _power, ...model } = profile;
  return hashOf({ driver: withoutWay(driver), model });
}

/**
 * The hash of the profile, and one of the processor and runtime of this machine where that is what measures. What is computed, or measured
 * elsewhere, is told apart by the profile alone.
 *
 * @param environment of this machine
 */
export function deviceClassOf(profile: HardwareProfile, environment: Environment): string {
  const machine = {
    cpuModel: environment.cpuModel,
    cores: environment.cores,
    gigabytes: Math.round(environment.memoryBytes / 2 ** 30),
    platform: environment.platform,
    arch: environment.arch,
    onnxruntime: environment.onnxruntime,
  };
  const elsewhere = profile.driver.kind === 'remote' || isExact(profile);
  return `${profileHash(profile)}-${elsewhere ? 'any' : hashOf(machine)}`;
}

export const isOfProfile = (deviceClass: string, profile: HardwareProfile): boolean =>
  deviceClass.startsWith(`${profileHash(profile)}-`);

/** The one device that this profile means on this machine: whoever measures on it has it alone. Null where nothing is timed. */
export function laneOf(profile: HardwareProfile, machine: string): string | null {
  const { driver } = profile;
  if (isExact(profile)) return null;
  if (driver.kind === 'remote') return hashOf({ address: driver.address ?? driver.listen });
  // Two profiles of one processor are one device: its caches and clocks are shared.
  return hashOf({ machine, device: driver.kind === 'onnxruntime' ? driver.provider : driver });
}
