/** The statements as they were while one write lock was relied on: what must not pass. */
import { createHash } from 'node:crypto';
import { nextSequence } from '../../../src/store/sql/counters.ts';
import type { RunningTrial } from '../../../src/store/trial.ts';
import { completed, environment, newTrial } from '../samples.ts';
import { begins, type Caller, type Case, claims, environments, finishes, ownerOf, setups } from './cases.ts';

const ownership = {
  owner_pid: 1,
  owner_start_time: 'then',
  owner_boot_id: 'machine',
  owner_token: 'token',
  lease_until_ms: 1,
};

/** Looked up, then numbered, then inserted without a word on what may be there by then. */
const beginAsBefore = ({ session }: Caller, studyId: number) =>
  session.write('begin', async db => {
    const trial = newTrial(0);
    const configuration = JSON.stringify(trial.configuration);
    const same = await db
      .selectFrom('trials')
      .select('id')
      .where('study_id', '=', studyId)
      .where('configuration', '=', configuration)
      .executeTakeFirst();
    if (same) return null;
    const { next_number } = await db
      .updateTable('counters')
      .set(({ eb }) => ({ next_number: eb('next_number', '+', 1) }))
      .where('study_id', '=', studyId)
      .returning('next_number')
      .executeTakeFirstOrThrow();
    return db
      .insertInto('trials')
      .values({
        study_id: studyId,
        number: next_number - 1,
        state: 'running',
        configuration,
        assignment: JSON.stringify(trial.assignment),
        strategy: trial.strategy,
        requeues: 0,
        created_at_ms: 1,
        started_at_ms: 1,
        started_after: 0,
        ...ownership,
      })
      .returningAll()
      .executeTakeFirstOrThrow();
  });

/** The state is read before the study is one's own. */
const finishAsBefore = ({ session }: Caller, [trial]: RunningTrial[]) =>
  session.write('finish', async db => {
    const row = await db.selectFrom('trials').selectAll().where('id', '=', trial!.id).executeTakeFirstOrThrow();
    if (row.state !== 'running' && row.state !== 'waiting') return null;
    const sequence = await nextSequence(db, row.study_id);
    await db
      .updateTable('trials')
      .set({
        state: 'failed',
        failure_reason: 'crashed',
        finished_at_ms: 1,
        finished_sequence: sequence,
        stages: JSON.stringify(completed(0).stages),
        owner_pid: null,
        owner_start_time: null,
        owner_boot_id: null,
      })
      .where('id', '=', trial!.id)
      .execute();
    return sequence;
  });

const keepSetupAsBefore = ({ session }: Caller, studyId: number) =>
  session.write('keep', async db => {
    const content = JSON.stringify({ strategy: 'random' });
    const sha256 = createHash('sha256').update(content).digest('hex');
    const known = await db
      .selectFrom('tuner_setups')
      .select('id')
      .where('study_id', '=', studyId)
      .where('sha256', '=', sha256)
      .executeTakeFirst();
    if (known) return known.id;
    const added = await db
      .insertInto('tuner_setups')
      .values({ study_id: studyId, sha256, content })
      .returning('id')
      .executeTakeFirstOrThrow();
    return added.id;
  });

const environmentAsBefore = ({ session }: Caller) =>
  session.write('an environment', async db => {
    const content = JSON.stringify(environment);
    const sha256 = createHash('sha256').update(content).digest('hex');
    const known = await db.selectFrom('environments').select('id').where('sha256', '=', sha256).executeTakeFirst();
    if (known) return known.id;
    return (await db.insertInto('environments').values({ sha256, content }).returning('id').executeTakeFirstOrThrow())
      .id;
  });

export const oldForms: readonly Case[] = [
  begins([0, 0], beginAsBefore),
  finishes('the same', finishAsBefore as never),
  setups(true, keepSetupAsBefore),
  environments(environmentAsBefore),
];

/** One statement: what it looks up may be of before another's end. SQLite cannot run it so. */
const claimAsBefore =
  (actor: number) =>
  ({ session }: Caller, studyId: number) =>
    session.write('claim', async db => {
      const { pid, startTime, bootId } = ownerOf(actor);
      const row = await db
        .updateTable('trials')
        .set({
          state: 'running',
          started_at_ms: 1,
          owner_pid: pid,
          owner_start_time: startTime,
          owner_boot_id: bootId,
        })
        .where('id', '=', ({ selectFrom }) =>
          selectFrom('trials')
            .select('id')
            .where('study_id', '=', studyId)
            .where('state', '=', 'waiting')
            .orderBy('number')
            .limit(1),
        )
        .returningAll()
        .executeTakeFirst();
      return row ?? null;
    });

export const oldClaim: Case = { ...claims(2), works: [claimAsBefore(0) as never, claimAsBefore(1) as never] };
