/** How many cores other processes keep busy, from the counters of the system. */
import { readFileSync } from 'node:fs';
import { cpus } from 'node:os';

export interface CpuTimes {
  /** Time that all cores together have been busy since the start of the machine. */
  readonly busyMs: number;
  readonly atMs: number;
  /** Of that, what this process has used. */
  readonly ownMs: number;
}

/** Null where the system keeps no such counters. */
export function readCpuTimes(): CpuTimes | null {
  const busyMs = busyFromProc() ?? busyFromOs();
  const { user, system } = process.cpuUsage();
  return busyMs === null ? null : { busyMs, atMs: performance.now(), ownMs: (user + system) / 1000 };
}

/** Cores kept busy between two readings, those of this process left out. */
export function otherBusyCores(before: CpuTimes | null, after: CpuTimes | null): number | null {
  if (!before || !after || after.atMs <= before.atMs) return null;
  const others = after.busyMs - before.busyMs - (after.ownMs - before.ownMs);
  return Math.max(0, others) / (after.atMs - before.atMs);
}

/** The counters of Linux are in hundredths of a second, whatever the kernel's own tick is (man 5 proc_stat, USER_HZ). */
const msPerTick = 10;

/** Time stolen by other guests of the same host counts as busy; waiting for disks does not. */
export function parseProcStat(text: string): number | null {
  const fields = /^cpu\s+(.*)$/m.exec(text)?.[1]?.trim().split(/\s+/).map(Number);
  const [user, nice, system, , , irq, softirq, steal] = fields ?? [];
  if (user === undefined || nice === undefined || system === undefined) return null;
  return (user + nice + system + (irq ?? 0) + (softirq ?? 0) + (steal ?? 0)) * msPerTick;
}

function busyFromProc(): number | null {
  try {
    return parseProcStat(readFileSync('/proc/stat', 'utf8'));
  } catch {
    return null;
  }
}

function busyFromOs(): number | null {
  const all = cpus();
  if (all.length === 0) return null;
  return all.reduce((sum, { times }) => sum + times.user + times.nice + times.sys + times.irq, 0);
}
