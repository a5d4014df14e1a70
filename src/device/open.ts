/** From a hardware profile to a device. A new driver is one file and one line in `drivers`. */
import type { Device } from './device.ts';
import { openOnnxruntime } from './onnxruntime/driver.ts';
import type { HardwareProfile } from './profile.ts';
import { openRoofline } from './roofline.ts';

export interface OpenOptions {
  /** A folder for what a driver has to write. */
  readonly scratchDir: string;
  /** Told when another process is measuring on this machine and this one waits. */
  readonly onWait?: (message: string) => void;
  /** Where the lock that lets one process measure at a time lies; the system's folder for temporary files by default. */
  readonly lockDir?: string;
  /** Limit of one measurement, loading included; by default the budget and three minutes. */
  readonly timeoutMs?: number;
}

export type OpenDriver = (profile: HardwareProfile, options: OpenOptions) => Promise<Device>;

export const drivers: Readonly<Record<HardwareProfile['driver'], OpenDriver>> = {
  onnxruntime: openOnnxruntime,
  roofline: openRoofline,
};

/** Throws a UserError when the device cannot be used as the profile says. */
export const openDevice = (profile: HardwareProfile, options: OpenOptions): Promise<Device> =>
  drivers[profile.driver](profile, options);
