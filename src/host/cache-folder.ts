import { homedir } from 'node:os';
import { join } from 'node:path';

/** Where what can be computed again is kept: RANKFRONT_CACHE, else the folder for caches that the system names. An empty variable counts as unset (XDG Base Directory Specification). */
export function cacheFolder(env: Readonly<Record<string, string | undefined>> = process.env): string {
  if (env.RANKFRONT_CACHE) return env.RANKFRONT_CACHE;
  if (process.platform === 'win32' && env.LOCALAPPDATA) return join(env.LOCALAPPDATA, 'rankfront', 'cache');
  return join(env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'rankfront');
}
