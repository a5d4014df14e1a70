/** The life of a trial in SQL: begun or claimed, finished, confirmed, or put back when its process died. */
import { createHash } from 'node:crypto';
import type { Transaction } from 'kysely';
import { checkObservations, checkResult } from '../check.ts';
import type { Environment } from '../environment.ts';
import type { Observation, Phase } from '../observation.ts';
import { isAlive, type Owner } from '../process-identity.ts';
import type { FrontOf, TrialQueue } from '../store.ts';
import type { TrialResult } from '../trial.ts';
import { observationRow, runningTrialOf } from './rows.ts';
import type { Database } from './schema.ts';
import type { Session } from './session.ts';

/** `release` puts the unfinished trials of this queue back, for a store that is closed. */
export function sqliteQueue({ read, write, now }: Session, owner: Owner): TrialQueue & { release(): Promise<void> } {
  const mine = new Set<number>();
  const ownership = { owner_pid: owner.pid, owner_start_time: owner.startTime, owner_boot_id: owner.bootId };
  const nobody = { owner_pid: null, owner_start_time: null, owner_boot_id: null };

  return {
    begin: async (studyId, trial) => {
      const begun = await write('store a new trial', async db => {
        const configuration = JSON.stringify(trial.configuration);
        const same = await db
          .selectFrom('trials')
          .select('id')
          .where('study_id', '=', studyId)
          .where('configuration', '=', configuration)
          .executeTakeFirst();
        if (same) return null;
        const study = await db
          .updateTable('studies')
          .set(({ eb }) => ({ next_number: eb('next_number', '+', 1) }))
          .where('id', '=', studyId)
          .returning('next_number')
          .executeTakeFirstOrThrow();
        const time = now();
        const row = await db
          .insertInto('trials')
          .values({
            study_id: studyId,
            number: study.next_number - 1,
            state: 'running',
            configuration,
            assignment: JSON.stringify(trial.assignment),
            strategy: trial.strategy,
            rng_before: trial.rngBefore && JSON.stringify(trial.rngBefore),
            rng_after: trial.rngAfter && JSON.stringify(trial.rngAfter),
            requeues: 0,
            created_at_ms: time,
            started_at_ms: time,
            ...ownership,
          })
          .returningAll()
          .executeTakeFirstOrThrow();
        return runningTrialOf(row);
      });
      if (begun) mine.add(begun.id);
      return begun;
    },

    claim: async studyId => {
      const claimed = await write('take a waiting trial', async db => {
        const row = await db
          .updateTable('trials')
          .set({ state: 'running', started_at_ms: now(), ...ownership })
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
        return row ? runningTrialOf(row) : null;
      });
      if (claimed) mine.add(claimed.id);
      return claimed;
    },

    finish: async (trialId, result, frontOf) => {
      await write(`store the result of a trial`, async db => {
        const trial = await db
          .selectFrom('trials')
          .innerJoin('studies', 'studies.id', 'trials.study_id')
          .select(['trials.study_id', 'trials.number', 'trials.state', 'studies.objectives'])
          .where('trials.id', '=', trialId)
          .executeTakeFirstOrThrow();
        checkResult(result, JSON.parse(trial.objectives).length);
        if (trial.state !== 'running' && trial.state !== 'waiting') return;
        const study = await db
          .updateTable('studies')
          .set(({ eb }) => ({ finished: eb('finished', '+', 1) }))
          .where('id', '=', trial.study_id)
          .returning('finished')
          .executeTakeFirstOrThrow();
        const time = now();
        await db
          .updateTable('trials')
          .set({
            state: result.state,
            finished_at_ms: time,
            finished_sequence: study.finished,
            build_ms: result.stages.buildMs,
            latency_ms: result.stages.latencyMs,
            accuracy_ms: result.stages.accuracyMs,
            ...nobody,
            ...resultColumns(result),
            ...(result.state === 'complete' && {
              hypervolume: await updateFront(db, { ...trial, id: trialId, result }, frontOf),
            }),
          })
          .where('id', '=', trialId)
          .execute();
        await insertObservations(db, trialId, 'search', result.observations, time);
      });
      mine.delete(trialId);
    },

    confirm: async (trialId, observations) => {
      checkObservations(observations);
      if (observations.length === 0) return;
      await write('store what was confirmed', async db => {
        await db
          .deleteFrom('observations')
          .where('trial_id', '=', trialId)
          .where('phase', '=', 'confirm')
          .where(
            'kind',
            'in',
            observations.map(({ kind }) => kind),
          )
          .execute();
        await insertObservations(db, trialId, 'confirm', observations, now());
      });
    },

    requeueLost: async studyId => {
      const action = 'put lost trials back in the queue';
      const running = await read(action, db =>
        db.selectFrom('trials').selectAll().where('study_id', '=', studyId).where('state', '=', 'running').execute(),
      );
      // Outside the transaction: on some systems the answer takes a process of its own.
      const lost = running.map(runningTrialOf).filter(trial => !isAlive(trial.owner));
      if (lost.length === 0) return 0;
      return write(action, async db => {
        let count = 0;
        for (const trial of lost) {
          const result = await db
            .updateTable('trials')
            .set(({ eb }) => ({ state: 'waiting', requeues: eb('requeues', '+', 1), ...nobody }))
            .where('id', '=', trial.id)
            .where('state', '=', 'running')
            .where('owner_pid', '=', trial.owner.pid)
            .where('owner_start_time', '=', trial.owner.startTime)
            .where('owner_boot_id', '=', trial.owner.bootId)
            .executeTakeFirst();
          count += Number(result.numUpdatedRows);
        }
        return count;
      });
    },

    release: async () => {
      if (mine.size === 0) return;
      await write('put unfinished trials back in the queue', db =>
        db
          .updateTable('trials')
          .set({ state: 'waiting', ...nobody })
          .where('id', 'in', [...mine])
          .where('state', '=', 'running')
          .where('owner_pid', '=', owner.pid)
          .where('owner_start_time', '=', owner.startTime)
          .where('owner_boot_id', '=', owner.bootId)
          .execute(),
      );
      mine.clear();
    },
  };
}

