/** A Kysely dialect for node:sqlite: Kysely's own SQLite compiler and introspector over one connection. */
import type { DatabaseSync, SQLInputValue } from 'node:sqlite';
import {
  CompiledQuery,
  type DatabaseConnection,
  type Dialect,
  type Driver,
  type QueryResult,
  type RootOperationNode,
  SqliteAdapter,
  SqliteIntrospector,
  SqliteQueryCompiler,
} from 'kysely';

/** Whoever opened the database closes it, after `destroy`: Kysely destroys nothing that it has not used. */
export const nodeSqliteDialect = (database: DatabaseSync): Dialect => ({
  createAdapter: () => new TransactionalSqliteAdapter(),
  createDriver: () => nodeSqliteDriver(database),
  createIntrospector: db => new SqliteIntrospector(db),
  createQueryCompiler: () => new SqliteQueryCompiler(),
});

/** SQLite rolls back a schema change like any other; Kysely leaves that unused, and a half-applied migration could remain. */
class TransactionalSqliteAdapter extends SqliteAdapter {
  override get supportsTransactionalDdl(): boolean {
    return true;
  }
}

function nodeSqliteDriver(database: DatabaseSync): Driver {
  const connection = nodeSqliteConnection(database);
  const run = async (sql: string): Promise<void> => {
    await connection.executeQuery(CompiledQuery.raw(sql));
  };
  // One connection: whoever wants it waits until those who asked before have given it back.
  const waiting: (() => void)[] = [];
  let taken = false;
  return {
    init: async () => {},
    acquireConnection: async () => {
      if (taken) await new Promise<void>(resolve => waiting.push(resolve));
      taken = true;
      return connection;
    },
    releaseConnection: async () => {
      const next = waiting.shift();
      if (next) next();
      else taken = false;
    },
    // A transaction that turns into a writer half way cannot wait for another writer: it takes the write lock at once.
    beginTransaction: () => run('begin immediate'),
    commitTransaction: () => run('commit'),
    rollbackTransaction: async () => {
      try {
        await run('rollback');
      } catch (error) {
        // A full disk has rolled it back already, and the error to hear of is that one.
        if (!/no transaction is active/.test(String(error))) throw error;
      }
    },
    destroy: async () => {},
  };
}

function nodeSqliteConnection(database: DatabaseSync): DatabaseConnection {
  return {
    executeQuery: async <R>({ sql, parameters, query }: CompiledQuery): Promise<QueryResult<R>> => {
      const statement = database.prepare(sql);
      const values = parameters as readonly SQLInputValue[];
      if (returnsRows(query)) return { rows: statement.all(...values) as R[] };
      const { changes, lastInsertRowid } = statement.run(...values);
      return { rows: [], numAffectedRows: BigInt(changes), insertId: BigInt(lastInsertRowid) };
    },
    streamQuery: async function* <R>({ sql, parameters }: CompiledQuery): AsyncIterableIterator<QueryResult<R>> {
      for (const row of database.prepare(sql).iterate(...(parameters as readonly SQLInputValue[]))) {
        yield { rows: [row as R] };
      }
    },
  };
}

/** Raw SQL may return rows or not; `all` gives none for a statement that has none. */
const returnsRows = (query: RootOperationNode): boolean =>
  query.kind === 'SelectQueryNode' ||
  query.kind === 'RawNode' ||
  ('returning' in query && query.returning !== undefined);
