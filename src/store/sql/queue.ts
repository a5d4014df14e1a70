/** The life of a trial in SQL: begun or claimed, finished, confirmed, or put back when its owner is gone. */
import { randomUUID } from 'node:crypto';
import type { Owner } from '../../host/process-identity.ts';
import { checkObservations, checkRemeasured } from '../check.ts';
import { isLost, renewal } from '../lease.ts';
import type { TrialQueue } from '../store.ts';
import type { RunningTrial } from '../trial.ts';
import { beginTrial, claimTrial, type Ownership } from './begin.ts';
import { countWriteOfTrial } from './counters.ts';
import { finishTrial } from './finish.ts';
import { putBack, release, renew } from './held.ts';
import { insertObservations } from './observations.ts';
import { insertRefinement } from './refinements.ts';
import { revise } from './revise.ts';
import type { StoreSession } from './session.ts';
import { ownerOf } from './trial-rows.ts';

/** `release` puts the unfinished trials of this queue back and ends the renewing of leases, for a store that is closed. */
export function sqlQueue(
  { read, write, now }: StoreSession,
  owner: Owner,
  leaseMs: number,
): TrialQueue & { release(): Promise<void> } {
  /** Begun or claimed here and not finished: id to number. */
  const mine = new Map<number, number>();
  const token = randomUUID();
  const ownership = (nowMs: number): Ownership => ({
    owner_pid: owner.pid,
    owner_start_time: owner.startTime,
    owner_boot_id: owner.bootId,
    owner_token: token,
    lease_until_ms: nowMs + leaseMs,
  });
  const renewing = renewal(leaseMs, async () => {
    if (mine.size > 0) await write('go on with trials', db => renew(db, [...mine.keys()], token, now() + leaseMs));
  });
  const taken = (trial: RunningTrial | null): RunningTrial | null => {
    if (trial) {
      mine.set(trial.id, trial.number);
      renewing.start();
    }
    return trial;
  };

  return {
    begin: async (studyId, trial) =>
      taken(
        await write('store a new trial', db => {
          const time = now();
          return beginTrial(db, studyId, trial, ownership(time), time);
        }),
      ),

    claim: async studyId =>
      taken(
        await write('take a waiting trial', db => {
          const time = now();
          return claimTrial(db, studyId, ownership(time), time);
        }),
      ),

    finish: async (trialId, result, frontOf) => {
      const number = mine.get(trialId);
      const action = `store the result of ${number === undefined ? 'a trial' : `trial ${number}`}`;
      const front = await write(action, db => finishTrial(db, trialId, result, frontOf, now()));
      mine.delete(trialId);
      return front;
    },

    confirm: async (trialId, observations) => {
      checkObservations(observations);
      if (observations.length === 0) return;
      const kinds = observations.map(({ kind }) => kind);
      await write('store what was confirmed', async db => {
        await countWriteOfTrial(db, trialId);
        await db
          .deleteFrom('observations')
          .where('trial_id', '=', trialId)
          .where('phase', '=', 'confirm')
          .where('kind', 'in', kinds)
          .execute();
        await insertObservations(db, trialId, 'confirm', observations, now());
      });
    },

    refine: async (trialId, refinement, observations) => {
      checkObservations(observations);
      await write('store what was refined', db => insertRefinement(db, trialId, refinement, observations, now()));
    },

    remeasure: async (trialId, again, frontOf) => {
      checkRemeasured(again);
      await write(`store a ${again.observation.kind} that was measured again`, db =>
        revise(db, trialId, again, frontOf, now()),
      );
    },

    requeueLost: async studyId => {
      const action = 'put lost trials back in the queue';
      const running = await read(action, db =>
        db.selectFrom('trials').selectAll().where('study_id', '=', studyId).where('state', '=', 'running').execute(),
      );
      // Outside the transaction: on some systems the answer takes a process of its own.
      const lost = running.filter(row =>
        isLost({ owner: ownerOf(row), leaseUntilMs: row.lease_until_ms }, owner, now()),
      );
      return lost.length === 0 ? 0 : write(action, db => putBack(db, studyId, lost));
    },

    release: async () => {
      await renewing.stop();
      if (mine.size === 0) return;
      await write('put unfinished trials back in the queue', db => release(db, [...mine.keys()], token));
      mine.clear();
    },
  };
}
