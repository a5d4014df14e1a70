/** What a driver has to bring: how it opens a device from a hardware profile, and what is known of it before. */
import type { Model } from '../onnx/graph.ts';
import type { Device } from './device.ts';
import type { DriverKind, SettingsOf } from './driver-settings.ts';
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

/** Throws a UserError when the device cannot be used as the profile says, or cannot be reached from here. */
export type OpenDevice = (profile: HardwareProfile, options: OpenOptions) => Promise<Device>;

export interface Driver<Kind extends DriverKind> {
  readonly open: (settings: SettingsOf<Kind>, profile: HardwareProfile, options: OpenOptions) => Promise<Device>;
  /** Whether latencies are computed and not measured. */
  readonly exact: (settings: SettingsOf<Kind>) => boolean;
  /** Whether its devices can tell the peak memory of a run. */
  readonly tellsMemory: boolean;
  /** For people, such as `onnxruntime cpu, 2 threads`. */
  readonly words: (settings: SettingsOf<Kind>) => string;
  /** Throws a UserError for a model that it cannot time, where that is known before anything is measured. */
  readonly demand?: (settings: SettingsOf<Kind>, profile: HardwareProfile, model: Model) => void;
}
