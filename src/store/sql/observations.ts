/** Observations in SQL, with their samples and the environment that they were taken in. */
import { createHash } from 'node:crypto';
import type { Transaction } from 'kysely';
import type { Environment } from '../../host/environment.ts';
import type { Observation, Phase } from '../observation.ts';
import { observedColumns, sampleRows } from './observation-rows.ts';
import type { Database } from './schema.ts';

export async function insertObservations(
  db: Transaction<Database>,
  trialId: number,
  phase: Phase,
  observations: readonly Observation[],
  storedAtMs: number,
): Promise<void> {
  if (observations.length === 0) return;
  const environments = await environmentIds(db, observations);
  const key = { trial_id: trialId, phase };
  await db
    .insertInto('observations')
    .values(
      observations.map((observation, i) => ({
        ...key,
        environment_id: environments[i] ?? 0,
        ...observedColumns(observation, storedAtMs),
      })),
    )
    .execute();
  const samples = observations.flatMap(observation =>
    sampleRows(observation).map(row => ({ ...key, kind: observation.kind, ...row })),
  );
  if (samples.length > 0) await db.insertInto('samples').values(samples).execute();
}

/** The id of each one's environment. They are made in one order for all writers, so that no two wait for each other. */
export async function environmentIds(
  db: Transaction<Database>,
  observations: readonly Pick<Observation, 'environment'>[],
): Promise<readonly number[]> {
  const named = observations.map(({ environment }) => hashed(environment));
  const ids = new Map<string, number>();
  const contents = new Map(named.map(({ sha256, content }) => [sha256, content]));
  for (const sha256 of [...contents.keys()].sort())
    ids.set(sha256, await environmentIdOf(db, sha256, contents.get(sha256) ?? ''));
  return named.map(({ sha256 }) => ids.get(sha256) ?? 0);
}

/** The order of the keys must not make two environments of one. */
function hashed(environment: Environment): { readonly sha256: string; readonly content: string } {
  const content = JSON.stringify(Object.fromEntries(Object.entries(environment).sort(([a], [b]) => (a < b ? -1 : 1))));
  return { sha256: createHash('sha256').update(content).digest('hex'), content };
}

/** Whoever adds it in the same instant adds the same: the second insertion does nothing, and both find the one row. */
async function environmentIdOf(db: Transaction<Database>, sha256: string, content: string): Promise<number> {
  const known = db.selectFrom('environments').select('id').where('sha256', '=', sha256);
  const found = await known.executeTakeFirst();
  if (found) return found.id;
  const added = await db
    .insertInto('environments')
    .values({ sha256, content })
    .onConflict(conflict => conflict.column('sha256').doNothing())
    .returning('id')
    .executeTakeFirst();
  return (added ?? (await known.executeTakeFirstOrThrow())).id;
}
