/**
 * Which processes use a cache. Each says so by a small file beside what is cached, for as long as it lives; what it reads it marks as used. So
 * `gc` can tell what a search that runs needs, whatever its store is.
 */
import { randomUUID } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { currentOwner, isAlive, type Owner, processNamespace } from './process-identity.ts';

const folderOf = (cache: string): string => join(cache, 'users');

export interface CacheUser extends Owner {
  /** Milliseconds since 1970. */
  readonly sinceMs: number;
  /** Of its machine (`processNamespace`): whether a process of another one lives cannot be seen. */
  readonly machine: string;
}

const known = new Set<string>();

/** Says that this process uses the cache until it ends; a second call is harmless. A cache that cannot be written to is not collected either. */
export function useCache(cache: string): void {
  if (known.has(cache)) return;
  known.add(cache);
  const path = join(folderOf(cache), `${process.pid}-${randomUUID()}.json`);
  try {
    mkdirSync(folderOf(cache), { recursive: true });
    writeFileSync(
      path,
      JSON.stringify({ ...currentOwner(), sinceMs: Date.now(), machine: processNamespace() } satisfies CacheUser),
    );
    process.once('exit', () => rmSync(path, { force: true }));
  } catch {
    // The next look at the cache says what is wrong with it.
  }
}

/** Remembers that the file or folder was used now. */
export function markUsed(path: string): void {
  try {
    utimesSync(path, new Date(), new Date());
  } catch {
    // Then it goes earlier than it might.
  }
}

/** Processes that use the cache now. What is left of those that are gone is removed where `sweep` allows it. */
export function cacheUsers(cache: string, sweep: boolean): CacheUser[] {
  return namesIn(folderOf(cache)).flatMap(name => {
    const path = join(folderOf(cache), name);
    const user = userIn(path);
    if (user && mayLive(user)) return [user];
    if (sweep) rmSync(path, { force: true });
    return [];
  });
}

/** A process of another machine that shares the cache counts for a week, which a search hardly takes. */
const elsewhereMs = 7 * 86_400_000;

const mayLive = (user: CacheUser): boolean =>
  user.machine === processNamespace() ? isAlive(user) : Date.now() - user.sinceMs < elsewhereMs;

function userIn(path: string): CacheUser | null {
  try {
    const found = JSON.parse(readFileSync(path, 'utf8')) as Partial<CacheUser> | null;
    const whole =
      typeof found?.pid === 'number' && typeof found.sinceMs === 'number' && typeof found.machine === 'string';
    return whole ? (found as CacheUser) : null;
  } catch {
    return null;
  }
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder).filter(name => name.endsWith('.json'));
  } catch {
    return [];
  }
}
