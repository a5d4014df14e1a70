/** Counters of this process and of the machine: how much of the cores was used, by whom, and how long this process waited for one. */
import { readdirSync, readFileSync } from 'node:fs';
import { cpus } from 'node:os';

/** All since some start that stays the same; differences of two readings count. Null where the system does not tell. */
export interface Vitals {
  readonly atMs: number;
  /** Processor time of this process, all threads together. */
  readonly ownMs: number;
  /** Processor time of everything on the machine, what the host gave to other guests included. */
  readonly busyMs: number | null;
  /** Of that, what the host gave to other guests. */
  readonly stolenMs: number | null;
  /** Time that threads of this process were ready to run and had no core, all threads together. */
  readonly waitedMs: number | null;
}

export function readVitals(): Vitals {
  const { user, system } = process.cpuUsage();
  const machine = machineFromProc() ?? { busyMs: busyFromOs(), stolenMs: null };
  return { atMs: performance.now(), ownMs: (user + system) / 1000, ...machine, waitedMs: waitedFromProc() };
}

/** What happened between two readings. Null where the system does not tell. */
export interface Strain {
  readonly wallMs: number;
  /** Cores that everything but this process kept busy on average. */
  readonly otherBusyCores: number | null;
  /** Share of the wall time that the host took away, cores added up. */
  readonly stolenShare: number | null;
  /** Of the time that the threads of this process wanted to run, the share that they waited for a core. */
  readonly waitedShare: number | null;
}

export function strainBetween(before: Vitals, after: Vitals): Strain {
  const wallMs = after.atMs - before.atMs;
  const own = after.ownMs - before.ownMs;
  const grown = (key: 'busyMs' | 'stolenMs' | 'waitedMs'): number | null => {
    const [from, to] = [before[key], after[key]];
    return from === null || to === null || wallMs <= 0 ? null : Math.max(0, to - from);
  };
  const busy = grown('busyMs');
  const stolen = grown('stolenMs');
  const waited = grown('waitedMs');
  return {
    wallMs,
    otherBusyCores: busy === null ? null : Math.max(0, busy - own) / wallMs,
    stolenShare: stolen === null ? null : stolen / wallMs,
    waitedShare: waited === null ? null : waited / Math.max(own + waited, Number.MIN_VALUE),
  };
}

/** The counters of Linux are in hundredths of a second, whatever the kernel's own tick is (man 5 proc_stat, USER_HZ). */
const msPerTick = 10;

/** Time stolen by other guests of the same host counts as busy; waiting for disks does not. */
export function parseProcStat(text: string): { readonly busyMs: number; readonly stolenMs: number } | null {
  const fields = /^cpu\s+(.*)$/m.exec(text)?.[1]?.trim().split(/\s+/).map(Number);
  const [user, nice, system, , , irq = 0, softirq = 0, steal = 0] = fields ?? [];
  if (user === undefined || nice === undefined || system === undefined) return null;
  return { busyMs: (user + nice + system + irq + softirq + steal) * msPerTick, stolenMs: steal * msPerTick };
}

function machineFromProc(): ReturnType<typeof parseProcStat> {
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

/** The second number of a thread's schedstat: nanoseconds that it waited to run (Documentation/scheduler/sched-stats.rst). */
function waitedFromProc(): number | null {
  try {
    let waitedNs = 0;
    for (const thread of readdirSync('/proc/self/task')) {
      const [, waited] = readFileSync(`/proc/self/task/${thread}/schedstat`, 'utf8').split(' ');
      waitedNs += Number(waited);
    }
    return Number.isFinite(waitedNs) ? waitedNs / 1e6 : null;
  } catch {
    return null;
  }
}
