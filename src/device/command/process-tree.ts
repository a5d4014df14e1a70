/**
 * Ending a program with all that it started. Its process group goes first; what left the group (a daemon has a session of its own) is found by
 * its parents, and on Linux also by a mark in its environment, which children inherit.
 */
import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { processTimes } from '../busiest.ts';

/** The environment variable that marks what a program started. */
export const markName = 'RANKFRONT_COMMAND';

/** To be called while the program still runs, or its children can be found by their mark alone. */
export function endTree(pid: number, mark: string): void {
  if (process.platform === 'win32') {
    quietly(() => execFileSync('taskkill', ['/pid', String(pid), '/t', '/f'], { stdio: 'ignore', timeout: 10_000 }));
    return;
  }
  // Whoever is not stopped could start another while the list is made: two rounds find what the first one missed.
  for (let round = 0; round < 2; round++) {
    const found = [...descendants(pid), ...marked(mark)];
    endGroup(pid);
    for (const each of found) quietly(() => process.kill(each, 'SIGKILL'));
  }
}

/** What is left of a program that has ended: it would take cores from the next measurement. A daemon with a session of its own stays. */
export function endGroup(pid: number): void {
  if (process.platform !== 'win32') quietly(() => process.kill(-pid, 'SIGKILL'));
}

function descendants(pid: number): number[] {
  const all = processTimes();
  const found = new Set([pid]);
  for (let size = 0; size < found.size; ) {
    size = found.size;
    for (const each of all) if (found.has(each.parent)) found.add(each.pid);
  }
  found.delete(pid);
  return [...found];
}

/** Empty where the system does not show environments. */
function marked(mark: string): number[] {
  if (process.platform !== 'linux') return [];
  const wanted = `${markName}=${mark}`;
  return readdirSync('/proc').flatMap(entry => {
    if (!/^\d+$/.test(entry) || Number(entry) === process.pid) return [];
    try {
      return readFileSync(`/proc/${entry}/environ`, 'latin1').split('\0').includes(wanted) ? [Number(entry)] : [];
    } catch {
      return []; // It has ended meanwhile, or belongs to somebody else.
    }
  });
}

function quietly(work: () => void): void {
  try {
    work();
  } catch {
    // It has ended already.
  }
}
