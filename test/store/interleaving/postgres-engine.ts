/** The queries of the store on a PostgreSQL server, READ COMMITTED, with the tables of a store there. */
import { setTimeout as delay } from 'node:timers/promises';
import {
  CompiledQuery,
  type Dialect,
  Kysely,
  PostgresAdapter,
  PostgresIntrospector,
  PostgresQueryCompiler,
} from 'kysely';
import { damagedDatabase } from '../../../src/store/postgres/damage.ts';
import { migrate } from '../../../src/store/postgres/migrate.ts';
import type { Database } from '../../../src/store/sql/schema.ts';
import type { StoreSession } from '../../../src/store/sql/session.ts';
import { type Engine, gatedDialect } from './engine.ts';
import { type Server, startServer } from './postgres-server.ts';
import { connectWire, type Wire } from './postgres-wire.ts';
import type { Gate } from './schedule.ts';

export async function postgresEngine(bin: string): Promise<Engine> {
  const server = await startServer(bin);
  const admin = await connectPatiently(server);
  await run(admin, 'create database store');
  const watcher = await connectWire(server.socket, 'store');
  const wires = [watcher, await connectWire(server.socket, 'store'), await connectWire(server.socket, 'store')];
  const alone: Gate = { pass: async () => {}, ended: () => {} };
  await sessionOf(watcher, alone).write('make the tables', trx => migrate(trx, 'postgres'));
  return {
    name: 'PostgreSQL',
    fresh: async () => {
      // All else goes with them; emptying tables that are all but empty takes far longer by truncate.
      for (const table of ['studies', 'environments']) await run(watcher, `delete from ${table}`);
      return {
        plain: sessionOf(watcher, alone),
        gated: async (actor, gate) => sessionOf(wires[actor + 1]!, gate),
        rules: { isBlocked: actor => isBlocked(watcher, wires[actor + 1]!.pid), locks: () => false },
        // Whatever a schedule that went wrong has left open.
        close: async () => {
          for (const wire of wires.slice(1)) await run(wire, 'rollback');
        },
      };
    },
    close: async () => {
      for (const wire of [admin, ...wires]) await wire.close();
      await server.stop();
    },
  };
}

const run = (wire: Wire, sql: string, parameters: unknown[] = []) =>
  wire.connection.executeQuery<Record<string, unknown>>(CompiledQuery.raw(sql, parameters));

/** The socket is there before the server takes connections. */
async function connectPatiently({ socket }: Server): Promise<Wire> {
  for (let tries = 0; ; tries++) {
    try {
      return await connectWire(socket, 'postgres');
    } catch (error) {
      if (tries > 500) throw error;
      await delay(20);
    }
  }
}

/** Whether the server's process of that id waits for a lock of another. */
async function isBlocked(watcher: Wire, pid: number): Promise<boolean> {
  const { rows } = await run(watcher, 'select cardinality(pg_blocking_pids($1::int)) as n', [pid]);
  return Number(rows[0]?.n) > 0;
}

function dialectOf(wire: Wire): Dialect {
  const statement = (sql: string) => async (): Promise<void> => {
    await run(wire, sql);
  };
  return {
    createAdapter: () => new PostgresAdapter(),
    createIntrospector: db => new PostgresIntrospector(db),
    createQueryCompiler: () => new PostgresQueryCompiler(),
    createDriver: () => ({
      init: async () => {},
      acquireConnection: async () => wire.connection,
      releaseConnection: async () => {},
      beginTransaction: statement('begin isolation level read committed'),
      commitTransaction: statement('commit'),
      rollbackTransaction: statement('rollback'),
      destroy: async () => {},
    }),
  };
}

function sessionOf(wire: Wire, gate: Gate): StoreSession {
  const db = new Kysely<Database>({ dialect: gatedDialect(dialectOf(wire), gate) });
  return {
    db,
    place: 'postgres',
    read: (_, work) => work(db),
    write: (_, work) => db.transaction().execute(work),
    now: Date.now,
    damaged: (action, sign, cause) => damagedDatabase('postgres', action, sign, cause),
    close: () => db.destroy(),
  };
}
