/**
 * What many machines that work on one store need besides its trials: work that is shared out, workers, large files, and word of changes. A file
 * has none of it: only a server is shared by machines.
 */
import { type Kysely, type Migration, sql } from 'kysely';

export const sharedWork: Migration = {
  async up(db: Kysely<unknown>) {
    for (const statement of statements) await sql.raw(statement).execute(db);
  },
};

const text = 'text collate "C"';

const statements = [
  `create table work (trial_id bigint primary key references trials (id) on delete cascade,
    study_id bigint not null references studies (id) on delete cascade, role text not null, queue ${text} not null,
    device_class ${text} not null, version text not null, pruning bigint not null, attempt bigint not null default 0,
    rung_at_ms bigint not null, dead text, worker text)`,
  'create index work_study on work (study_id)',

  `create table workers (token ${text} primary key, name text not null, lane ${text} unique, device text not null,
    device_class ${text} not null, roles text not null, version text not null, study ${text}, state text not null, doing text not null,
    started_at_ms bigint not null, seen_at_ms bigint not null, until_ms bigint not null,
    finished bigint not null default 0, failed bigint not null default 0)`,

  `create table device_checks (study_id bigint not null references studies (id) on delete cascade, lane ${text} not null,
    device_class ${text} not null, worker text not null, dense_ms double precision not null, probes text not null,
    agrees bigint not null, detail text not null, checked_at_ms bigint not null,
    constraint device_checks_key primary key (study_id, lane))`,

  `create table blobs (sha256 ${text} not null, part bigint not null, parts bigint not null, content bytea not null,
    constraint blobs_key primary key (sha256, part))`,
  'alter table blobs alter column content set storage external',

  // Whoever watches a study hears of every write, as every write counts.
  `create function rankfront_changed() returns trigger language plpgsql as
    $$ begin perform pg_notify('rankfront_changed', coalesce(new.study_id, old.study_id)::text); return null; end $$`,
  `create trigger counters_changed after insert or update or delete on counters for each row execute function rankfront_changed()`,
];
