/** Which process runs a trial, and whether it still lives. A process id alone is not enough: ids are used again. */
import { execFileSync } from 'node:child_process';
import { readFileSync, readlinkSync } from 'node:fs';
import { hostname } from 'node:os';

export interface Owner {
  readonly pid: number;
  /** When the process started, in the system's own words; empty where it cannot be told. */
  readonly startTime: string;
  /** Changes with every start of the machine; empty where it cannot be told. */
  readonly bootId: string;
}

export const currentOwner = (): Owner => ({
  pid: process.pid,
  startTime: startTimeOf(process.pid) ?? '',
  bootId: bootId(),
});

/**
 * False when the process is gone: its id is free, or belongs to a process that started at another time, or the machine was
 * started again since. A process in another container counts as gone; a trial run twice is stored once, so no harm is done.
 */
export function isAlive(owner: Owner): boolean {
  if (owner.bootId !== bootId()) return false;
  const startTime = startTimeOf(owner.pid);
  return startTime !== null && startTime === owner.startTime;
}

/** Where a process id means a process: this machine, and on Linux this namespace of ids. Stays the same when the machine starts again. */
export const processNamespace = (): string =>
  process.platform === 'linux'
    ? [
        hostname(),
        textOf(() => readFileSync('/etc/machine-id', 'utf8')),
        textOf(() => readlinkSync('/proc/self/ns/pid')),
      ].join('\n')
    : hostname();

/** Null when no process of that id lives (a zombie does not); empty when one lives whose start cannot be told. */
export function startTimeOf(pid: number): string | null {
  if (process.platform === 'linux') return linuxStartTime(pid);
  if (!exists(pid)) return null;
  const command =
    process.platform === 'win32'
      ? ['powershell', '-NoProfile', '-Command', `(Get-Process -Id ${pid}).StartTime.ToFileTimeUtc()`]
      : ['ps', '-o', 'lstart=', '-p', `${pid}`];
  return output(command);
}

/**
 * Field 22 of /proc/PID/stat (proc_pid_stat(5)), clock ticks since boot. The second field, the name in parentheses, may hold
 * spaces and parentheses itself, so fields are counted from the last closing one.
 */
export function parseLinuxStat(stat: string): { readonly state: string; readonly startTime: string } {
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return { state: fields[0] ?? '', startTime: fields[19] ?? '' };
}

function linuxStartTime(pid: number): string | null {
  try {
    const { state, startTime } = parseLinuxStat(readFileSync(`/proc/${pid}/stat`, 'utf8'));
    return state === 'Z' || state === 'X' ? null : startTime;
  } catch {
    return null;
  }
}

/** Elsewhere a start time is a date, which a restart of the machine cannot bring back. */
const bootId = (): string =>
  process.platform === 'linux' ? textOf(() => readFileSync('/proc/sys/kernel/random/boot_id', 'utf8')) : '';

function textOf(read: () => string): string {
  try {
    return read().trim();
  } catch {
    return '';
  }
}

function exists(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

function output(command: readonly string[]): string {
  const [program = '', ...args] = command;
  try {
    return execFileSync(program, args, {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
      timeout: 10_000,
      // Two processes must be told the same date, whatever their time zones and languages.
      env: { ...process.env, LC_ALL: 'C', TZ: 'UTC' },
    }).trim();
  } catch {
    return '';
  }
}
