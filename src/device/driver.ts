/** What opens a device from a hardware profile. */
import type { Device } from './device.ts';
import type { HardwareProfile } from './profile.ts';

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
