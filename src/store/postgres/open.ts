/** Opens a store that is a PostgreSQL database: its tables are made, brought up to date or only read. */
import { sql } from 'kysely';
import { UserError } from '../../errors/user-error.ts';
import type { Patience, StoreOptions } from '../options.ts';
import { shownPlace } from '../place.ts';
import type { StoreSession } from '../sql/session.ts';
import { patience, persistently } from './failures.ts';
import { migrate, type SchemaState, schemaState } from './migrate.ts';
import { serverClock } from './open-stores.ts';
import { openPostgresSession, type PostgresSession } from './session.ts';
import { worded } from './words.ts';

/** A server that is not there at the beginning is hardly about to come. */
const openWithinMs = 10_000;

/**
 * A session on a store whose schema is that of this version. Throws a UserError when there is none that can be opened so, or none can be
 * made there.
 */
export async function openDatabase(url: string, options: StoreOptions): Promise<StoreSession> {
  const place = shownPlace(url);
  const { readOnly = false, clock, onWaiting } = options;
  const limits = options.patience ?? patience;
  const session = await openPostgresSession(url, { place, readOnly, patience: limits, clock, onWaiting });
  try {
    return await (readOnly ? openedToRead : openedToWrite)(session, limits, options);
  } catch (error) {
    await session.close();
    throw error;
  }
}

async function openedToWrite(
  session: PostgresSession,
  limits: Patience,
  { mustExist }: StoreOptions,
): Promise<StoreSession> {
  const { place, db } = session;
  const state = await look(session, limits);
  if (state.kind === 'empty' && mustExist) throw nothingThere(place);
  if (state.kind === 'empty' || state.pending.length > 0) {
    await persistently(place, 'create the tables', limits, () => db.transaction().execute(trx => migrate(trx, place)));
    await look(session, limits);
  }
  await session.enter();
  return session;
}

async function openedToRead(session: PostgresSession, limits: Patience): Promise<StoreSession> {
  const { place } = session;
  const state = await look(session, limits);
  if (state.kind === 'empty') throw nothingThere(place);
  if (state.pending.length > 0)
    throw new UserError(
      `Cannot read the store "${place}": rankfront ${state.by} made it (schema before ${state.pending[0]}).`,
      'Open it once to write, such as by "rankfront search": that brings it up to date.',
    );
  return {
    ...session,
    write: async action => {
      throw new UserError(
        `Cannot ${action} in the store "${place}": it was opened only to be read.`,
        'Open it to be written to.',
      );
    },
  };
}

/** What is there, on a server that can keep a store. */
async function look(
  { place, db, heard }: PostgresSession,
  limits: Patience,
): Promise<Exclude<SchemaState, { readonly kind: 'foreign' }>> {
  const giveUpMs = Math.min(limits.giveUpMs, openWithinMs);
  const state = await persistently(place, 'look for trials', { giveUpMs }, async () => {
    try {
      heard(await demandServer(db, place));
      return await schemaState(db, place);
    } catch (error) {
      throw unexpected(error, place);
    }
  });
  if (state.kind !== 'foreign') return state;
  throw new UserError(
    `Cannot open the store "${place}": expected a store of rankfront or an empty database, ` +
      `found tables of another program (${state.tables}).`,
    'Give the name of another database, or make one by createdb.',
  );
}

/** Returns the time there. */
async function demandServer(db: StoreSession['db'], place: string): Promise<number> {
  const { rows } = await sql<{ version: number; named: string; encoding: string; schema: string | null; now: number }>`
    select current_setting('server_version_num')::int as version, current_setting('server_version') as named,
      current_setting('server_encoding') as encoding, current_schema() as schema,
      ${serverClock} as now`.execute(db);
  const [{ version, named, encoding, schema, now } = { version: 0, named: '', encoding: '', schema: null, now: 0 }] =
    rows;
  const refuse = (found: string, wayOut: string): never => {
    throw new UserError(`Cannot open the store "${place}": ${found}.`, wayOut);
  };
  if (version < 150_000) refuse(`it needs PostgreSQL 15 or newer, and this is ${named}`, 'Give a newer server.');
  if (encoding !== 'UTF8')
    refuse(`the database keeps text as ${encoding}, and must as UTF8`, 'Make one by createdb --encoding=UTF8.');
  if (schema === null) refuse('it has no schema that the user may use', 'Ask for the right to use its schema.');
  return now;
}

/** What `pg` refuses before it has asked a server, such as a file of certificates that is not there. */
function unexpected(error: unknown, place: string): unknown {
  const code = (error as { code?: unknown }).code;
  if (typeof code === 'string' || worded(error, place, 'look for trials', null) !== error) return error;
  return new UserError(
    `Cannot open the store "${place}": ${(error as Error).message.split('\n')[0]}.`,
    'Check the URL, and what follows the "?" in it.',
  );
}

const nothingThere = (place: string): UserError =>
  new UserError(
    `Cannot read the store "${place}": the database holds no studies.`,
    'Give another with --store, or make one with "rankfront search".',
  );
