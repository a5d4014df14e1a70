/** The queries of the store on a PostgreSQL server, READ COMMITTED, with the tables that SQLite has. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { setTimeout as delay } from 'node:timers/promises';
import {
  CompiledQuery,
  type Dialect,
  Kysely,
  PostgresAdapter,
  PostgresIntrospector,
  PostgresQueryCompiler,
} from 'kysely';
import { openStoreSession } from '../../../src/store/open.ts';
import type { Database } from '../../../src/store/sql/schema.ts';
import type { Session } from '../../../src/store/sql/session.ts';
import { damaged } from '../../../src/store/sqlite/damage.ts';
import { type Engine, gatedDialect } from './engine.ts';
import { type Server, startServer } from './postgres-server.ts';
import { connectWire, type Wire } from './postgres-wire.ts';
import type { Gate } from './schedule.ts';

export async function postgresEngine(bin: string): Promise<Engine> {
  const server = await startServer(bin);
  const admin = await connectPatiently(server);
  await run(admin, 'create database store');
  const watcher = await connectWire(server.socket, 'store');
  for (const statement of await definitions()) await run(watcher, statement);
  const wires = [watcher, await connectWire(server.socket, 'store'), await connectWire(server.socket, 'store')];
  const alone: Gate = { pass: async () => {}, ended: () => {} };
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

function sessionOf(wire: Wire, gate: Gate): Session {
  const db = new Kysely<Database>({ dialect: gatedDialect(dialectOf(wire), gate) });
  return {
    db,
    place: 'postgres',
    read: (_, work) => work(db),
    write: (_, work) => db.transaction().execute(work),
    now: Date.now,
    damaged: (action, sign, cause) => damaged('postgres', action, sign, cause),
    close: () => db.destroy(),
  };
}

/** The tables of a new store, read from SQLite and said in PostgreSQL's words, with their keys. */
async function definitions(): Promise<readonly string[]> {
  const folder = mkdtempSync(join(tmpdir(), 'rankfront-test-'));
  const file = join(folder, 'store.sqlite');
  await (await openStoreSession(file)).close();
  const database = new DatabaseSync(file);
  const all = (sql: string) => database.prepare(sql).all() as Record<string, string | number>[];
  const tables = all(`select name from sqlite_master where type = 'table' and name not like 'kysely_%'`).map(
    ({ name }) => String(name),
  );
  const statements: string[] = [];
  const keys: string[] = [];
  const types: Record<string, string> = { blob: 'bytea', integer: 'bigint' };
  const list = (names: readonly unknown[]): string => names.map(name => `"${name}"`).join(', ');
  for (const table of tables) {
    const columns = all(`select * from pragma_table_info('${table}')`);
    const primary = columns.filter(({ pk }) => Number(pk) > 0).sort((a, b) => Number(a.pk) - Number(b.pk));
    const lines = columns.map(({ name, type, notnull }) => {
      const sqlType = types[String(type).toLowerCase()] ?? String(type).toLowerCase();
      const identity = name === 'id' ? ' generated by default as identity' : '';
      return `"${name}" ${sqlType}${identity}${notnull ? ' not null' : ''}`;
    });
    lines.push(`primary key (${list(primary.map(({ name }) => name))})`);
    for (const index of all(`select * from pragma_index_list('${table}')`)) {
      const own = list(all(`select name from pragma_index_info('${index.name}')`).map(({ name }) => name));
      if (index.origin === 'u') lines.push(`unique (${own})`);
      else if (index.origin === 'c') keys.push(`create index on "${table}" (${own})`);
    }
    const foreign = Map.groupBy(all(`select * from pragma_foreign_key_list('${table}')`), ({ id }) => id);
    for (const columns of foreign.values()) {
      const [{ table: target, on_delete } = {}] = columns;
      const [from, to] = [list(columns.map(each => each.from)), list(columns.map(each => each.to))];
      keys.push(
        `alter table "${table}" add foreign key (${from}) references "${target}" (${to}) on delete ${on_delete}`,
      );
    }
    statements.push(`create table "${table}" (${lines.join(', ')})`);
  }
  database.close();
  rmSync(folder, { recursive: true });
  return [...statements, ...keys];
}
