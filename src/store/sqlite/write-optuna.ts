/** Writes a study into a database of Optuna, which is made where there is none. */
import { existsSync, rmSync } from 'node:fs';
import type { DatabaseSync } from 'node:sqlite';
import { fileURLToPath } from 'node:url';
import { UserError } from '../../errors/user-error.ts';
import type { OptunaStudy, OptunaTrial } from '../optuna-study.ts';
import { sqliteCode, worded } from './failures.ts';
import { openDatabase } from './open-database.ts';
import { optunaRevision, optunaSchema } from './optuna-schema.ts';

/**
 * `sqlite:///x.db` is relative and `sqlite:////home/x.db` absolute, as SQLAlchemy takes them; a path is taken as it is.
 *
 * @throws UserError for any other database
 */
export function optunaFile(url: string): string {
  const [, path] = /^sqlite:\/\/\/(.+)$/.exec(url) ?? [];
  if (path) return decodeURIComponent(path);
  if (/^file:/.test(url)) return fileURLToPath(url);
  if (!/^[a-z+0-9]+:\/\//i.test(url)) return url;
  throw new UserError(
    `Cannot write to "${url.replace(/\/\/[^/]*@/, '//')}": expected a file of SQLite.`,
    'Give it as sqlite:///study.db; Optuna itself copies it into other databases.',
  );
}

/** All or nothing. @throws UserError for a file of something else, and a name that is taken */
export function writeOptuna(file: string, study: OptunaStudy): void {
  const isNew = !existsSync(file);
  let database: DatabaseSync | null = null;
  try {
    database = openDatabase(file, false);
    database.exec('begin immediate');
    if (isNew) database.exec(optunaSchema);
    else demandOptuna(database, file, study.name);
    insertStudy(database, study);
    database.exec('commit');
    database.close();
  } catch (error) {
    if (database?.isOpen) database.close();
    if (isNew) rmSync(file, { force: true });
    throw worded(error, file, 'write an Optuna study');
  }
}

function demandOptuna(database: DatabaseSync, file: string, name: string): void {
  const wayOut = 'Give the name of a file that is not there yet.';
  let revision: unknown;
  try {
    revision = database.prepare('select version_num from alembic_version').get()?.version_num;
  } catch (error) {
    if (sqliteCode(error) === null) throw error;
    throw new UserError(`Cannot write to "${file}": it is no database of Optuna.`, wayOut);
  }
  if (revision !== optunaRevision)
    throw new UserError(
      `Cannot write to "${file}": expected Optuna's schema ${optunaRevision}, found ${String(revision)}.`,
      `Bring it up to date with "optuna storage upgrade", or: ${wayOut}`,
    );
  if (database.prepare('select 1 from studies where study_name = ?').get(name))
    throw new UserError(`Cannot write to "${file}": it has a study "${name}" already.`, 'Give another name with --as.');
}

function insertStudy(database: DatabaseSync, study: OptunaStudy): void {
  const { lastInsertRowid: id } = database.prepare('insert into studies (study_name) values (?)').run(study.name);
  const direction = database.prepare('insert into study_directions (direction, study_id, objective) values (?, ?, ?)');
  study.objectives.forEach((each, place) => {
    direction.run(each.direction, id, place);
  });
  const attribute = database.prepare(
    'insert into study_user_attributes (study_id, "key", value_json) values (?, ?, ?)',
  );
  for (const [key, value] of Object.entries(study.attributes)) attribute.run(id, key, JSON.stringify(value));
  database
    .prepare('insert into study_system_attributes (study_id, "key", value_json) values (?, ?, ?)')
    .run(id, 'study:metric_names', JSON.stringify(study.objectives.map(({ name }) => name)));
  const distributions = Object.fromEntries(
    Object.entries(study.choices).map(([site, choices]) => [
      site,
      JSON.stringify({ name: 'CategoricalDistribution', attributes: { choices } }),
    ]),
  );
  for (const trial of study.trials) insertTrial(database, id, trial, distributions);
}

function insertTrial(
  database: DatabaseSync,
  study: number | bigint,
  trial: OptunaTrial,
  distributions: Readonly<Record<string, string>>,
): void {
  const { lastInsertRowid: id } = database
    .prepare('insert into trials (number, study_id, state, datetime_start, datetime_complete) values (?, ?, ?, ?, ?)')
    .run(trial.number, study, trial.state, dateTime(trial.startedAtMs), trial.endedAtMs && dateTime(trial.endedAtMs));
  const value = database.prepare(
    "insert into trial_values (trial_id, objective, value, value_type) values (?, ?, ?, 'FINITE')",
  );
  trial.values.forEach((each, place) => {
    value.run(id, place, each);
  });
  const param = database.prepare(
    'insert into trial_params (trial_id, param_name, param_value, distribution_json) values (?, ?, ?, ?)',
  );
  for (const [site, place] of Object.entries(trial.params)) param.run(id, site, place, distributions[site] ?? null);
  const attribute = database.prepare(
    'insert into trial_user_attributes (trial_id, "key", value_json) values (?, ?, ?)',
  );
  for (const [key, each] of Object.entries(trial.attributes)) attribute.run(id, key, JSON.stringify(each));
  if (trial.constraint !== null)
    database
      .prepare('insert into trial_system_attributes (trial_id, "key", value_json) values (?, ?, ?)')
      .run(id, 'constraints', JSON.stringify([trial.constraint]));
}

/** `2030-01-02 03:04:05.006000`, in UTC. */
const dateTime = (timeMs: number): string => `${new Date(timeMs).toISOString().replace('T', ' ').replace('Z', '')}000`;
