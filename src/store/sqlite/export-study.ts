/** One study of a store as a file of its own: small, complete, and readable where nothing may be written. */
import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, renameSync, rmSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { sql } from 'kysely';
import { UserError } from '../../errors/user-error.ts';
import { openStoreSession } from '../open.ts';
import { nobody } from '../sql/finish.ts';
import type { StoreSession } from '../sql/session.ts';
import { patience, worded } from './failures.ts';
import { openSqliteSession } from './session.ts';

/**
 * Writes the study `name` with everything that belongs to it, and nothing else of the store, to `outPath`. The file is without
 * journals beside it and is a store itself. Trials that wait or run are kept as waiting. `outPath` appears when it is whole.
 *
 * Throws a UserError when there is no such study, when `outPath` exists, or when it cannot be written.
 */
export async function exportStudy(storePath: string, name: string, outPath: string): Promise<void> {
  const target = resolve(outPath);
  demandFree(target, outPath);
  const store = await openStoreSession(storePath, { readOnly: true });
  try {
    await demandStudy(store, name);
    mkdirSync(dirname(target), { recursive: true });
    await writeWhole(store, name, target);
  } catch (error) {
    throw worded(error, outPath, `write the study "${name}"`);
  } finally {
    await store.close();
  }
}

async function writeWhole(store: StoreSession, name: string, target: string): Promise<void> {
  const temporary = `${target}.${randomBytes(4).toString('hex')}.tmp`;
  try {
    await sql`vacuum into ${temporary}`.execute(store.db);
    const copy = openSqliteSession(temporary, { place: target, readOnly: false, patience });
    try {
      await keepOnly(copy, name);
    } finally {
      await copy.close();
    }
    renameSync(temporary, target);
  } finally {
    for (const suffix of ['', '-journal', '-wal', '-shm']) rmSync(`${temporary}${suffix}`, { force: true });
  }
}

async function keepOnly({ db, write }: StoreSession, name: string): Promise<void> {
  await write('leave out other studies', async trx => {
    await trx.deleteFrom('studies').where('name', '<>', name).execute();
    await trx
      .deleteFrom('environments')
      .where('id', 'not in', trx.selectFrom('observations').select('environment_id'))
      .where(
        'id',
        'not in',
        trx
          .selectFrom('revisions')
          .select(({ ref }) => ref('environment_id').$notNull().as('id'))
          .where('environment_id', 'is not', null),
      )
      .execute();
    await trx
      .updateTable('trials')
      .set({ state: 'waiting', ...nobody })
      .where('state', '=', 'running')
      .execute();
  });
  // In WAL mode a reader needs files beside it, which a folder of reference studies cannot offer.
  await sql`pragma journal_mode = delete`.execute(db);
  await sql`vacuum`.execute(db);
}

async function demandStudy({ db }: StoreSession, name: string): Promise<void> {
  const studies = await db.selectFrom('studies').select('name').orderBy('id').execute();
  if (studies.some(study => study.name === name)) return;
  const names = studies.map(study => `"${study.name}"`).join(', ');
  throw new UserError(
    `Cannot export the study "${name}": the store has ${names ? `only ${names}` : 'no study'}.`,
    'Give the name of one with --study.',
  );
}

function demandFree(target: string, outPath: string): void {
  if (!existsSync(target)) return;
  throw new UserError(`Cannot export to "${outPath}": the file exists.`, 'Remove it or give another path.');
}
