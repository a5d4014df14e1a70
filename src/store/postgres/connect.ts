/** Connections to a PostgreSQL server. The package `pg` is loaded here, and only when a store is a database. */
import { Socket } from 'node:net';
import type { Pool, PoolConfig } from 'pg';
import { DamagedColumn } from '../sql/damage.ts';

/** Of a store: one writes, the others read. */
const connections = 3;

/** What does not answer for so long counts as gone. */
const connectMs = 10_000;

/** By the numbers of pg_type. */
const oid = { bytea: 17, int8: 20, numeric: 1700 } as const;

export interface OpenPool {
  readonly pool: Pool;
  close(): Promise<void>;
}

/**
 * @param url as `storePlaceOf` has it
 * @param answerMs how long any statement may take
 */
export async function connectPool(url: string, answerMs: number): Promise<OpenPool> {
  const { default: pg } = await import('pg');
  const sockets = new Set<Socket>();
  const pool = new pg.Pool({
    connectionString: url,
    max: connections,
    connectionTimeoutMillis: connectMs,
    idleTimeoutMillis: 30_000,
    allowExitOnIdle: true,
    keepAlive: true,
    stream: () => {
      const socket = new Socket();
      sockets.add(socket);
      return socket.once('close', () => sockets.delete(socket));
    },
    // The server gives up first, and says so.
    query_timeout: answerMs + 5000,
    fallback_application_name: 'rankfront',
    types: {
      getTypeParser: (type: number, format: string) => reader(type) ?? pg.types.getTypeParser(type, format as 'text'),
    },
  } as PoolConfig);
  // A connection that is lost while nobody uses it is made again by the next who needs one.
  pool.on('error', () => {});
  pool.on('connect', client => {
    client.on('error', () => {});
  });
  return {
    pool,
    close: async () => {
      await pool.end();
      // `pg` leaves those open on which it could not say who it is, and the process would wait for the server to close them.
      for (const socket of sockets) socket.destroy();
    },
  };
}

function reader(type: number): ((text: string) => unknown) | null {
  switch (type) {
    case oid.int8:
    case oid.numeric:
      return wholeNumber;
    case oid.bytea:
      return text => Uint8Array.from(Buffer.from(text.slice(2), 'hex'));
    default:
      return null;
  }
}

/** `pg` hands these over as text, since not all of them are numbers of JavaScript; all that this program writes are. */
function wholeNumber(text: string): number {
  const value = Number(text);
  if (!Number.isSafeInteger(value)) throw new DamagedColumn(`expected an integer, found ${text.slice(0, 30)}`);
  return value;
}
