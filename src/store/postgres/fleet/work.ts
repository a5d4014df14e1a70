/** Work on trials in SQL. Whether a trial waits or runs is told by its own row; the row of its work says for whom it waits. */
import { randomUUID } from 'node:crypto';
import type { Kysely, Transaction } from 'kysely';
import type { Held, OpenWork, Partial, Reaped, Station, Taker, WorkStore } from '../../fleet.ts';
import { queueTrial } from '../../sql/begin.ts';
import { stagesIn } from '../../sql/columns.ts';
import { countWrite } from '../../sql/counters.ts';
import { finishTrial, forgetParts, nobody } from '../../sql/finish.ts';
import { insertObservations } from '../../sql/observations.ts';
import type { Database } from '../../sql/schema.ts';
import type { StoreSession } from '../../sql/session.ts';
import { stored } from '../../sql/stored.ts';
import { runningTrialOf } from '../../sql/trial-rows.ts';
import type { TrialArchive } from '../../store.ts';
import { type FleetDatabase, readFleet, withFleet } from './tables.ts';

/** Rings for a trial in the transaction that is given, so that the bell is heard if that is stored and not otherwise. */
export interface Bells {
  /** Makes the queue where it is not there; to be called before a transaction that rings in it. */
  prepare(queue: string): Promise<void>;
  ring(db: Transaction<Database>, queue: string, trialId: number): Promise<void>;
  /** A bell that was heard is done with. */
  heard(db: Transaction<Database>, queue: string, job: string): Promise<void>;
}

export interface WorkOptions {
  readonly bells: Bells;
  /** How long a trial stays with whoever took it, without a renewal. */
  readonly leaseMs: number;
  /** So often a trial may be lost before it is dead. */
  readonly losses: number;
}

/** A bell that nobody heard for so long is rung again. */
const unheardMs = 120_000;

