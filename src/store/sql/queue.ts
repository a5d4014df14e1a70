/** The life of a trial in SQL: begun or claimed, finished, confirmed, or put back when its process died. */

import { isAlive, type Owner } from '../../host/process-identity.ts';
import { checkObservations, checkRemeasured, checkResult } from '../check.ts';
import type { Session } from '../sqlite/session.ts';
import type { TrialQueue } from '../store.ts';
import type { TrialResult } from '../trial.ts';
import { updateFront } from './front.ts';
import { insertObservations } from './observations.ts';
import { revise } from './revise.ts';
import { nextSequence } from './sequence.ts';
import { runningTrialOf } from './trial-rows.ts';

/** `release` puts the unfinished trials of this queue back, for a store that is closed. */
export function sqliteQueue({ read, write, now }: Session, owner: Owner): TrialQueue & { release(): Promise<void> } {
  /** Begun or claimed here and not finished: id to number. */
  const mine = new Map<number, number>();
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
          .returning(['next_number', 'finished'])
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
            setup_id: trial.asked?.setup ?? null,
            asked_after: trial.asked?.after ?? null,
            asked_known: trial.asked?.known ?? null,
            started_after: study.finished,
            created_at_ms: time,
            started_at_ms: time,
            ...ownership,
          })
          .returningAll()
          .executeTakeFirstOrThrow();
        return runningTrialOf(row);
      });
      if (begun) mine.set(begun.id, begun.number);
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
      if (claimed) mine.set(claimed.id, claimed.number);
      return claimed;
    },

    finish: async (trialId, result, frontOf) => {
      const number = mine.get(trialId);
      const front = await write(
        `store the result of ${number === undefined ? 'a trial' : `trial ${number}`}`,
        async db => {
          const trial = await db
            .selectFrom('trials')
            .innerJoin('studies', 'studies.id', 'trials.study_id')
            .select(['trials.study_id', 'trials.number', 'trials.state', 'studies.objectives'])
            .where('trials.id', '=', trialId)
            .executeTakeFirstOrThrow();
          checkResult(result, JSON.parse(trial.objectives).length);
          if (trial.state !== 'running' && trial.state !== 'waiting') return null;
          const sequence = await nextSequence(db, trial.study_id);
          const time = now();
          const after =
            result.state === 'complete' ? await updateFront(db, { ...trial, id: trialId, result }, frontOf) : null;
          await db
            .updateTable('trials')
            .set({
              state: result.state,
              finished_at_ms: time,
              finished_sequence: sequence,
              build_ms: result.stages.buildMs,
              correction_ms: result.stages.correctionMs ?? null,
              latency_ms: result.stages.latencyMs,
              accuracy_ms: result.stages.accuracyMs,
              ...nobody,
              ...resultColumns(result),
              ...(after && { hypervolume: after.hypervolume }),
            })
            .where('id', '=', trialId)
            .execute();
          await insertObservations(db, trialId, 'search', result.observations, time);
          if (result.state === 'complete' && result.correction) {
            await db.insertInto('corrections').values({ trial_id: trialId, content: result.correction }).execute();
          }
          return after;
        },
      );
      mine.delete(trialId);
      return front;
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

    remeasure: async (trialId, again, frontOf) => {
      checkRemeasured(again);
      await write('store a latency that was measured again', db => revise(db, trialId, again, frontOf, now()));
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
          .where('id', 'in', [...mine.keys()])
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
      return {
        detail: result.detail,
        objective_values: JSON.stringify(result.values),
        standard_errors: JSON.stringify(result.standardErrors),
      };
    default:
      return result satisfies never;
  }
}
