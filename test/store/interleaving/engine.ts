/** A database that two sessions write to side by side, a statement at a time. */
import type { DatabaseConnection, Dialect, Driver } from 'kysely';
import type { StoreSession } from '../../../src/store/sql/session.ts';
import type { Gate, Rules } from './schedule.ts';

export interface Place {
  /** For what is done before and after, alone. */
  readonly plain: StoreSession;
  /** One for each gate. */
  gated(actor: number, gate: Gate): Promise<StoreSession>;
  readonly rules: Rules;
  close(): Promise<void>;
}

export interface Engine {
  readonly name: string;
  /** An empty store. */
  fresh(): Promise<Place>;
  close(): Promise<void>;
}

/** The same dialect; each statement waits at the gate first. */
export function gatedDialect(dialect: Dialect, gate: Gate): Dialect {
  const connections = new WeakMap<DatabaseConnection, DatabaseConnection>();
  return {
    createAdapter: () => dialect.createAdapter(),
    createIntrospector: db => dialect.createIntrospector(db),
    createQueryCompiler: () => dialect.createQueryCompiler(),
    createDriver: () => {
      const driver = dialect.createDriver();
      const inner = new WeakMap<DatabaseConnection, DatabaseConnection>();
      const own = (connection: DatabaseConnection): DatabaseConnection => inner.get(connection) ?? connection;
      return {
        init: () => driver.init(),
        acquireConnection: async () => {
          const connection = await driver.acquireConnection();
          const known = connections.get(connection);
          const gated: DatabaseConnection = known ?? {
            executeQuery: async query => {
              await gate.pass(query.sql);
              return connection.executeQuery(query);
            },
            streamQuery: () => {
              throw new Error('no statement of the store is streamed');
            },
          };
          connections.set(connection, gated);
          inner.set(gated, connection);
          return gated;
        },
        releaseConnection: connection => driver.releaseConnection(own(connection)),
        beginTransaction: (connection, settings) => driver.beginTransaction(own(connection), settings),
        commitTransaction: async connection => {
          await gate.pass('commit');
          await driver.commitTransaction(own(connection));
        },
        rollbackTransaction: connection => driver.rollbackTransaction(own(connection)),
        destroy: () => driver.destroy(),
      } satisfies Driver;
    },
  };
}
