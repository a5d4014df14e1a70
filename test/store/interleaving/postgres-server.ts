/** A PostgreSQL server of its own in a temporary folder, where this machine has one. */
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { chownSync, existsSync, globSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
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
  /** The folder of the socket, as `host` of a URL. */
  readonly folder: string;
  /** Ends it at once, as a crash does, or in order; its content stays. */
  halt(how: 'crash' | 'order'): Promise<void>;
  /** Again, after `halt`. */
  resume(): Promise<void>;
  stop(): Promise<void>;
}

/** Everybody may come in without a password, except a user of this name. */
export const guarded = 'guarded';

const access = `local all ${guarded} scram-sha-256\nlocal all all trust\n`;

/** The server refuses to run as root: it runs as nobody then. @param more settings, such as `fsync=on` */
export async function startServer(bin: string, more: readonly string[] = []): Promise<Server> {
  const folder = mkdtempSync(join(tmpdir(), 'rf-pg-'));
  const nobody = process.geteuid?.() === 0 ? { uid: 65_534, gid: 65_534 } : null;
  if (nobody) chownSync(folder, nobody.uid, nobody.gid);
  const data = join(folder, 'data');
  const options = { ...(nobody ?? {}), cwd: folder, env: { PATH: process.env.PATH, LC_ALL: 'C' } };
  const initial = ['-D', data, '-U', 'postgres', '-A', 'trust', '--no-sync', '-E', 'UTF8', '--locale=C'];
  execFileSync(join(bin, 'initdb'), initial, { ...options, stdio: 'pipe' });
  writeFileSync(join(data, 'pg_hba.conf'), access);
  const where = ['listen_addresses=', `unix_socket_directories=${folder}`];
  const settings = ['fsync=off', ...where, 'deadlock_timeout=200ms', 'shared_buffers=32MB', ...more];
  const args = ['-D', data, ...settings.flatMap(setting => ['-c', setting])];
  const socket = join(folder, '.s.PGSQL.5432');
  let child: ChildProcess;
  let ended: Promise<void> = Promise.resolve();
  const resume = async (): Promise<void> => {
    child = spawn(join(bin, 'postgres'), args, { ...options, stdio: 'ignore' });
    ended = new Promise<void>(resolve => child.once('exit', () => resolve()));
    const deadline = performance.now() + 60_000;
    while (!existsSync(socket)) {
      if (child.exitCode !== null || performance.now() > deadline) throw new Error('the server did not start');
      await delay(20);
    }
  };
  const halt = async (how: 'crash' | 'order'): Promise<void> => {
    child.kill(how === 'crash' ? 'SIGQUIT' : 'SIGINT');
    await ended;
    rmSync(socket, { force: true });
  };
  await resume();
  return {
    socket,
    folder,
    halt,
    resume,
    stop: async () => {
      await halt('order');
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
