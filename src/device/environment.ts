/** Under which circumstances a number was measured. Holds nothing that names the machine or its user. */
import { readFileSync } from 'node:fs';
import { arch, availableParallelism, cpus, freemem, loadavg, platform, release, totalmem } from 'node:os';
import { onnxruntimeVersion, rankfrontVersion } from '../workers/version.ts';

export interface Environment {
  readonly cpuModel: string;
  /** Cores that this process may use. */
  readonly cores: number;
  /** Nominal clock speed; 0 where the system does not tell. */
  readonly cpuMhz: number;
  readonly memoryBytes: number;
  readonly freeMemoryBytes: number;
  /** The CPU frequency governor, null where the system has none or does not tell. */
  readonly governor: string | null;
  /** Share of the CPU time that a container may use, in cores; null without such a limit. */
  readonly cpuQuotaCores: number | null;
  /** Processes ready to run, averaged over 1, 5 and 15 minutes; zeros on Windows. */
  readonly loadAverage: readonly number[];
  readonly platform: string;
  readonly arch: string;
  readonly osRelease: string;
  readonly node: string;
  readonly onnxruntime: string;
  readonly rankfront: string;
}

export function environment(): Environment {
  const [cpu] = cpus();
  return {
    cpuModel: cpu?.model.trim() ?? 'unknown',
    cores: availableParallelism(),
    cpuMhz: cpu?.speed ?? 0,
    memoryBytes: totalmem(),
    freeMemoryBytes: freemem(),
    governor: firstLine('/sys/devices/system/cpu/cpu0/cpufreq/scaling_governor'),
    cpuQuotaCores: parseCpuMax(firstLine('/sys/fs/cgroup/cpu.max')),
    loadAverage: loadavg(),
    platform: platform(),
    arch: arch(),
    osRelease: release(),
    node: process.versions.node,
    onnxruntime: onnxruntimeVersion(),
    rankfront: rankfrontVersion(),
  };
}

/** cgroup v2 `cpu.max`: quota and period in microseconds, or `max` for no limit. */
export function parseCpuMax(line: string | null): number | null {
  const [quota, period] = (line ?? '').split(' ').map(Number);
  return quota && period ? quota / period : null;
}

function firstLine(path: string): string | null {
  try {
    return readFileSync(path, 'utf8').split('\n')[0]?.trim() || null;
  } catch {
    return null;
  }
}