export function sqlWork(session: StoreSession, trials: TrialArchive, options: WorkOptions): WorkStore {
  const { read, write, now } = session;
  const { bells, leaseMs, losses } = options;

  /** Runs `work` where the trial is still held so; the study is locked meanwhile. */
  const whileHeld = <T>(
    action: string,
    { trial, token, attempt }: Held,
    otherwise: T,
    work: (db: Transaction<FleetDatabase>, plain: Transaction<Database>) => Promise<T>,
  ): Promise<T> =>
    write(action, async plain => {
      const db = withFleet(plain);
      await countWrite(plain, trial.studyId);
      const held = await db
        .selectFrom('work')
        .innerJoin('trials', 'trials.id', 'work.trial_id')
        .select('work.trial_id')
        .where('work.trial_id', '=', trial.id)
        .where('work.attempt', '=', attempt)
        .where('trials.state', '=', 'running')
        .where('trials.owner_token', '=', token)
        .executeTakeFirst();
      return held ? work(db, plain) : otherwise;
    });

  const atStation = (station: Station) => ({
    role: station.role,
    queue: station.queue,
    device_class: station.deviceClass,
    version: station.version,
    pruning: station.pruning ? 1 : 0,
    rung_at_ms: now(),
  });

  return {
    offer: async (studyId, trial, station) => {
      await bells.prepare(station.queue);
      return write('share out a trial', async db => {
        const waiting = await queueTrial(db, studyId, trial, now());
        if (!waiting) return null;
        await withFleet(db)
          .insertInto('work')
          .values({
            trial_id: waiting.id,
            study_id: studyId,
            attempt: 0,
            dead: null,
            worker: null,
            ...atStation(station),
          })
          .execute();
        await bells.ring(db, station.queue, waiting.id);
        return waiting;
      });
    },

    adopt: async (studyId, station) => {
      await bells.prepare(station.queue);
      return write('share out waiting trials', async plain => {
        await countWrite(plain, studyId);
        const db = withFleet(plain);
        const waiting = await db
          .selectFrom('trials')
          .leftJoin('work', 'work.trial_id', 'trials.id')
          .select('trials.id')
          .where('trials.study_id', '=', studyId)
          .where('trials.state', '=', 'waiting')
          .where(({ eb, or }) =>
            or([
              eb('work.trial_id', 'is', null),
              eb('work.version', '<>', station.version),
              eb('work.device_class', '<>', station.deviceClass),
            ]),
          )
          .orderBy('trials.number')
          .execute();
        for (const { id } of waiting) {
          await forgetParts(plain, id);
          await db
            .insertInto('work')
            .values({ trial_id: id, study_id: studyId, attempt: 0, dead: null, worker: null, ...atStation(station) })
            .onConflict(conflict => conflict.column('trial_id').doUpdateSet(atStation(station)))
            .execute();
          await bells.ring(plain, station.queue, id);
        }
        return waiting.length;
      });
    },

    take: async (trialId, by) => {
      const studyId = await read('look at a trial', db =>
        readFleet(db).selectFrom('work').select('study_id').where('trial_id', '=', trialId).executeTakeFirst(),
      );
      if (!studyId) return null;
      return write('take a trial', async plain => {
        await countWrite(plain, studyId.study_id);
        return taken(plain, trialId, by, now() + leaseMs, now());
      });
    },

    partial: async ({ trial, station }) => {
      if (station.role === 'build') return null;
      const row = await read('read what is known of a trial', db =>
        db
          .selectFrom('trials')
          .select(['model_sha256', 'macs', 'params', 'stages'])
          .where('id', '=', trial.id)
          .executeTakeFirstOrThrow(),
      );
      const observations = (await trials.samples(trial.id)).filter(({ phase }) => phase === 'search');
      return {
        modelSha256: stored(row.model_sha256),
        macs: stored(row.macs),
        params: stored(row.params),
        stages: stagesIn(stored(row.stages)),
        correction: await trials.correction(trial.id),
        observations,
      };
    },

    handOver: async (held, partial, next) => {
      await bells.prepare(next.queue);
      return whileHeld('hand a trial on', held, false, async (db, plain) => {
        await keepPartial(plain, held.trial.id, partial, now());
        await db.updateTable('work').set(atStation(next)).where('trial_id', '=', held.trial.id).execute();
        await bells.ring(plain, next.queue, held.trial.id);
        return true;
      });
    },

    finish: (held, result, frontOf) =>
      whileHeld<Awaited<ReturnType<WorkStore['finish']>>>(
        `store the result of trial ${held.trial.number}`,
        held,
        'late',
        async (db, plain) => {
          const front = await finishTrial(plain, held.trial.id, result, frontOf, now());
          await db.deleteFrom('work').where('trial_id', '=', held.trial.id).execute();
          return front;
        },
      ),

    giveBack: async (held, loss) => {
      await bells.prepare(held.station.queue);
      return whileHeld('give a trial back', held, false, async (_, plain) => {
        await putBack(plain, [held.trial.id], loss, { bells, losses, nowMs: now() });
        return true;
      });
    },

    renew: held =>
      write('go on with a trial', async db => {
        const renewed = await db
          .updateTable('trials')
          .set({ lease_until_ms: now() + leaseMs })
          .where('id', '=', held.trial.id)
          .where('state', '=', 'running')
          .where('owner_token', '=', held.token)
          .executeTakeFirst();
        return renewed.numUpdatedRows > 0;
      }),

    reap: async () => {
      for (const { queue } of await openIn(read)) await bells.prepare(queue);
      const open = await openIn(read);
      const studies = [...new Set(open.filter(row => row.dead === null).map(({ study_id }) => study_id))];
      const total = { putBack: 0, died: 0, rungAgain: 0 };
      for (const studyId of studies.sort((a, b) => a - b)) {
        const due = open.filter(
          ({ study_id, state, lease_until_ms, dead, rung_at_ms }) =>
            study_id === studyId &&
            dead === null &&
            (state === 'running' ? (lease_until_ms ?? 0) < now() : rung_at_ms + unheardMs < now()),
        );
        if (due.length === 0) continue;
        const done = await write('look after trials that nobody has', plain =>
          lookedAfter(plain, studyId, { bells, losses, nowMs: now() }),
        );
        total.putBack += done.putBack;
        total.died += done.died;
        total.rungAgain += done.rungAgain;
      }
      return total;
    },

    list: async () => (await openIn(read)).map(openWorkOf),

    revive: async trialIds => {
      const dead = (await openIn(read)).filter(
        ({ dead, trial_id }) => dead !== null && (trialIds === undefined || trialIds.includes(trial_id)),
      );
      for (const { trial_id, study_id, queue } of dead) {
        await bells.prepare(queue);
        await write('let a dead trial wait again', async plain => {
          await countWrite(plain, study_id);
          const db = withFleet(plain);
          await db.updateTable('trials').set({ requeues: 0 }).where('id', '=', trial_id).execute();
          await db
            .updateTable('work')
            .set({ dead: null, rung_at_ms: now() })
            .where('trial_id', '=', trial_id)
            .execute();
          await bells.ring(plain, queue, trial_id);
        });
      }
      return dead.length;
    },
  };

  async function taken(
    plain: Transaction<Database>,
    trialId: number,
    { owner, worker, roles, version, job }: Taker,
    untilMs: number,
    nowMs: number,
  ): Promise<Held | null> {
    const db = withFleet(plain);
    const row = await db.selectFrom('work').selectAll().where('trial_id', '=', trialId).executeTakeFirst();
    if (row && job !== undefined) await bells.heard(plain, row.queue, job);
    if (!row || row.dead !== null || !roles.includes(row.role) || row.version !== version) return null;
    const token = randomUUID();
    const trial = await db
      .updateTable('trials')
      .set({
        state: 'running',
        started_at_ms: nowMs,
        owner_pid: owner.pid,
        owner_start_time: owner.startTime,
        owner_boot_id: owner.bootId,
        owner_token: token,
        lease_until_ms: untilMs,
      })
      .where('id', '=', trialId)
      .where('state', '=', 'waiting')
      .returningAll()
      .executeTakeFirst();
    if (!trial) return null;
    const attempt = row.attempt + 1;
    await db.updateTable('work').set({ attempt, worker }).where('trial_id', '=', trialId).execute();
    const { role, queue, device_class, pruning } = row;
    return {
      trial: runningTrialOf(trial),
      station: { role, queue, deviceClass: device_class, version, pruning: pruning === 1 },
      attempt,
      token,
    };
  }
}

