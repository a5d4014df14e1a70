/** In SQL: how a trial comes to run. Two callers never get the same, whatever the database lets run side by side. */
import { type Selectable, sql, type Transaction } from 'kysely';
import type { NewTrial, RunningTrial, WaitingTrial } from '../trial.ts';
import { countWrite, keepNextNumber } from './counters.ts';
import { nobody } from './finish.ts';
import type { Database, TrialsTable } from './schema.ts';
import { runningTrialOf, waitingTrialOf } from './trial-rows.ts';

/** The columns of the owner, with a lease from now on. */
export interface Ownership {
  readonly owner_pid: number;
  readonly owner_start_time: string;
  readonly owner_boot_id: string;
  readonly owner_token: string;
  readonly lease_until_ms: number;
}

/** Null when the study has a trial of that configuration. */
export async function beginTrial(
  db: Transaction<Database>,
  studyId: number,
  trial: NewTrial,
  ownership: Ownership,
  nowMs: number,
): Promise<RunningTrial | null> {
  const row = await insertTrial(db, studyId, trial, { state: 'running', ...ownership }, nowMs);
  return row && runningTrialOf(row);
}

/** The same for a trial that others are to take. */
export async function queueTrial(
  db: Transaction<Database>,
  studyId: number,
  trial: NewTrial,
  nowMs: number,
): Promise<WaitingTrial | null> {
  const row = await insertTrial(db, studyId, trial, { state: 'waiting', ...nobody }, nowMs);
  return row && waitingTrialOf(row);
}

type Holding = (Ownership & { readonly state: 'running' }) | (typeof nobody & { readonly state: 'waiting' });

async function insertTrial(
  db: Transaction<Database>,
  studyId: number,
  trial: NewTrial,
  holding: Holding,
  nowMs: number,
): Promise<Selectable<TrialsTable> | null> {
  const configuration = JSON.stringify(trial.configuration);
  const isTaken = async (): Promise<boolean> =>
    (await db
      .selectFrom('trials')
      .select('id')
      .where('study_id', '=', studyId)
      .where('configuration', '=', configuration)
      .executeTakeFirst()) !== undefined;
  if (await isTaken()) return null;
  const { finished } = await countWrite(db, studyId);
  for (;;) {
    const row = await db
      .insertInto('trials')
      .values({
        study_id: studyId,
        // Read by the statement that takes it: two that read the same cannot both insert.
        number: sql<number>`(select coalesce(max(number) + 1, 0) from trials where study_id = ${studyId})`,
        configuration,
        assignment: JSON.stringify(trial.assignment),
        strategy: trial.strategy,
        rng_before: trial.rngBefore && JSON.stringify(trial.rngBefore),
        rng_after: trial.rngAfter && JSON.stringify(trial.rngAfter),
        requeues: 0,
        setup_id: trial.asked?.setup ?? null,
        asked_after: trial.asked?.after ?? null,
        asked_known: trial.asked?.known ?? null,
        started_after: finished,
        created_at_ms: nowMs,
        started_at_ms: nowMs,
        ...holding,
      })
      .onConflict(conflict => conflict.doNothing())
      .returningAll()
      .executeTakeFirst();
    if (row) {
      await keepNextNumber(db, studyId, row.number + 1);
      return row;
    }
    // Another was first with this configuration, or with the number: then the next number is tried.
    if (await isTaken()) return null;
  }
}

/** Null when none waits. */
export async function claimTrial(
  db: Transaction<Database>,
  studyId: number,
  ownership: Ownership,
  nowMs: number,
): Promise<RunningTrial | null> {
  for (;;) {
    const next = await db
      .selectFrom('trials')
      .select('id')
      .where('study_id', '=', studyId)
      .where('state', '=', 'waiting')
      .orderBy('number')
      .limit(1)
      .executeTakeFirst();
    if (!next) return null;
    await countWrite(db, studyId);
    const row = await db
      .updateTable('trials')
      .set({ state: 'running', started_at_ms: nowMs, ...ownership })
      .where('id', '=', next.id)
      // Whoever was first has changed it, and this one looks for the next.
      .where('state', '=', 'waiting')
      .returningAll()
      .executeTakeFirst();
    if (row) return runningTrialOf(row);
  }
}