function resultColumns(result: TrialResult) {
  switch (result.state) {
    case 'complete':
      return {
        model_sha256: result.modelSha256,
        macs: result.macs,
        params: result.params,
        objective_values: JSON.stringify(result.values),
        standard_errors: JSON.stringify(result.standardErrors),
        feasible: result.feasible ? 1 : 0,
      };
    case 'failed':
      return { failure_reason: result.reason, detail: result.detail };
    case 'pruned':
      return { detail: result.detail };
    default:
      return result satisfies never;
  }
}

interface Finishing {
  readonly id: number;
  readonly study_id: number;
  readonly number: number;
  readonly result: { readonly values: readonly number[]; readonly feasible: boolean };
}

/** Writes the front with this trial considered and returns its hypervolume. */
async function updateFront(db: Transaction<Database>, trial: Finishing, frontOf: FrontOf): Promise<number> {
  const before = await db
    .selectFrom('front_members')
    .innerJoin('trials', 'trials.id', 'front_members.trial_id')
    .select(['trials.id', 'trials.number', 'trials.objective_values'])
    .where('front_members.study_id', '=', trial.study_id)
    .orderBy('trials.number')
    .execute();
  const points = before.map(row => ({ number: row.number, values: JSON.parse(row.objective_values ?? '[]') }));
  if (trial.result.feasible) points.push({ number: trial.number, values: trial.result.values });
  const { members, hypervolume } = frontOf(points);
  const left = before.filter(row => !members.includes(row.number)).map(row => row.id);
  if (left.length > 0) {
    await db.deleteFrom('front_members').where('study_id', '=', trial.study_id).where('trial_id', 'in', left).execute();
  }
  if (trial.result.feasible && members.includes(trial.number)) {
    await db.insertInto('front_members').values({ study_id: trial.study_id, trial_id: trial.id }).execute();
  }
  return hypervolume;
}

async function insertObservations(
  db: Transaction<Database>,
  trialId: number,
  phase: Phase,
  observations: readonly Observation[],
  storedAtMs: number,
): Promise<void> {
  for (const observation of observations) {
    const environmentId = await environmentIdOf(db, observation.environment);
    await db
      .insertInto('observations')
      .values(observationRow(observation, { trialId, phase, environmentId, storedAtMs }))
      .execute();
  }
}

async function environmentIdOf(db: Transaction<Database>, environment: Environment): Promise<number> {
  // The order of the keys must not make two environments of one.
  const content = JSON.stringify(Object.fromEntries(Object.entries(environment).sort(([a], [b]) => (a < b ? -1 : 1))));
  const sha256 = createHash('sha256').update(content).digest('hex');
  const known = await db.selectFrom('environments').select('id').where('sha256', '=', sha256).executeTakeFirst();
  if (known) return known.id;
  const added = await db
    .insertInto('environments')
    .values({ sha256, content })
    .returning('id')
    .executeTakeFirstOrThrow();
  return added.id;
}
