/** Studies deleted, renamed and copied: each is one transaction, so that a study is there wholly or not at all. */
import { type Kysely, sql } from 'kysely';
import { currentOwner } from '../host/process-identity.ts';
import { insertEnvironmentsFirst, insertStudy } from './copy/copy-study.ts';
import { openStoreSession } from './open.ts';
import { fileOfStore } from './place.ts';
import { removeStudy, renameStudy as renamed, studyRowOf } from './sql/remove.ts';
import type { Database } from './sql/schema.ts';
import type { StoreSession } from './sql/session.ts';

export interface CareOptions {
  /** Whether a search that has not ended counts as over where nobody holds a trial of it; false by default. */
  readonly force?: boolean;
}

/** @throws UserError where there is no such study, and while a process works on it, which is named */
export const deleteStudy = (place: string, name: string, { force = false }: CareOptions = {}): Promise<void> =>
  written(
    place,
    `delete the study "${name}"`,
    session => db => removeStudy(db, name, { here: currentOwner(), nowMs: session.now(), force }),
  );

/** @throws UserError as `deleteStudy` does, and where the new name is taken */
export const renameStudy = (
  place: string,
  name: string,
  newName: string,
  { force = false }: CareOptions = {},
): Promise<void> =>
  written(
    place,
    `rename the study "${name}"`,
    session => db => renamed(db, name, newName, { here: currentOwner(), nowMs: session.now(), force }),
  );

type Work = Parameters<StoreSession['write']>[1];

async function written(place: string, action: string, work: (session: StoreSession) => Work): Promise<void> {
  const session = await openStoreSession(place, { mustExist: true });
  try {
    await session.write(action, work(session));
  } finally {
    await session.close();
  }
}

/** Where a study is copied to. */
export interface Copied {
  readonly place: string;
  readonly name: string;
  /** What is being done, for errors: completes "Cannot ... the study"; `copy` by default. */
  readonly action?: string;
}

/**
 * Copies a study as it is at this moment, whether a search goes on or not. The store at `to.place` is made where there is none.
 *
 * @throws UserError where there is no such study, or the name is taken
 */
export async function copyStudy(place: string, name: string, to: Copied): Promise<void> {
  const { action: verb = 'copy', name: newName } = to;
  const action = `${verb} the study "${name}"`;
  const source = await openStoreSession(place, { readOnly: true });
  try {
    const target = await openStoreSession(to.place);
    try {
      const { id } = await source.read(action, read => studyRowOf(read, name, verb));
      await insertEnvironmentsFirst(source, target, id, action);
      await target.write(action, write =>
        ofOneMoment(source, action, read => insertStudy(read, write, { id, name: newName }, action)),
      );
    } finally {
      await target.close();
    }
  } finally {
    await source.close();
  }
}

/** Runs statements that change nothing and all see the same moment, whatever is written meanwhile. */
async function ofOneMoment<T>(
  session: StoreSession,
  action: string,
  work: (db: Kysely<Database>) => Promise<T>,
): Promise<T> {
  // A server reads everything so.
  if (fileOfStore(session.place) === undefined) return session.read(action, work);
  return session.db.connection().execute(async db => {
    await sql`begin`.execute(db);
    try {
      return await work(db);
    } finally {
      await sql`rollback`.execute(db);
    }
  });
}
