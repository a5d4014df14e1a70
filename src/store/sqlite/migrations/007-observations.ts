/** The content of the tables of schema 006, moved into those of 007. Migrations never change, and so use no code that may. */
import { type Kysely, sql } from 'kysely';

/** A row of 006, of an observation or of one that was replaced. */
interface Old {
  readonly [column: string]: unknown;
  readonly kind: string;
  readonly warnings: string;
  readonly conditions: string | null;
}

/** By name of the list: its column of 006, how it is packed, and how many samples there are. */
const lists = [
  ['candidateSamplesMs', 'candidate_samples', 'float32', 'length(candidate_samples) / 4'],
  ['referenceSamplesMs', 'reference_samples', 'float32', 'length(reference_samples) / 4'],
  ['correct', 'correct', 'bits', 'images'],
  ['predictions', 'predictions', 'uint16', 'length(predictions) / 2'],
  ['places', 'places', 'int32', 'length(places) / 4'],
] as const;

const common = sql.raw(
  'value, standard_error, interval_lo, interval_hi, warnings, wall_ms, load, stored_at_ms, environment_id, kind',
);

export async function moveObservations(db: Kysely<unknown>): Promise<void> {
  await moveStages(db);
  await sql`create temporary table moved_facts (trial_id, phase, kind, facts, primary key (trial_id, phase, kind))`.execute(
    db,
  );
  const facts = await sql<Old & { phase: string; trial_id: number }>`select trial_id, phase, kind, candidate_ms,
    reference_ms, ended_by, images, quality, conditions, warnings from observations_006`.execute(db);
  for (const row of facts.rows)
    await sql`insert into moved_facts values (${row.trial_id}, ${row.phase}, ${row.kind}, ${factsOf(row)})`.execute(db);
  await sql`insert into observations (trial_id, phase, ${common}, facts) select trial_id, phase, ${common}, facts
    from observations_006 join moved_facts using (trial_id, phase, kind)`.execute(db);
  await sql`drop table moved_facts`.execute(db);
  for (const [name, column, encoding, count] of lists)
    await sql`insert into samples (trial_id, phase, kind, name, encoding, count, content)
      select trial_id, phase, kind, ${name}, ${encoding}, ${sql.raw(count)}, ${sql.raw(column)}
      from observations_006 where ${sql.raw(column)} is not null`.execute(db);
  await moveRevisions(db);
}

/** `latency` of 006 is the row of the observation, as JSON and without its samples. */
async function moveRevisions(db: Kysely<unknown>): Promise<void> {
  const found = await sql<{ trial_id: number; replaced_at: number; latency: string }>`select trial_id, replaced_at,
    latency from revisions_006`.execute(db);
  for (const { trial_id, replaced_at, latency } of found.rows) {
    const old = JSON.parse(latency) as Old;
    await sql`insert into revisions (trial_id, replaced_at, objective_values, standard_errors, ${common}, facts)
      select trial_id, replaced_at, objective_values, standard_errors, ${old.value}, ${old.standard_error}, ${old.interval_lo},
        ${old.interval_hi}, ${old.warnings}, ${old.wall_ms}, ${old.load}, ${old.stored_at_ms},
        (select id from environments where id = ${old.environment_id}), ${old.kind}, ${factsOf(old)}
      from revisions_006 where trial_id = ${trial_id} and replaced_at = ${replaced_at}`.execute(db);
  }
  for (const [name, column, encoding, count] of lists.slice(0, 2))
    await sql`insert into revision_samples (trial_id, replaced_at, name, encoding, count, content)
      select trial_id, replaced_at, ${name}, ${encoding}, ${sql.raw(count)}, ${sql.raw(column)} from revisions_006`.execute(
      db,
    );
}

/** JSON keeps a double to the last bit; whoever writes it by SQL does not. */
function factsOf(row: Old): string {
  if (row.kind === 'accuracy') return JSON.stringify({ images: row.images });
  return JSON.stringify({
    candidateMs: row.candidate_ms,
    referenceMs: row.reference_ms,
    endedBy: row.ended_by,
    quality: row.quality ?? qualityBefore(row.warnings),
    conditions: row.conditions === null ? null : JSON.parse(row.conditions),
  });
}

/** Before quality was kept, other load was warned of, and the value stood as if it were good. */
const qualityBefore = (warnings: string): 'good' | 'disturbed' =>
  (JSON.parse(warnings) as readonly { readonly kind: string }[]).some(({ kind }) => kind === 'other-load')
    ? 'disturbed'
    : 'good';

async function moveStages(db: Kysely<unknown>): Promise<void> {
  const columns = ['build_ms', 'correction_ms', 'latency_ms', 'accuracy_ms'];
  const trials = await sql<Readonly<Record<string, number | null>>>`select id, build_ms, correction_ms, latency_ms,
    accuracy_ms from trials where finished_sequence is not null`.execute(db);
  for (const { id, build_ms, correction_ms, latency_ms, accuracy_ms } of trials.rows) {
    const stages = JSON.stringify({
      buildMs: build_ms,
      ...(correction_ms === null ? {} : { correctionMs: correction_ms }),
      latencyMs: latency_ms,
      accuracyMs: accuracy_ms,
    });
    await sql`update trials set stages = ${stages} where id = ${id}`.execute(db);
  }
  for (const column of columns) await db.schema.alterTable('trials').dropColumn(column).execute();
}
