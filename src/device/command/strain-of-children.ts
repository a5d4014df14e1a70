/** What went on beside programs that this process runs: their own processor time is no load of others. */
import { readFileSync } from 'node:fs';
import { lostShare } from '../gaps.ts';
import { readVitals, type Strain, strainBetween, type Vitals } from '../vitals.ts';

export interface Mark {
  readonly vitals: Vitals;
  /** Processor time of the programs that have ended; null where the system does not tell. */
  readonly childrenMs: number | null;
  /** Share of the time that a thread lost, where the system keeps no count of waiting. */
  readonly lost: number | null;
}

const msPerTick = 10;

/** To be taken before and after; what happens in between counts. */
export function markStrain(): Mark {
  const childrenMs = childrenFromProc();
  const lost = childrenMs === null ? lostShare(() => performance.now()) : null;
  return { vitals: readVitals(), childrenMs, lost };
}

/**
 * Where the processor time of programs cannot be told from that of others, only the probes before and after say something. How long
 * the threads of a program waited for a core is not known: a process that takes one shows as load of others.
 */
export function strainSince(mark: Mark, now: Mark = markStrain()): Strain {
  if (mark.childrenMs === null || now.childrenMs === null) {
    const blind = { ...now.vitals, busyMs: null };
    return { ...strainBetween(mark.vitals, blind), waitedShare: ((mark.lost ?? 0) + (now.lost ?? 0)) / 2 };
  }
  const ours = now.childrenMs - mark.childrenMs;
  const strain = strainBetween(mark.vitals, { ...now.vitals, ownMs: now.vitals.ownMs + ours });
  return { ...strain, waitedShare: null };
}

/** Fields 16 and 17 of /proc/self/stat: user and system time of children that were waited for, and of theirs (man 5 proc_pid_stat). */
function childrenFromProc(): number | null {
  try {
    const text = readFileSync('/proc/self/stat', 'utf8');
    const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
    const ms = (Number(fields[13]) + Number(fields[14])) * msPerTick;
    return Number.isFinite(ms) ? ms : null;
  } catch {
    return null;
  }
}
