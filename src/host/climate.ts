/** How warm this machine is and how fast it is clocked, where the system tells. */
import { globSync, readFileSync } from 'node:fs';

export interface Climate {
  /** Of the warmest sensor, in degrees Celsius. */
  readonly celsius: number | null;
  /** Mean over the cores, as the kernel has set it. */
  readonly clockMhz: number | null;
  /** Linux frequency governor of the first core. */
  readonly governor: string | null;
}

/** @param root of the files of Linux's sysfs; elsewhere there are none */
export function readClimate(root = '/sys'): Climate {
  const celsius = numbersIn(`${root}/class/thermal/thermal_zone*/temp`)
    .map(each => each / 1000)
    // Zones that are off say 0 or less, and broken ones say anything.
    .filter(each => each > 0 && each < 200);
  const clocks = numbersIn(`${root}/devices/system/cpu/cpu[0-9]*/cpufreq/scaling_cur_freq`).filter(each => each > 0);
  return {
    celsius: celsius.length > 0 ? Math.max(...celsius) : null,
    clockMhz: clocks.length > 0 ? clocks.reduce((sum, each) => sum + each, 0) / clocks.length / 1000 : null,
    governor: textOf(`${root}/devices/system/cpu/cpu0/cpufreq/scaling_governor`),
  };
}

export const isKnown = ({ celsius, clockMhz, governor }: Climate): boolean =>
  celsius !== null || clockMhz !== null || governor !== null;

const numbersIn = (pattern: string): number[] =>
  pathsOf(pattern)
    .map(path => Number(textOf(path) ?? Number.NaN))
    .filter(Number.isFinite);

function pathsOf(pattern: string): string[] {
  try {
    return globSync(pattern);
  } catch {
    return [];
  }
}

function textOf(path: string): string | null {
  try {
    return readFileSync(path, 'utf8').trim();
  } catch {
    return null;
  }
}
