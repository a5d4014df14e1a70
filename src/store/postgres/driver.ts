/** A Kysely dialect for `pg`: Kysely's own PostgreSQL compiler over a pool of connections, which are thrown away once they are lost. */
import {
  CompiledQuery,
  type DatabaseConnection,
  type Dialect,
  type Driver,
  PostgresAdapter,
  PostgresIntrospector,
  PostgresQueryCompiler,
  type QueryResult,
} from 'kysely';
import type { Pool, PoolClient } from 'pg';
import { connectionLost } from './failures.ts';

interface Connection extends DatabaseConnection {
  readonly client: PoolClient;
  lost: Error | null;
}

/** Whoever made the pool ends it, after `destroy`. @param settings statements that each new connection begins with */
export const pgDialect = (pool: Pool, settings: string): Dialect => ({
  createAdapter: () => new PostgresAdapter(),
  createDriver: () => pgDriver(pool, settings),
  createIntrospector: db => new PostgresIntrospector(db),
  createQueryCompiler: () => new PostgresQueryCompiler(),
});

function pgDriver(pool: Pool, settings: string): Driver {
  const set = new WeakSet<PoolClient>();
  const run = (connection: DatabaseConnection, sql: string) => connection.executeQuery(CompiledQuery.raw(sql));
  return {
    init: async () => {},
    acquireConnection: async () => {
      const client = await pool.connect();
      const connection = connectionOver(client);
      if (set.has(client)) return connection;
      try {
        await client.query(settings);
      } catch (error) {
        client.release(error as Error);
        throw error;
      }
      set.add(client);
      return connection;
    },
    releaseConnection: async connection => {
      const { client, lost } = connection as Connection;
      client.release(lost ?? undefined);
    },
    beginTransaction: async (connection, { isolationLevel, accessMode }) => {
      const level = isolationLevel ?? 'read committed';
      await run(connection, `start transaction isolation level ${level} ${accessMode ?? ''}`);
    },
    commitTransaction: async connection => {
      await run(connection, 'commit');
    },
    rollbackTransaction: async connection => {
      // The error to hear of is the one before; a connection that cannot be rolled back is not used again.
      await run(connection, 'rollback').catch(error => {
        (connection as Connection).lost ??= error as Error;
      });
    },
    destroy: async () => {},
  };
}

function connectionOver(client: PoolClient): Connection {
  const connection: Connection = {
    client,
    lost: null,
    executeQuery: async <R>({ sql, parameters }: CompiledQuery): Promise<QueryResult<R>> => {
      try {
        // Several statements in one text have a result each.
        const results = [await client.query(sql, parameters.map(storable))].flat();
        const rows = results.flatMap(result => result.rows as R[]);
        return { rows, numAffectedRows: BigInt(results.at(-1)?.rowCount ?? 0) };
      } catch (error) {
        if (connectionLost(error)) connection.lost = error as Error;
        throw error;
      }
    },
    streamQuery: () => {
      throw new Error('no statement of the store is streamed');
    },
  };
  return connection;
}

/** PostgreSQL keeps no text with a NUL in it, which messages of other programs may have. */
const storable = (value: unknown): unknown => (typeof value === 'string' ? value.replaceAll('\0', '\ufffd') : value);
