/** Telling a process from a later one that was given the same id. */

import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';

/**
 * When process `pid` was started, as text that only means anything when compared with another such text of the same
 * machine; null when there is no such process or the system does not say.
 */
export function processStart(pid: number): string | null {
  if (process.platform === 'linux') return startFromProc(pid);
  if (process.platform === 'win32') return null;
  const ps = spawnSync('ps', ['-o', 'lstart=', '-p', String(pid)], { encoding: 'utf8' });
  return ps.status === 0 && ps.stdout.trim() !== '' ? ps.stdout.trim() : null;
}

/** Field 22 of /proc/PID/stat: clock ticks since the machine was started (man 5 proc_pid_stat). */
function startFromProc(pid: number): string | null {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const afterName = stat.slice(stat.lastIndexOf(')') + 2).split(' '); // the name may hold anything; field 3 follows it
    return afterName[22 - 3] ?? null;
  } catch {
    return null;
  }
}

/** Whether the process that had `pid` and was started at `start` still runs. */
export function isRunning(pid: number, start: string | null): boolean {
  try {
    process.kill(pid, 0);
  } catch (error) {
    // Not being allowed to signal it means that it is there.
    if ((error as NodeJS.ErrnoException).code !== 'EPERM') return false;
  }
  const now = processStart(pid);
  return start === null || now === null || now === start;
}
