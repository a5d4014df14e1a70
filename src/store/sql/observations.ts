/** Observations in SQL, with the environment that they were taken in. */
import { createHash } from 'node:crypto';
import type { Transaction } from 'kysely';
import type { Environment } from '../../host/environment.ts';
import type { Observation, Phase } from '../observation.ts';
import { observationRow } from './observation-rows.ts';
import type { Database } from './schema.ts';

export async function insertObservations(
  db: Transaction<Database>,
  trialId: number,
  phase: Phase,
  observations: readonly Observation[],
  storedAtMs: number,
): Promise<void> {
  for (const observation of observations) {
    const environmentId = await environmentIdOf(db, observation.environment);
    await db
      .insertInto('observations')
      .values(observationRow(observation, { trialId, phase, environmentId, storedAtMs }))
      .execute();
  }
}

async function environmentIdOf(db: Transaction<Database>, environment: Environment): Promise<number> {
  // The order of the keys must not make two environments of one.
  const content = JSON.stringify(Object.fromEntries(Object.entries(environment).sort(([a], [b]) => (a < b ? -1 : 1))));
  const sha256 = createHash('sha256').update(content).digest('hex');
  const known = await db.selectFrom('environments').select('id').where('sha256', '=', sha256).executeTakeFirst();
  if (known) return known.id;
  const added = await db
    .insertInto('environments')
    .values({ sha256, content })
    .returning('id')
    .executeTakeFirstOrThrow();
  return added.id;
}
