/** Which other processes keep the cores busy: a name to act on is worth more than a number. */
import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { basename } from 'node:path';

export interface ProcessTime {
  readonly pid: number;
  readonly parent: number;
  readonly name: string;
  readonly cpuMs: number;
}

/** Below this share of a core a process is not worth a name. */
const leastCores = 0.05;
const mostNames = 2;
const msPerTick = 10;

/** Empty where the system does not tell. */
export function processTimes(): ProcessTime[] {
  try {
    return readdirSync('/proc').flatMap(entry => {
      if (!/^\d+$/.test(entry)) return [];
      try {
        return parseStat(readFileSync(`/proc/${entry}/stat`, 'utf8')) ?? [];
      } catch {
        return []; // It has ended meanwhile.
      }
    });
  } catch {
    return process.platform === 'darwin' ? timesFromPs() : [];
  }
}

/** One line of /proc/PID/stat; the name stands in parentheses and may hold any character (man 5 proc). */
export function parseStat(text: string): ProcessTime | null {
  const open = text.indexOf('(');
  const close = text.lastIndexOf(')');
  if (open < 0 || close < open) return null;
  const rest = text
    .slice(close + 2)
    .split(' ')
    .map(Number);
  const [, parent = 0] = rest;
  const [user = Number.NaN, system = Number.NaN] = rest.slice(11, 13);
  const cpuMs = (user + system) * msPerTick;
  if (!Number.isFinite(cpuMs)) return null;
  return { pid: Number.parseInt(text, 10), parent, name: text.slice(open + 1, close), cpuMs };
}

/** `ps` of macOS: pid, parent, minutes:seconds of processor time, name. */
export function parsePs(text: string): ProcessTime[] {
  return [...text.matchAll(/^\s*(\d+)\s+(\d+)\s+(?:(\d+):)?(\d+):([\d.]+)\s+(.*)$/gm)].map(
    ([, pid, parent, hours = '0', minutes, seconds, name = '']) => ({
      pid: Number(pid),
      parent: Number(parent),
      name: name.split('/').at(-1) ?? name,
      cpuMs: 1000 * (3600 * Number(hours) + 60 * Number(minutes) + Number(seconds)),
    }),
  );
}

function timesFromPs(): ProcessTime[] {
  try {
    return parsePs(execFileSync('ps', ['-A', '-o', 'pid=,ppid=,time=,comm='], { encoding: 'utf8', timeout: 2000 }));
  } catch {
    return [];
  }
}

/** A process may name its threads as it likes (node says MainThread): what it was started as says more. Null where that is not told. */
function commandOf(pid: number): string | null {
  try {
    const [command = ''] = readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0');
    return basename(command) || null;
  } catch {
    return null;
  }
}

/** The busiest processes between two readings, such as `python3 (process 812)`; `own` and what descends from it left out. */
export function busiestBetween(
  before: readonly ProcessTime[],
  after: readonly ProcessTime[],
  wallMs: number,
  own: number,
): string[] {
  const parents = new Map(after.map(({ pid, parent }) => [pid, parent]));
  const isOurs = (pid: number): boolean => {
    for (let at: number | undefined = pid; at !== undefined && at > 1; at = parents.get(at))
      if (at === own) return true;
    return false;
  };
  const earlier = new Map(before.map(({ pid, cpuMs }) => [pid, cpuMs]));
  return after
    .map(each => ({ ...each, cores: (each.cpuMs - (earlier.get(each.pid) ?? 0)) / wallMs }))
    .filter(({ pid, cores }) => cores >= leastCores && !isOurs(pid))
    .sort((a, b) => b.cores - a.cores)
    .slice(0, mostNames)
    .map(({ name, pid }) => `${commandOf(pid) ?? name} (process ${pid})`);
}
