/** Writes what a study is made of into another store, where it gets other ids. */
import type { Transaction } from 'kysely';
import type { Database } from '../sql/schema.ts';
import { stored } from '../sql/stored.ts';
import type { Environments, Row, StudyHead, TrialContent } from './content.ts';

/** What one statement may hold: databases bound the number of values in it. */
const rowsAtOnce = 200;

export interface InsertedHead {
  readonly studyId: number;
  /** The ids of the setups, by SHA-256. */
  readonly setups: ReadonlyMap<string, number>;
}

export async function insertHead(db: Transaction<Database>, head: StudyHead): Promise<InsertedHead> {
  const { id: studyId } = await db
    .insertInto('studies')
    .values(head.study as never)
    .returning('id')
    .executeTakeFirstOrThrow();
  await insert(db, 'counters', [{ ...head.counters, study_id: studyId }]);
  const setups = new Map<string, number>();
  for (const setup of head.setups) {
    const { id } = await db
      .insertInto('tuner_setups')
      .values({ ...setup, study_id: studyId } as never)
      .returning('id')
      .executeTakeFirstOrThrow();
    setups.set(String(setup.sha256), id);
  }
  return { studyId, setups };
}

/** Their environments are there already. */
export async function insertTrials(
  db: Transaction<Database>,
  { studyId, setups }: InsertedHead,
  trials: readonly TrialContent[],
  environments: Environments,
): Promise<void> {
  const ids = await environmentIds(db, [...environments.keys()]);
  for (const content of trials) {
    const setup_id = content.setup === null ? null : stored(setups.get(content.setup) ?? null);
    const { id: trial_id } = await db
      .insertInto('trials')
      .values({ ...content.trial, study_id: studyId, setup_id } as never)
      .returning('id')
      .executeTakeFirstOrThrow();
    const own = (rows: readonly Row[]): Row[] => rows.map(row => ({ ...row, trial_id }));
    const observed = (rows: readonly Row[]): Row[] =>
      own(rows).map(({ environment, ...row }) => ({
        ...row,
        environment_id: environment === null ? null : stored(ids.get(String(environment)) ?? null),
      }));
    await insert(db, 'observations', observed(content.observations));
    await insert(db, 'samples', own(content.samples));
    await insert(db, 'revisions', observed(content.revisions));
    await insert(db, 'revision_samples', own(content.revisionSamples));
    await insert(db, 'corrections', own(content.corrections));
    await insert(db, 'refinements', own(content.refinements));
    if (content.isFrontMember) await insert(db, 'front_members', [{ study_id: studyId, trial_id }]);
    for (const { run, epochs, phases } of content.trainings) {
      const { id: run_id } = await db
        .insertInto('training_runs')
        .values({ ...run, trial_id } as never)
        .returning('id')
        .executeTakeFirstOrThrow();
      const ofRun = (rows: readonly Row[]): Row[] => rows.map(row => ({ ...row, run_id }));
      await insert(db, 'training_epochs', ofRun(epochs));
      await insert(db, 'training_phases', ofRun(phases));
    }
  }
}

/** Adds those that are new; in one order for all who write. */
export async function insertEnvironments(db: Transaction<Database>, environments: Environments): Promise<void> {
  for (const sha256 of [...environments.keys()].sort())
    await db
      .insertInto('environments')
      .values({ sha256, content: environments.get(sha256) ?? '' })
      .onConflict(conflict => conflict.column('sha256').doNothing())
      .execute();
}

/** By SHA-256. */
async function environmentIds(
  db: Transaction<Database>,
  sha256s: readonly string[],
): Promise<ReadonlyMap<string, number>> {
  if (sha256s.length === 0) return new Map();
  const rows = await db.selectFrom('environments').select(['id', 'sha256']).where('sha256', 'in', sha256s).execute();
  return new Map(rows.map(({ id, sha256 }) => [sha256, id]));
}

async function insert(db: Transaction<Database>, table: keyof Database, rows: readonly Row[]): Promise<void> {
  for (let from = 0; from < rows.length; from += rowsAtOnce)
    await db
      .insertInto(table)
      .values(rows.slice(from, from + rowsAtOnce) as never)
      .execute();
}
