/** What two callers may do at once, and what must hold afterwards in whatever order their statements were run. */
import { expect } from 'vitest';
import type { Environment } from '../../../src/host/environment.ts';
import { currentOwner } from '../../../src/host/process-identity.ts';
import { storeOver } from '../../../src/store/open.ts';
import { putBack, renew } from '../../../src/store/sql/held.ts';
import { environmentIds } from '../../../src/store/sql/observations.ts';
import type { Session } from '../../../src/store/sql/session.ts';
import type { Store } from '../../../src/store/store.ts';
import type { RunningTrial } from '../../../src/store/trial.ts';
import { accuracyOf, completed, environment, frontOf, latencyOf, newStudy, newTraining, newTrial } from '../samples.ts';

export interface Caller {
  readonly store: Store;
  readonly session: Session;
}

type Work<T> = (caller: Caller, seeded: T) => Promise<unknown>;

export interface Case<T = unknown> {
  readonly name: string;
  readonly seed: (caller: Caller) => Promise<T>;
  readonly works: readonly [Work<T>, Work<T>];
  readonly check: (results: readonly unknown[], caller: Caller, seeded: T) => Promise<void>;
}

/** Without the type of its seed, so that cases can stand in one list. */
const made = <T>(each: Case<T>): Case => each as unknown as Case;

/** Owners of another machine, so that two callers are told apart. */
export const ownerOf = (actor: number) => ({ pid: actor + 1, startTime: 'then', bootId: `machine ${actor}` });

const study = async ({ store }: Caller, name = 'night'): Promise<number> =>
  (await store.studies.create(newStudy({ name }))).id;

const begun = async ({ store }: Caller, studyId: number, n: number): Promise<RunningTrial> =>
  (await store.queue.begin(studyId, newTrial(n)))!;

/** Trials that wait. */
async function waiting({ session }: Caller, count: number): Promise<number> {
  const store = storeOver({ ...session, close: async () => {} }, { owner: ownerOf(7) });
  const id = await study({ store, session });
  for (let n = 0; n < count; n++) await begun({ store, session }, id, n);
  await store.close();
  return id;
}

const rowsIn = async (session: Session, table: 'environments' | 'tuner_setups' | 'counters' | 'training_runs') =>
  (await session.db.selectFrom(table).selectAll().execute()) as unknown as Readonly<Record<string, number>>[];

const noError = (results: readonly unknown[]): void => {
  for (const result of results) if (result instanceof Error) throw result;
};

/** What must hold of a study at the end of everything. */
async function demandWhole({ store, session }: Caller, studyId: number): Promise<void> {
  const trials = await store.trials.list(studyId);
  expect(trials.map(({ number }) => number)).toEqual(trials.map((_, i) => i));
  const counters = await rowsIn(session, 'counters');
  const own = counters.find(each => each.study_id === studyId);
  expect(own?.next_number).toBe(trials.length);
  const sequences = trials.flatMap(trial => [
    ...('finishedSequence' in trial ? [trial.finishedSequence] : []),
    ...(trial.state === 'complete' ? trial.revisions.map(({ replacedAt }) => replacedAt) : []),
  ]);
  expect(sequences.sort((a, b) => a - b)).toEqual(sequences.map((_, i) => i + 1));
  expect(own?.finished).toBe(sequences.length);
  const complete = trials.filter(trial => trial.state === 'complete');
  const points = complete.filter(({ feasible }) => feasible).map(({ number, values }) => ({ number, values }));
  const expected = frontOf(points);
  expect((await store.trials.front(studyId)).map(({ number }) => number)).toEqual(expected.members);
  const last = complete.toSorted((a, b) => b.finishedSequence - a.finishedSequence)[0];
  if (last) expect(last.hypervolume).toBeCloseTo(expected.hypervolume, 12);
}

export const claims = (count: number): Case =>
  made<number>({
    name: `two claims of ${count}`,
    seed: caller => waiting(caller, count),
    works: [({ store }, id) => store.queue.claim(id), ({ store }, id) => store.queue.claim(id)],
    check: async (results, caller, id) => {
      noError(results);
      const got = results.flatMap(each => (each ? [(each as RunningTrial).number] : []));
      expect(got.sort()).toEqual(Array.from({ length: Math.min(2, count) }, (_, i) => i));
      for (const [i, result] of results.entries())
        if (result)
          expect(await caller.store.trials.get(id, (result as RunningTrial).number)).toMatchObject({
            state: 'running',
            owner: ownerOf(i),
          });
      await demandWhole(caller, id);
    },
  });

