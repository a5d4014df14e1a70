/** One study, from the store that it is read from into a transaction of another, or of the same under another name. */
import type { Kysely, Transaction } from 'kysely';
import { demandFreeName } from '../sql/remove.ts';
import type { Database } from '../sql/schema.ts';
import type { StoreSession } from '../sql/session.ts';
import { environmentsOf, environmentsOfStudy, headOf } from './content.ts';
import { eachBatch, environmentsIn, studyHash } from './digest.ts';
import { insertEnvironments, insertHead, insertTrials } from './insert.ts';

export interface Inserted {
  readonly studyId: number;
  readonly trials: number;
  /** Of what was read, under the new name: what `studyDigest` says of the copy where each row arrived. */
  readonly sha256: string;
  /** How often the study had been written to when its head was read. */
  readonly revision: number;
}

/**
 * Trials that run are copied as waiting: nobody works on the copy.
 *
 * @param from best as it is at one moment
 * @param action completes "Cannot ..."
 * @throws UserError where the name is taken
 */
export async function insertStudy(
  from: Kysely<Database>,
  to: Transaction<Database>,
  { id, name }: { readonly id: number; readonly name: string },
  action: string,
): Promise<Inserted> {
  await demandFreeName(to, name, action);
  const found = await headOf(from, id);
  const head = { ...found, study: { ...found.study, name } };
  const inserted = await insertHead(to, head);
  const hash = studyHash(head);
  let trials = 0;
  await eachBatch(from, id, async contents => {
    const measuredIn = await environmentsOf(from, environmentsIn(contents));
    await insertEnvironments(to, measuredIn);
    await insertTrials(to, inserted, contents, measuredIn);
    hash.add(contents, measuredIn);
    trials += contents.length;
  });
  return { studyId: inserted.studyId, trials, sha256: hash.sha256(), revision: Number(head.counters.revision) };
}

/** What its observations were measured in, in a transaction of its own: others may wait for the same rows, and a study takes long. */
export async function insertEnvironmentsFirst(
  source: StoreSession,
  target: StoreSession,
  studyId: number,
  action: string,
): Promise<void> {
  const environments = await source.read(action, db => environmentsOfStudy(db, studyId));
  await target.write(action, trx => insertEnvironments(trx, environments));
}
