/** A PostgreSQL server of its own in a temporary folder, where this machine has one. */
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { chownSync, existsSync, globSync, mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';

/** The folder of `postgres` and `initdb`; null where there is none. */
export function postgresFolder(): string | null {
  const inPath = (process.env.PATH ?? '').split(delimiter).map(folder => join(folder, 'postgres'));
  const places = [...inPath, ...globSync('/usr/lib/postgresql/*/bin/postgres')].filter(path => existsSync(path));
  const folders = places.map(path => dirname(realpathSync(path)));
  return folders.find(folder => existsSync(join(folder, 'initdb'))) ?? null;
}

export interface Server {
  readonly socket: string;
  stop(): Promise<void>;
}

/** The server refuses to run as root: it runs as nobody then. */
export async function startServer(bin: string): Promise<Server> {
  const folder = mkdtempSync(join(tmpdir(), 'rf-pg-'));
  const nobody = process.geteuid?.() === 0 ? { uid: 65_534, gid: 65_534 } : null;
  if (nobody) chownSync(folder, nobody.uid, nobody.gid);
  const data = join(folder, 'data');
  const options = { ...(nobody ?? {}), cwd: folder, env: { PATH: process.env.PATH, LC_ALL: 'C' } };
  const initial = ['-D', data, '-U', 'postgres', '-A', 'trust', '--no-sync', '-E', 'UTF8', '--locale=C'];
  execFileSync(join(bin, 'initdb'), initial, { ...options, stdio: 'pipe' });
  const settings = ['fsync=off', 'listen_addresses=', `unix_socket_directories=${folder}`, 'deadlock_timeout=200ms'];
  const args = ['-D', data, ...settings.flatMap(setting => ['-c', setting])];
  const child: ChildProcess = spawn(join(bin, 'postgres'), args, { ...options, stdio: 'ignore' });
  const ended = new Promise<void>(resolve => child.once('exit', () => resolve()));
  const socket = join(folder, '.s.PGSQL.5432');
  const deadline = performance.now() + 60_000;
  while (!existsSync(socket)) {
    if (child.exitCode !== null || performance.now() > deadline) throw new Error('the server did not start');
    await delay(20);
  }
  return {
    socket,
    stop: async () => {
      child.kill('SIGINT');
      await ended;
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