export const begins = (configurations: readonly [number, number], work?: Work<number>): Case => {
  const [first, second] = configurations;
  const begin =
    (n: number): Work<number> =>
    ({ store }, id) =>
      store.queue.begin(id, newTrial(n));
  return made<number>({
    name: first === second ? 'two begin the same' : 'two begin',
    seed: study,
    works: [work ?? begin(first), work ?? begin(second)],
    check: async (results, caller, id) => {
      noError(results);
      expect(results.filter(each => each !== null)).toHaveLength(first === second ? 1 : 2);
      await demandWhole(caller, id);
      expect(await caller.store.trials.list(id)).toHaveLength(first === second ? 1 : 2);
    },
  });
};

export const finishes = (which: 'the same' | 'another', work?: Work<RunningTrial[]>): Case => {
  const finish =
    (n: number): Work<RunningTrial[]> =>
    ({ store }, trials) =>
      store.queue.finish(trials[which === 'another' ? n : 0]!.id, completed(n, { values: [n, 1 - n] }), frontOf);
  return made<RunningTrial[]>({
    name: `two finish ${which} trial`,
    seed: async caller => {
      const id = await study(caller);
      return [await begun(caller, id, 0), await begun(caller, id, 1)];
    },
    works: [work ?? finish(0), work ?? finish(1)],
    check: async (results, caller, [trial]) => {
      noError(results);
      expect(results.filter(each => each !== null)).toHaveLength(which === 'another' ? 2 : 1);
      await demandWhole(caller, trial!.studyId);
      for (const each of await caller.store.trials.list(trial!.studyId, { states: ['complete'] }))
        expect(await caller.store.trials.samples(each.id)).toHaveLength(2);
    },
  });
};

export const setups = (same: boolean, work?: Work<number>): Case => {
  const keep =
    (seed: number): Work<number> =>
    ({ store }, id) =>
      store.tuning.keepSetup(id, { strategy: 'random', seed });
  return made<number>({
    name: `two keep ${same ? 'the same setup' : 'other setups'}`,
    seed: study,
    works: [work ?? keep(1), work ?? keep(same ? 1 : 2)],
    check: async (results, { session }) => {
      noError(results);
      expect(new Set(results).size).toBe(same ? 1 : 2);
      expect(await rowsIn(session, 'tuner_setups')).toHaveLength(same ? 1 : 2);
    },
  });
};

const strange = { ...environment, cpuModel: 'seen for the first time' };
const other = { ...strange, governor: 'another one' };

/** Of two studies, whose writers do not wait for each other; met in another order, so that neither may hold one and want the other. */
export const environments = (work?: Work<void>): Case => {
  const meet =
    (order: readonly Environment[]): Work<void> =>
    ({ session }) =>
      session.write('meet', async db => {
        const ids = await environmentIds(
          db,
          order.map(each => ({ environment: each })),
        );
        return new Map(order.map((each, i) => [each, ids[i]]));
      });
  return made<void>({
    name: 'two meet the same environments',
    seed: async () => {},
    works: [work ?? meet([strange, other]), work ?? meet([other, strange])],
    check: async (results, { session }) => {
      noError(results);
      expect(results[0]).toEqual(results[1]);
      const rows = await rowsIn(session, 'environments');
      expect(rows).toHaveLength(work ? 1 : 2);
      if (!work)
        expect([...(results[0] as Map<unknown, number>).values()].sort()).toEqual(rows.map(({ id }) => id).sort());
    },
  });
};

/** Of a process of this machine that is gone. */
const gone = { ...currentOwner(), startTime: 'never' };

async function lost({ session }: Caller): Promise<RunningTrial> {
  const store = storeOver({ ...session, close: async () => {} }, { owner: gone });
  return begun({ store, session }, await study({ store, session }), 0);
}

/** As from this machine, whoever else calls. */
const here = ({ session }: Caller): Store => storeOver({ ...session, close: async () => {} });

