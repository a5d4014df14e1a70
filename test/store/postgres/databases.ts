/** Databases for tests, on a server that RANKFRONT_TEST_POSTGRES names or on one of this machine's own. */
import { setTimeout as delay } from 'node:timers/promises';
import pg from 'pg';
import { postgresFolder, type Server, startServer } from '../interleaving/postgres-server.ts';

const given = process.env.RANKFRONT_TEST_POSTGRES;
const bin = postgresFolder();

/** Whether there is any server, and whether there is one that a test may stop and start. */
export const hasPostgres = given !== undefined || bin !== null;
export const hasOwnServer = bin !== null;
export const skipped = 'skipped where there is no server on this machine and RANKFRONT_TEST_POSTGRES names none';

export interface Databases {
  /** A URL of a new, empty database. */
  create(): Promise<string>;
  drop(url: string): Promise<void>;
  /** The same database, as another user or through another host. */
  as(url: string, changes: { readonly user?: string; readonly password?: string; readonly port?: number }): string;
  /** Runs statements as the owner of everything. */
  run(url: string, sql: string): Promise<readonly Record<string, unknown>[]>;
  /** Null where the server is not of this test. */
  readonly server: Server | null;
  close(): Promise<void>;
}

let count = 0;

/** @param own a server that this test may stop; with its settings */
export async function openDatabases(own?: readonly string[]): Promise<Databases> {
  const server = given !== undefined && own === undefined ? null : await startServer(bin ?? '', own);
  const base = server ? `postgres://postgres@/postgres?host=${encodeURIComponent(server.folder)}` : (given ?? '');
  const admin = server ? base.replace('postgres@/', '/').concat('&user=postgres') : base;
  const run = async (url: string, sql: string): Promise<readonly Record<string, unknown>[]> => {
    const client = await connected(url);
    try {
      return (await client.query(sql)).rows;
    } finally {
      await client.end();
    }
  };
  return {
    server,
    run,
    create: async () => {
      const name = `rankfront_test_${process.pid}_${Date.now()}_${count++}`;
      await run(admin, `create database ${name}`);
      return onDatabase(admin, name);
    },
    drop: async url => {
      await run(admin, `drop database if exists ${new URL(url).pathname.slice(1)} with (force)`);
    },
    as: (url, { user, password, port }) => {
      const changed = new URL(url);
      if (port !== undefined) {
        changed.searchParams.delete('host');
        changed.searchParams.delete('user');
        const name = user ?? 'postgres';
        return `postgres://${name}${password === undefined ? '' : `:${password}`}@127.0.0.1:${port}${changed.pathname}`;
      }
      if (user !== undefined) changed.searchParams.set('user', user);
      if (password !== undefined) changed.searchParams.set('password', password);
      return changed.href;
    },
    close: async () => {
      await server?.stop();
    },
  };
}

function onDatabase(url: string, name: string): string {
  const changed = new URL(url);
  changed.pathname = `/${name}`;
  return changed.href;
}

/** The socket is there before the server takes connections. */
async function connected(url: string): Promise<pg.Client> {
  for (let tries = 0; ; tries++) {
    const client = new pg.Client({ connectionString: url });
    client.on('error', () => {});
    try {
      await client.connect();
      return client;
    } catch (error) {
      if (tries > 500 || (error as { code?: string }).code === '3D000') throw error;
      await delay(20);
    }
  }
}
