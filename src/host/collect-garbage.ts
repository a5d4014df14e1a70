/** What a cache holds, and what of it may go: everything there can be computed again. */
import { lstatSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { cacheUsers } from './cache-users.ts';

const kinds = ['factors', 'statistics', 'images', 'inputs', 'engines', 'agent', 'compiled', 'left behind'] as const;
export type CacheKind = (typeof kinds)[number];

interface Entry {
  readonly path: string;
  readonly kind: CacheKind;
  readonly bytes: number;
  readonly usedAtMs: number;
  /** The cache that it belongs to: an agent has one of its own. */
  readonly cache: string;
}

export interface Collected {
  /** In a fixed order; kinds of which there is nothing are left out. */
  readonly kinds: readonly {
    readonly kind: CacheKind;
    readonly files: number;
    readonly bytes: number;
    readonly removed: number;
    readonly freed: number;
  }[];
  readonly freed: number;
  /** Processes that use the cache: what they have used, or may use, stays. */
  readonly users: readonly number[];
  /** Files that could not be removed, with the reason. */
  readonly refused: readonly string[];
}

export interface CollectOptions {
  /** Nothing goes that was used since: milliseconds ago. 0 keeps only what a process uses now. */
  readonly unusedMs: number;
  /** Whether only to look. */
  readonly dryRun: boolean;
  readonly nowMs?: number;
}

/** Clocks of file systems are coarse, and a process reads a little before it says that it does. */
const slackMs = 60_000;
/** What is half written this long was left by a process that died. */
const staleMs = 24 * 3600 * 1000;

/** Only what Rankfront writes is looked at: other files of the folder stay, whatever they are. */
export function collectGarbage(cache: string, { unusedMs, dryRun, nowMs = Date.now() }: CollectOptions): Collected {
  const agent = join(cache, 'agent');
  const users = new Map([cache, agent].map(each => [each, cacheUsers(each, !dryRun)]));
  const mayGo = ({ kind, usedAtMs, cache: of }: Entry): boolean => {
    const here = users.get(of) ?? [];
    if (kind === 'left behind') return nowMs - usedAtMs > staleMs;
    // What a process has loaded of it, it does not read again.
    if (kind === 'compiled') return nowMs - usedAtMs >= unusedMs;
    // A running agent knows what it holds, and makes room by itself.
    if (kind === 'agent' && here.length > 0) return false;
    const since = Math.min(...here.map(({ sinceMs }) => sinceMs));
    return usedAtMs < since - slackMs && nowMs - usedAtMs >= unusedMs;
  };
  const entries = [...entriesIn(cache, cache, cacheKindOf), ...entriesOf(cache)];
  const gone = new Set<Entry>();
  const refused: string[] = [];
  for (const entry of entries.filter(mayGo)) {
    try {
      if (!dryRun) rmSync(entry.path, { recursive: true });
      gone.add(entry);
    } catch (error) {
      refused.push(`${entry.path}: ${(error as Error).message}`);
    }
  }
  const bytesOf = (list: readonly Entry[]): number => list.reduce((sum, { bytes }) => sum + bytes, 0);
  return {
    kinds: kinds.flatMap(kind => {
      const all = entries.filter(entry => entry.kind === kind);
      const removed = all.filter(entry => gone.has(entry));
      if (all.length === 0) return [];
      return [{ kind, files: all.length, bytes: bytesOf(all), removed: removed.length, freed: bytesOf(removed) }];
    }),
    freed: bytesOf([...gone]),
    users: [...new Set([...users.values()].flat().map(({ pid }) => pid))],
    refused,
  };
}

const isHalf = (name: string): boolean => /\.(partial|[0-9a-f]{8,}\.tmp)$/.test(name);

function cacheKindOf(name: string): CacheKind | null {
  if (/^[0-9a-f]{64}.*\.partial$/.test(name)) return 'left behind';
  if (/^[0-9a-f]{64}-.*\.(factors|output-errors)$/.test(name)) return 'factors';
  return /^[0-9a-f]{16,64}[^.]*\.statistics(-key)?$/.test(name) ? 'statistics' : null;
}

/** The folders of the cache that hold one kind each. */
function entriesOf(cache: string): Entry[] {
  const agent = join(cache, 'agent');
  return [
    ...entriesIn(join(cache, 'images'), cache, name =>
      isHalf(name) ? 'left behind' : /^[0-9a-f]{64}\.images$/.test(name) ? 'images' : null,
    ),
    ...entriesIn(join(cache, 'inputs'), cache, name =>
      isHalf(name) ? 'left behind' : /^[0-9a-f]{64}\.arrays$/.test(name) ? 'inputs' : null,
    ),
    ...entriesIn(join(cache, 'prepared'), cache, name =>
      isHalf(name) ? 'left behind' : /^[0-9a-f]{40}$/.test(name) ? 'engines' : null,
    ),
    // One folder for each version of node; what is compiled anew goes there.
    ...entriesIn(join(cache, 'compiled'), cache, name => (/^v\d+\..*-[0-9a-f]+/.test(name) ? 'compiled' : null)),
    ...namesIn(agent)
      .filter(name => /^[0-9a-f]{2}$/.test(name))
      .flatMap(name =>
        entriesIn(join(agent, name), agent, blob =>
          isHalf(blob) ? 'left behind' : /^[0-9a-f]{64}$/.test(blob) ? 'agent' : null,
        ),
      ),
  ];
}

const entriesIn = (folder: string, cache: string, kindOf: (name: string) => CacheKind | null): Entry[] =>
  namesIn(folder).flatMap(name => {
    const kind = kindOf(name);
    const path = join(folder, name);
    const found = kind && sizeOf(path);
    return kind && found ? [{ path, kind, cache, ...found }] : [];
  });

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}

/** Of a folder with all that is in it; links are not followed. Null for what another process has just removed. */
function sizeOf(path: string): { readonly bytes: number; readonly usedAtMs: number } | null {
  try {
    const stats = lstatSync(path);
    if (!stats.isDirectory()) return { bytes: stats.size, usedAtMs: stats.mtimeMs };
    const inside = namesIn(path).flatMap(name => sizeOf(join(path, name)) ?? []);
    return { bytes: inside.reduce((sum, { bytes }) => sum + bytes, 0), usedAtMs: stats.mtimeMs };
  } catch {
    return null;
  }
}
