/** What a study is made of, row by row, without the ids of the store that it is in. */
import type { Kysely, Selectable } from 'kysely';
import { nobody } from '../sql/finish.ts';
import type { Database } from '../sql/schema.ts';
import { stored } from '../sql/stored.ts';

export type Value = string | number | Uint8Array | null;
export type Row = Readonly<Record<string, Value>>;

/** What belongs to the study as a whole. */
export interface StudyHead {
  readonly study: Row;
  readonly counters: Row;
  /** In the order in which they were kept. */
  readonly setups: readonly Row[];
}

/** A trial with all that hangs on it. */
export interface TrialContent {
  readonly trial: Row;
  /** The SHA-256 of the setup that it was proposed from. */
  readonly setup: string | null;
  readonly isFrontMember: boolean;
  /** With `environment`, the SHA-256 of theirs, in place of its id. */
  readonly observations: readonly Row[];
  readonly samples: readonly Row[];
  readonly revisions: readonly Row[];
  readonly revisionSamples: readonly Row[];
  readonly corrections: readonly Row[];
  readonly refinements: readonly Row[];
  readonly trainings: readonly {
    readonly run: Row;
    readonly epochs: readonly Row[];
    readonly phases: readonly Row[];
  }[];
}

/** Content by SHA-256. */
export type Environments = ReadonlyMap<string, string>;

export async function headOf(db: Kysely<Database>, studyId: number): Promise<StudyHead> {
  const study = await db.selectFrom('studies').selectAll().where('id', '=', studyId).executeTakeFirstOrThrow();
  const counters = await db
    .selectFrom('counters')
    .selectAll()
    .where('study_id', '=', studyId)
    .executeTakeFirstOrThrow();
  const setups = await db
    .selectFrom('tuner_setups')
    .selectAll()
    .where('study_id', '=', studyId)
    .orderBy('id')
    .execute();
  return {
    study: without(study, 'id'),
    counters: without(counters, 'study_id'),
    setups: setups.map(row => without(row, 'id', 'study_id')),
  };
}

/** Of the trials with these numbers, by number. A trial that runs is given as it will be once its owner is found to be gone: waiting. */
export async function trialsOf(
  db: Kysely<Database>,
  studyId: number,
  { from, to }: { readonly from: number; readonly to: number },
): Promise<readonly TrialContent[]> {
  const trials = await db
    .selectFrom('trials')
    .selectAll()
    .where('study_id', '=', studyId)
    .where('number', '>=', from)
    .where('number', '<', to)
    .orderBy('number')
    .execute();
  if (trials.length === 0) return [];
  const ids = trials.map(({ id }) => id);
  const setups = await db.selectFrom('tuner_setups').select(['id', 'sha256']).where('study_id', '=', studyId).execute();
  const environments = await db.selectFrom('environments').select(['id', 'sha256']).execute();
  const members = await db.selectFrom('front_members').select('trial_id').where('trial_id', 'in', ids).execute();
  const observations = await db.selectFrom('observations').selectAll().where('trial_id', 'in', ids).execute();
  const samples = await db.selectFrom('samples').selectAll().where('trial_id', 'in', ids).execute();
  const revisions = await db.selectFrom('revisions').selectAll().where('trial_id', 'in', ids).execute();
  const replaced = await db.selectFrom('revision_samples').selectAll().where('trial_id', 'in', ids).execute();
  const corrections = await db.selectFrom('corrections').selectAll().where('trial_id', 'in', ids).execute();
  const refinements = await db.selectFrom('refinements').selectAll().where('trial_id', 'in', ids).execute();
  const runs = await db.selectFrom('training_runs').selectAll().where('trial_id', 'in', ids).orderBy('id').execute();
  const runIds = [-1, ...runs.map(({ id }) => id)];
  const epochs = await db.selectFrom('training_epochs').selectAll().where('run_id', 'in', runIds).execute();
  const phases = await db.selectFrom('training_phases').selectAll().where('run_id', 'in', runIds).execute();

  const setupOf = new Map(setups.map(({ id, sha256 }) => [id, sha256]));
  const environmentOf = new Map(environments.map(({ id, sha256 }) => [id, sha256]));
  const withEnvironment = (row: Row & { readonly environment_id: number | null }): Row => ({
    ...without(row, 'trial_id', 'environment_id'),
    environment: row.environment_id === null ? null : stored(environmentOf.get(row.environment_id) ?? null),
  });
  return trials.map(row => {
    const own = <T extends { readonly trial_id: number }>(rows: readonly T[]): T[] =>
      rows.filter(({ trial_id }) => trial_id === row.id);
    const ofRun = <T extends { readonly run_id: number }>(rows: readonly T[], id: number): Row[] =>
      inOrder(rows.filter(({ run_id }) => run_id === id).map(each => without(each, 'run_id')));
    return {
      trial: without(settled(row), 'id', 'study_id', 'setup_id'),
      setup: row.setup_id === null ? null : stored(setupOf.get(row.setup_id) ?? null),
      isFrontMember: members.some(({ trial_id }) => trial_id === row.id),
      observations: inOrder(own(observations).map(each => withEnvironment({ ...each }))),
      samples: inOrder(own(samples).map(each => without(each, 'trial_id'))),
      revisions: inOrder(own(revisions).map(each => withEnvironment({ ...each }))),
      revisionSamples: inOrder(own(replaced).map(each => without(each, 'trial_id'))),
      corrections: own(corrections).map(each => without(each, 'trial_id')),
      refinements: own(refinements).map(each => without(each, 'trial_id')),
      trainings: own(runs).map(run => ({
        run: without(run, 'id', 'trial_id'),
        epochs: ofRun(epochs, run.id),
        phases: ofRun(phases, run.id),
      })),
    };
  });
}

/** All that the observations of the study name. */
export async function environmentsOfStudy(db: Kysely<Database>, studyId: number): Promise<Environments> {
  const named = (table: 'observations' | 'revisions') =>
    db
      .selectFrom(table)
      .innerJoin('trials', 'trials.id', `${table}.trial_id`)
      .select(`${table}.environment_id`)
      .where('trials.study_id', '=', studyId)
      .where(`${table}.environment_id`, 'is not', null);
  const rows = await db
    .selectFrom('environments')
    .select(['sha256', 'content'])
    .where(eb => eb.or([eb('id', 'in', named('observations')), eb('id', 'in', named('revisions'))]))
    .execute();
  return new Map(rows.map(({ sha256, content }) => [sha256, content]));
}

/** Those of these hashes. */
export async function environmentsOf(db: Kysely<Database>, sha256s: readonly string[]): Promise<Environments> {
  if (sha256s.length === 0) return new Map();
  const rows = await db
    .selectFrom('environments')
    .select(['sha256', 'content'])
    .where('sha256', 'in', sha256s)
    .execute();
  return new Map(rows.map(({ sha256, content }) => [sha256, content]));
}

const settled = (row: Selectable<Database['trials']>): Selectable<Database['trials']> =>
  row.state === 'running' ? { ...row, state: 'waiting', requeues: row.requeues + 1, ...nobody } : row;

const without = (row: object, ...names: readonly string[]): Row =>
  Object.fromEntries(Object.entries(row).filter(([name]) => !names.includes(name)));

/** By what tells them apart; each database has an order of its own. */
function inOrder(rows: readonly Row[]): Row[] {
  const keys = ['phase', 'kind', 'name', 'replaced_at', 'epoch', 'from_epoch'];
  const key = (row: Row): string => JSON.stringify(keys.map(name => row[name] ?? null));
  return rows
    .map(row => [key(row), row] as const)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([, row]) => row);
}