export const cases: readonly Case[] = [
  claims(1),
  claims(2),
  claims(3),
  begins([0, 0]),
  begins([0, 1]),
  finishes('the same'),
  finishes('another'),
  setups(true),
  setups(false),
  environments(),
  made<RunningTrial>({
    name: 'one puts a lost trial back while it is finished',
    seed: lost,
    works: [
      (caller, trial) => here(caller).queue.requeueLost(trial.studyId),
      ({ store }, trial) => store.queue.finish(trial.id, completed(0), frontOf),
    ],
    check: async (results, caller, trial) => {
      noError(results);
      expect(await caller.store.trials.get(trial.studyId, 0)).toMatchObject({
        state: 'complete',
        requeues: results[0],
      });
      await demandWhole(caller, trial.studyId);
    },
  }),
  made<RunningTrial>({
    name: 'two put a lost trial back',
    seed: lost,
    works: [
      (caller, trial) => here(caller).queue.requeueLost(trial.studyId),
      (caller, trial) => here(caller).queue.requeueLost(trial.studyId),
    ],
    check: async (results, { store }, trial) => {
      noError(results);
      expect(Number(results[0]) + Number(results[1])).toBe(1);
      expect(await store.trials.get(trial.studyId, 0)).toMatchObject({ state: 'waiting', requeues: 1 });
    },
  }),
  made<RunningTrial>({
    name: 'one puts a lost trial back while it is claimed',
    seed: lost,
    works: [
      (caller, trial) => here(caller).queue.requeueLost(trial.studyId),
      ({ store }, trial) => store.queue.claim(trial.studyId),
    ],
    check: async (results, { store }, trial) => {
      noError(results);
      const now = await store.trials.get(trial.studyId, 0);
      expect(now).toMatchObject(results[1] ? { state: 'running', owner: ownerOf(1) } : { state: 'waiting' });
    },
  }),
  made<{ studyId: number; id: number; owner_token: string | null; lease_until_ms: number | null }>({
    name: 'one puts back whose lease another renews',
    seed: async caller => {
      const trial = await lost(caller);
      const row = await caller.session.db.selectFrom('trials').selectAll().executeTakeFirstOrThrow();
      return { studyId: trial.studyId, ...row };
    },
    works: [
      ({ session }, held) => session.write('put back', db => putBack(db, held.studyId, [held])),
      ({ session }, held) =>
        session.write('renew', db => renew(db, [held.id], held.owner_token ?? '', (held.lease_until_ms ?? 0) + 9)),
    ],
    check: async ([count], { session }, held) => {
      const row = await session.db.selectFrom('trials').selectAll().executeTakeFirstOrThrow();
      expect(row).toMatchObject(
        count === 0
          ? { state: 'running', requeues: 0, lease_until_ms: (held.lease_until_ms ?? 0) + 9 }
          : { state: 'waiting', requeues: 1, lease_until_ms: null, owner_token: null },
      );
    },
  }),
  made<RunningTrial>({
    name: 'two confirm the same trial',
    seed: async caller => {
      const trial = await begun(caller, await study(caller), 0);
      await caller.store.queue.finish(trial.id, completed(0), frontOf);
      return trial;
    },
    works: [
      ({ store }, { id }) => store.queue.confirm(id, [latencyOf(1, 4), accuracyOf(1, 9)]),
      ({ store }, { id }) => store.queue.confirm(id, [latencyOf(2, 6), accuracyOf(2, 11)]),
    ],
    check: async (results, { store }, { id }) => {
      noError(results);
      const seen = (await store.trials.samples(id)).filter(({ phase }) => phase === 'confirm');
      const first = seen[0]?.value === latencyOf(1).value;
      expect(seen).toMatchObject([
        { value: latencyOf(first ? 1 : 2).value, candidateSamplesMs: { length: first ? 4 : 6 } },
        { value: accuracyOf(first ? 1 : 2).value, correct: { length: first ? 9 : 11 } },
      ]);
    },
  }),
  made<RunningTrial>({
    name: 'one measures a trial again while the limits change',
    seed: async caller => {
      const id = await study(caller);
      const trials = [await begun(caller, id, 0), await begun(caller, id, 1)];
      for (const [n, { id }] of trials.entries())
        await caller.store.queue.finish(id, completed(n, { values: [1 - n / 2, 0.5] }), frontOf);
      return trials[0]!;
    },
    works: [
      ({ store }, { id }) => {
        const again = { values: [0.25, 0.25], standardErrors: [0, 0], feasible: true };
        return store.queue.remeasure(id, { ...again, observation: latencyOf(5) }, frontOf);
      },
      ({ store }, { studyId }) => store.tuning.judge(studyId, ([value = 0]) => value < 0.75, frontOf),
    ],
    check: async (results, caller, { studyId }) => {
      noError(results);
      const front = (await caller.store.trials.front(studyId)).map(({ number }) => number);
      expect(front).toEqual([0]);
      await demandWhole(caller, studyId);
    },
  }),
  made<void>({
    name: 'two create the same study',
    seed: async () => {},
    works: [caller => study(caller), caller => study(caller)],
    check: async (results, { session }) => {
      noError(results);
      expect(results[0]).toBe(results[1]);
      expect(await rowsIn(session, 'counters')).toHaveLength(1);
    },
  }),
  made<RunningTrial>({
    name: 'two begin the same training',
    seed: async caller => begun(caller, await study(caller), 0),
    works: [
      ({ store }, { id }) => store.training.begin(newTraining(id)),
      ({ store }, { id }) => store.training.begin(newTraining(id)),
    ],
    check: async (results, { session }) => {
      noError(results);
      expect(await rowsIn(session, 'training_runs')).toHaveLength(1);
    },
  }),
];
