/** From a hardware profile to a device. A new driver is one file and one line in `drivers`. */
import type { Device } from './device.ts';
import type { OpenDriver, OpenOptions } from './driver.ts';
import { openOnnxruntime } from './onnxruntime/driver.ts';
import type { HardwareProfile } from './profile.ts';
import { openRoofline } from './roofline.ts';

export const drivers: Readonly<Record<HardwareProfile['driver'], OpenDriver>> = {
  onnxruntime: openOnnxruntime,
  roofline: openRoofline,
};

/** Throws a UserError when the device cannot be used as the profile says. */
export const openDevice = (profile: HardwareProfile, options: OpenOptions): Promise<Device> =>
  drivers[profile.driver](profile, options);
