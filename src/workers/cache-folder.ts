import { homedir } from 'node:os';
import { join } from 'node:path';

/** Where what can be computed again is kept: RANKFRONT_CACHE, else the folder for caches that the system names. */
export function cacheFolder(env: NodeJS.ProcessEnv = process.env): string {
  if (env.RANKFRONT_CACHE) return env.RANKFRONT_CACHE;
  if (process.platform === 'win32' && env.LOCALAPPDATA) return join(env.LOCALAPPDATA, 'rankfront', 'cache');
  return join(env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'rankfront');
}
