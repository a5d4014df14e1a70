/** The built-in hardware profiles, in words. */
import { availableParallelism } from 'node:os';
import { shippedNames } from '../device/shipped.ts';

export const isShippedProfile = (name: string): boolean => /^[\w-]+$/.test(name) && shippedNames().includes(name);

/** For this machine: the CPU with as many threads as it has cores, up to the most that a profile offers. */
export function usualProfile(cores = availableParallelism()): string {
  const threads = shippedNames().flatMap(name => {
    const [, count] = /^cpu-(\d+)-threads?$/.exec(name) ?? [];
    return count === undefined || Number(count) > cores ? [] : [{ name, count: Number(count) }];
  });
  return threads.sort((a, b) => b.count - a.count)[0]?.name ?? 'cpu-1-thread';
}

/** One to begin with, and where the names of the others are. */
export const shippedProfiles = (): string =>
  `a YAML file, or a built-in name such as ${usualProfile()}; "rankfront hardware" lists all`;
