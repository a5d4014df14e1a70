/** Refinements of trials in SQL. */
import type { Kysely, Selectable, Transaction } from 'kysely';
import type { Observation } from '../observation.ts';
import type { Refinement, StoredRefinement } from '../refinement.ts';
import { oneOf, recordIn } from './columns.ts';
import { countWriteOfTrial } from './counters.ts';
import { insertObservations } from './observations.ts';
import type { Database, RefinementsTable } from './schema.ts';
import { stored } from './stored.ts';

/** In the place of an earlier one, with its observations. */
export async function insertRefinement(
  db: Transaction<Database>,
  trialId: number,
  refinement: Refinement,
  observations: readonly Observation[],
  nowMs: number,
): Promise<void> {
  await countWriteOfTrial(db, trialId);
  await db.deleteFrom('refinements').where('trial_id', '=', trialId).execute();
  await db.deleteFrom('observations').where('trial_id', '=', trialId).where('phase', '=', 'refined').execute();
  const { state, facts, packageVersion } = refinement;
  await db
    .insertInto('refinements')
    .values({
      trial_id: trialId,
      state,
      model_sha256: state === 'refined' ? refinement.modelSha256 : null,
      content: state === 'refined' ? refinement.content : null,
      detail: state === 'unchanged' ? refinement.detail : '',
      facts: JSON.stringify(facts),
      package_version: packageVersion,
      stored_at_ms: nowMs,
    })
    .execute();
  await insertObservations(db, trialId, 'refined', observations, nowMs);
}

export async function refinementIn(db: Kysely<Database>, trialId: number): Promise<StoredRefinement | null> {
  const row = await db.selectFrom('refinements').selectAll().where('trial_id', '=', trialId).executeTakeFirst();
  return row ? refinementOf(row) : null;
}

function refinementOf(row: Selectable<RefinementsTable>): StoredRefinement {
  const kept = { facts: recordIn(row.facts), packageVersion: row.package_version, storedAtMs: row.stored_at_ms };
  const state = oneOf(row.state, ['refined', 'unchanged']);
  return state === 'unchanged'
    ? { ...kept, state, detail: row.detail }
    : { ...kept, state, modelSha256: stored(row.model_sha256), content: stored(row.content) };
}
