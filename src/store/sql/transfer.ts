/** A study copied from one store into another, or into the same under another name: its rows with ids of their own. */
import type { Kysely, Transaction } from 'kysely';
import { nobody } from './finish.ts';
import { demandFreeName, studyRowOf } from './remove.ts';
import type { Database } from './schema.ts';
import { stored } from './stored.ts';

/** Old ids to new ones. */
type Ids = ReadonlyMap<number, number>;

/**
 * Trials that run are copied as waiting: nobody works on the copy.
 *
 * @param from as it is at one moment: nothing may be written to it meanwhile
 * @throws UserError where there is no such study, or the name is taken
 */
export async function transferStudy(
  from: Kysely<Database>,
  to: Transaction<Database>,
  name: string,
  newName: string,
  action: string,
): Promise<void> {
  const { id: oldId, ...study } = await studyRowOf(from, name, action);
  await demandFreeName(to, newName, `${action} the study "${name}"`);
  const { id } = await to
    .insertInto('studies')
    .values({ ...study, name: newName })
    .returning('id')
    .executeTakeFirstOrThrow();
  const counters = await from
    .selectFrom('counters')
    .selectAll()
    .where('study_id', '=', oldId)
    .executeTakeFirstOrThrow();
  await to
    .insertInto('counters')
    .values({ ...counters, study_id: id })
    .execute();
  const setups = new Map<number, number>();
  for (const { id: old, ...setup } of await from
    .selectFrom('tuner_setups')
    .selectAll()
    .where('study_id', '=', oldId)
    .orderBy('id')
    .execute())
    setups.set(
      old,
      (
        await to
          .insertInto('tuner_setups')
          .values({ ...setup, study_id: id })
          .returning('id')
          .executeTakeFirstOrThrow()
      ).id,
    );
  const environments = new Map<number, number>();
  const trials = new Map<number, number>();
  for (const { id: old } of await from
    .selectFrom('trials')
    .select('id')
    .where('study_id', '=', oldId)
    .orderBy('number')
    .execute()) {
    const trial = await copyTrial(from, to, old, id, setups);
    trials.set(old, trial);
    await copyObservations(from, to, old, trial, environments);
    await copyTrainings(from, to, old, trial);
  }
  for (const { trial_id } of await from.selectFrom('front_members').selectAll().where('study_id', '=', oldId).execute())
    await to
      .insertInto('front_members')
      .values({ study_id: id, trial_id: stored(trials.get(trial_id) ?? null) })
      .execute();
}

async function copyTrial(
  from: Kysely<Database>,
  to: Transaction<Database>,
  old: number,
  study: number,
  setups: Ids,
): Promise<number> {
  const { id: _, ...trial } = await from
    .selectFrom('trials')
    .selectAll()
    .where('id', '=', old)
    .executeTakeFirstOrThrow();
  const { id } = await to
    .insertInto('trials')
    .values({
      ...trial,
      ...(trial.state === 'running' ? { state: 'waiting', ...nobody } : {}),
      study_id: study,
      setup_id: trial.setup_id === null ? null : (setups.get(trial.setup_id) ?? null),
    })
    .returning('id')
    .executeTakeFirstOrThrow();
  const correction = await from.selectFrom('corrections').selectAll().where('trial_id', '=', old).executeTakeFirst();
  if (correction)
    await to
      .insertInto('corrections')
      .values({ ...correction, trial_id: id })
      .execute();
  return id;
}

async function copyObservations(
  from: Kysely<Database>,
  to: Transaction<Database>,
  old: number,
  trial: number,
  environments: Map<number, number>,
): Promise<void> {
  for (const table of ['observations', 'revisions'] as const)
    for (const row of await from.selectFrom(table).selectAll().where('trial_id', '=', old).execute()) {
      const environment = row.environment_id;
      const environment_id = environment === null ? null : await environmentIn(from, to, environment, environments);
      // The columns of either table are those of its own rows.
      await to
        .insertInto(table)
        .values({ ...row, trial_id: trial, environment_id } as never)
        .execute();
    }
  for (const table of ['samples', 'revision_samples'] as const)
    for (const row of await from.selectFrom(table).selectAll().where('trial_id', '=', old).execute())
      await to
        .insertInto(table)
        .values({ ...row, trial_id: trial } as never)
        .execute();
}

/** Each environment is kept once in a store, by its hash. */
async function environmentIn(
  from: Kysely<Database>,
  to: Transaction<Database>,
  old: number,
  known: Map<number, number>,
): Promise<number> {
  const found = known.get(old);
  if (found !== undefined) return found;
  const { sha256, content } = await from
    .selectFrom('environments')
    .selectAll()
    .where('id', '=', old)
    .executeTakeFirstOrThrow();
  await to
    .insertInto('environments')
    .values({ sha256, content })
    .onConflict(conflict => conflict.column('sha256').doNothing())
    .execute();
  const { id } = await to
    .selectFrom('environments')
    .select('id')
    .where('sha256', '=', sha256)
    .executeTakeFirstOrThrow();
  known.set(old, id);
  return id;
}

async function copyTrainings(
  from: Kysely<Database>,
  to: Transaction<Database>,
  old: number,
  trial: number,
): Promise<void> {
  const runs = await from.selectFrom('training_runs').selectAll().where('trial_id', '=', old).orderBy('id').execute();
  for (const { id, ...run } of runs) {
    const added = await to
      .insertInto('training_runs')
      .values({ ...run, trial_id: trial })
      .returning('id')
      .executeTakeFirstOrThrow();
    for (const table of ['training_epochs', 'training_phases'] as const)
      for (const row of await from.selectFrom(table).selectAll().where('run_id', '=', id).execute())
        await to
          .insertInto(table)
          .values({ ...row, run_id: added.id } as never)
          .execute();
  }
}
