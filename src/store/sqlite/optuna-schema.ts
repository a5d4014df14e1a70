/**
 * The tables of Optuna's storage in a database (`optuna/storages/_rdb/models.py`), as versions 3.2 to 5 keep them: schema 12, revision
 * v3.2.0.a of its migrations.
 */

export const optunaRevision = 'v3.2.0.a';
const schemaVersion = 12;
/** What is said to have made it: the first version that knows the revision, so that no later one is asked for. */
const libraryVersion = '3.2.0';

const attributes = (table: string, of: 'study' | 'trial', key: string): string => `create table ${table} (
  ${key} integer not null primary key,
  ${of}_id integer references ${of === 'study' ? 'studies' : 'trials'} (${of}_id),
  "key" varchar(512),
  value_json text,
  unique (${of}_id, "key"));`;

export const optunaSchema = `
create table studies (study_id integer not null primary key, study_name varchar(512) not null);
create unique index ix_studies_study_name on studies (study_name);
create table version_info (
  version_info_id integer not null primary key check (version_info_id = 1),
  schema_version integer,
  library_version varchar(256));
create table study_directions (
  study_direction_id integer not null primary key,
  direction varchar(8) not null,
  study_id integer not null references studies (study_id),
  objective integer not null,
  unique (study_id, objective));
${attributes('study_user_attributes', 'study', 'study_user_attribute_id')}
${attributes('study_system_attributes', 'study', 'study_system_attribute_id')}
create table trials (
  trial_id integer not null primary key,
  number integer,
  study_id integer references studies (study_id),
  state varchar(8) not null,
  datetime_start datetime,
  datetime_complete datetime);
create index ix_trials_study_id on trials (study_id);
${attributes('trial_user_attributes', 'trial', 'trial_user_attribute_id')}
${attributes('trial_system_attributes', 'trial', 'trial_system_attribute_id')}
create table trial_params (
  param_id integer not null primary key,
  trial_id integer references trials (trial_id),
  param_name varchar(512),
  param_value float,
  distribution_json text,
  unique (trial_id, param_name));
create table trial_values (
  trial_value_id integer not null primary key,
  trial_id integer not null references trials (trial_id),
  objective integer not null,
  value float,
  value_type varchar(7) not null,
  unique (trial_id, objective));
create table trial_intermediate_values (
  trial_intermediate_value_id integer not null primary key,
  trial_id integer not null references trials (trial_id),
  step integer not null,
  intermediate_value float,
  intermediate_value_type varchar(7) not null,
  unique (trial_id, step));
create table trial_heartbeats (
  trial_heartbeat_id integer not null primary key,
  trial_id integer not null references trials (trial_id),
  heartbeat datetime not null,
  unique (trial_id));
create table alembic_version (version_num varchar(32) not null constraint alembic_version_pkc primary key);
insert into version_info values (1, ${schemaVersion}, '${libraryVersion}');
insert into alembic_version values ('${optunaRevision}');
`;
