/** What refining a trial came to, and a phase of observations for it. */
import { type Kysely, type Migration, sql } from 'kysely';

export const refinements: Migration = {
  async up(db: Kysely<unknown>) {
    for (const statement of statements) await sql.raw(statement).execute(db);
  },
};

const statements = [
  `create table refinements (trial_id bigint primary key references trials (id) on delete cascade,
    state text not null check (state in ('refined', 'unchanged')), model_sha256 text, content bytea, detail text not null,
    facts text not null, package_version text not null, stored_at_ms bigint not null,
    constraint refinements_whole check ((content is not null) = (state = 'refined')
      and (model_sha256 is not null) = (state = 'refined')))`,
  // Floats hardly shrink, and shrinking them takes time.
  'alter table refinements alter column content set storage external',
  'alter table observations drop constraint observations_phase_check',
  `alter table observations add constraint observations_phase_check check (phase in ('search', 'confirm', 'refined'))`,
];
