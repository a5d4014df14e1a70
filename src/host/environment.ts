/** The machine and the versions that an observation was taken with. */
import { readFileSync } from 'node:fs';
import { arch, availableParallelism, cpus, loadavg, platform, totalmem } from 'node:os';
import { onnxruntimeVersion, rankfrontVersion } from './version.ts';

/** What stays the same from one observation to the next; the store keeps each only once. Never a host or user name. */
export interface Environment {
  readonly cpuModel: string;
  /** Logical cores that this process may use; of a device that does not tell, 0, and so is its memory. */
  readonly cores: number;
  /** Linux frequency governor of the first core, such as `performance`; null where there is none to read. */
  readonly governor: string | null;
  readonly memoryBytes: number;
  /** Such as `linux` and `x64`. */
  readonly platform: string;
  readonly arch: string;
  readonly node: string;
  readonly onnxruntime: string;
  readonly rankfront: string;
  /** What timed it, where that is another runtime, in its own words: `OpenVINO 2026.4.1`. */
  readonly runtime?: string;
  /** Which worker and device, where several share the work of a study. */
  readonly measuredBy?: MeasuredBy;
}

export interface MeasuredBy {
  /** As whoever started it named it. */
  readonly worker: string;
  /** Of all devices that are the same kind. */
  readonly deviceClass: string;
  /** The one device; null where its latencies are computed. */
  readonly device: string | null;
}

/** For people. */
export const measurerText = ({ worker, deviceClass, device }: MeasuredBy): string =>
  `worker "${worker}"${device === null ? '' : `, device ${device}`} of class ${deviceClass}`;

/** Where something was measured, and how busy it was there: whoever measures says so, and others copy it. */
export interface Whereabouts {
  readonly environment: Environment;
  /** Processes that ran or waited there when it was taken (`currentLoad`). */
  readonly load: number;
}

const governorFile = '/sys/devices/system/cpu/cpu0/cpufreq/scaling_governor';

/** Of the machine that this process runs on. */
export function currentEnvironment(): Environment {
  return {
    cpuModel: cpus()[0]?.model.trim() ?? 'unknown',
    cores: availableParallelism(),
    governor: governor(),
    memoryBytes: totalmem(),
    platform: platform(),
    arch: arch(),
    node: process.versions.node,
    onnxruntime: onnxruntimeVersion(),
    rankfront: rankfrontVersion(),
  };
}

/** Processes that ran or waited to run, averaged over the last minute; 0 on Windows, which does not count them. */
export const currentLoad = (): number => loadavg()[0] ?? 0;

/** For whoever measures on the machine of this process. */
export const whereabouts = (): Whereabouts => ({ environment: currentEnvironment(), load: currentLoad() });

function governor(): string | null {
  try {
    return readFileSync(governorFile, 'utf8').trim();
  } catch {
    return null;
  }
}