interface Care {
  readonly bells: Bells;
  readonly losses: number;
  readonly nowMs: number;
}

/** The trials of one study whose lease is over, or whose bell nobody heard. */
async function lookedAfter(plain: Transaction<Database>, studyId: number, care: Care): Promise<Reaped> {
  const db = withFleet(plain);
  await countWrite(plain, studyId);
  // Read again: only now nobody else changes them.
  const rows = await db
    .selectFrom('work')
    .innerJoin('trials', 'trials.id', 'work.trial_id')
    .select(['work.trial_id', 'work.queue', 'work.rung_at_ms', 'trials.state', 'trials.lease_until_ms', 'work.worker'])
    .where('work.study_id', '=', studyId)
    .where('work.dead', 'is', null)
    .orderBy('trials.number')
    .execute();
  const lost = rows.filter(row => row.state === 'running' && (row.lease_until_ms ?? 0) < care.nowMs);
  const unheard = rows.filter(row => row.state === 'waiting' && row.rung_at_ms + unheardMs < care.nowMs);
  let died = 0;
  for (const { trial_id, worker } of lost)
    died += await putBack(plain, [trial_id], `${worker ?? 'a worker'} said nothing any more`, care);
  for (const { trial_id, queue } of unheard) {
    await db.updateTable('work').set({ rung_at_ms: care.nowMs }).where('trial_id', '=', trial_id).execute();
    await care.bells.ring(plain, queue, trial_id);
  }
  return { putBack: lost.length - died, died, rungAgain: unheard.length };
}

/** They wait again; those that were lost too often are dead, and nobody is told of them. Returns how many died. */
async function putBack(
  plain: Transaction<Database>,
  trialIds: readonly number[],
  loss: string | null,
  { bells, losses, nowMs }: Care,
): Promise<number> {
  const db = withFleet(plain);
  let died = 0;
  for (const id of trialIds) {
    const { requeues } = await db
      .updateTable('trials')
      .set(({ eb }) => ({ state: 'waiting', requeues: eb('requeues', '+', loss === null ? 0 : 1), ...nobody }))
      .where('id', '=', id)
      .where('state', '=', 'running')
      .returning('requeues')
      .executeTakeFirstOrThrow();
    const dead = loss !== null && requeues >= losses ? `lost ${requeues} times, the last time because ${loss}` : null;
    const { queue } = await db
      .updateTable('work')
      .set({ dead, rung_at_ms: nowMs })
      .where('trial_id', '=', id)
      .returning('queue')
      .executeTakeFirstOrThrow();
    if (dead === null) await bells.ring(plain, queue, id);
    else died++;
  }
  return died;
}

async function keepPartial(db: Transaction<Database>, trialId: number, partial: Partial, nowMs: number): Promise<void> {
  await forgetParts(db, trialId);
  await insertObservations(db, trialId, 'search', partial.observations, nowMs);
  if (partial.correction)
    await db.insertInto('corrections').values({ trial_id: trialId, content: partial.correction }).execute();
  await db
    .updateTable('trials')
    .set({
      state: 'waiting',
      model_sha256: partial.modelSha256,
      macs: partial.macs,
      params: partial.params,
      stages: JSON.stringify(partial.stages),
      ...nobody,
    })
    .where('id', '=', trialId)
    .execute();
}

/** Of all studies: there are as many as trials are under way. */
const openIn = (read: StoreSession['read']) => read('list what is shared out', openRows);

const openRows = (db: Kysely<Database>) =>
  readFleet(db)
    .selectFrom('work')
    .innerJoin('trials', 'trials.id', 'work.trial_id')
    .innerJoin('studies', 'studies.id', 'work.study_id')
    .selectAll('work')
    .select(['studies.name', 'trials.number', 'trials.state', 'trials.requeues', 'trials.lease_until_ms'])
    .select('trials.created_at_ms')
    // A search by one machine may have finished what was shared out before.
    .where('trials.state', 'in', ['waiting', 'running'])
    .orderBy('work.study_id')
    .orderBy('trials.number')
    .execute();

const openWorkOf = (row: Awaited<ReturnType<typeof openRows>>[number]): OpenWork => ({
  trialId: row.trial_id,
  studyId: row.study_id,
  study: row.name,
  number: row.number,
  state: row.dead !== null ? 'dead' : row.state === 'running' ? 'running' : 'waiting',
  role: row.role,
  queue: row.queue,
  deviceClass: row.device_class,
  version: row.version,
  pruning: row.pruning === 1,
  attempt: row.attempt,
  losses: row.requeues,
  worker: row.worker,
  detail: row.dead ?? '',
  createdAtMs: row.created_at_ms,
});
