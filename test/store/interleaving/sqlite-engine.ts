/**
 * SQLite without its one write lock: each statement is a transaction of its own, and both sessions see at once what the other has written.
 * Of what a database like PostgreSQL keeps from others until a transaction ends, only the row of counters is kept: every order that
 * a database with more locks allows is tried, and more.
 */
import { copyFileSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { Kysely, type Transaction } from 'kysely';
import { openStoreSession } from '../../../src/store/open.ts';
import type { Database } from '../../../src/store/sql/schema.ts';
import type { StoreSession } from '../../../src/store/sql/session.ts';
import { damaged } from '../../../src/store/sqlite/damage.ts';
import { nodeSqliteDialect } from '../../../src/store/sqlite/dialect.ts';
import { type Engine, gatedDialect } from './engine.ts';
import type { Gate } from './schedule.ts';

export async function sqliteEngine(): Promise<Engine> {
  const folder = mkdtempSync(join(tmpdir(), 'rankfront-test-'));
  const empty = join(folder, 'empty.sqlite');
  await (await openStoreSession(empty)).close();
  let count = 0;
  return {
    name: 'SQLite, statement by statement',
    fresh: async () => {
      const file = join(folder, `${count++}.sqlite`);
      copyFileSync(empty, file);
      const alone: Gate = { pass: async () => {}, ended: () => {} };
      const open = [sessionOf(file, alone)];
      return {
        plain: open[0]!,
        gated: async (_, gate) => {
          const session = sessionOf(file, gate);
          open.push(session);
          return session;
        },
        rules: { isBlocked: async () => false, locks: statement => statement.startsWith('update "counters"') },
        close: async () => {
          for (const session of open) await session.close();
          for (const suffix of ['', '-wal', '-shm']) rmSync(`${file}${suffix}`, { force: true });
        },
      };
    },
    close: async () => rmSync(folder, { recursive: true }),
  };
}

function sessionOf(file: string, gate: Gate): StoreSession {
  const database = new DatabaseSync(file);
  database.exec('pragma synchronous = off; pragma foreign_keys = on');
  const db = new Kysely<Database>({ dialect: gatedDialect(nodeSqliteDialect(database), gate) });
  return {
    db,
    place: file,
    read: (_, work) => work(db),
    write: async (_, work) => {
      try {
        return await work(db as unknown as Transaction<Database>);
      } finally {
        gate.ended();
      }
    },
    now: Date.now,
    damaged: (action, sign, cause) => damaged(file, action, sign, cause),
    close: async () => {
      await db.destroy();
      database.close();
    },
  };
}
