/** Work that is shared out, on a real server: each trial is taken by one, a result is accepted from whoever holds it, and no bell rings for nothing. */
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type Fleet, openFleet } from '../../src/fleet/open.ts';
import { stationOf } from '../../src/fleet/queues.ts';
import { copyStore } from '../../src/store/copy/copy-store.ts';
import { type Role, roles, type Taker } from '../../src/store/fleet.ts';
import type { Study } from '../../src/store/study.ts';
import { hasPostgres, skipped } from '../store/postgres/databases.ts';
import { onServer } from '../store/postgres/on-server.ts';
import { demandWhole } from '../store/postgres/whole.ts';
import { accuracyOf, completed, crashed, frontOf, latencyOf, newStudy, newTrial } from '../store/samples.ts';

const version = '1.2.3';
const rest = { deviceClass: 'class-a', version, pruning: true };

const taker = (worker: string, changes: Partial<Taker> = {}): Taker => ({
  owner: { pid: 1, startTime: '1', bootId: `boot of ${worker}` },
  worker,
  roles,
  version,
  ...changes,
});

describe.skipIf(!hasPostgres)(`shared work on PostgreSQL (${skipped})`, () => {
  const server = onServer();
  let fleet: Fleet;
  let study: Study;
  const station = (role: Role = 'build') => stationOf(role, study.id, rest);
  beforeEach(async () => {
    fleet = await openFleet(server.url, { leaseMs: 20_000, losses: 2 });
    study = await fleet.store.studies.create(newStudy());
  });
  afterEach(async () => {
    await fleet.close();
  });

  /** As if the server's clock had gone on. */
  const pass = (ms: number) =>
    server.databases.run(
      server.url,
      `update trials set lease_until_ms = lease_until_ms - ${ms}; update work set rung_at_ms = rung_at_ms - ${ms};
       update workers set until_ms = until_ms - ${ms}`,
    );
  const bells = async () =>
    (
      await server.databases.run(server.url, `select state::text from rankfront_jobs.job where name like '%study-%'`)
    ).map(({ state }) => state);

  test('a trial is stored with its bell, or neither; whoever hears it takes it, and nobody after', async () => {
    const trial = await fleet.work.offer(study.id, newTrial(0), station());
    expect(trial).toMatchObject({ number: 0, state: 'waiting' });
    expect(await fleet.work.offer(study.id, newTrial(0), station())).toBeNull();
    expect(await bells()).toEqual(['created']);
    const heard = (await fleet.bells.next(station().queue))!;
    expect(heard.trialId).toBe(trial!.id);
    expect(await fleet.bells.next(station().queue)).toBeNull();
    const all = await Promise.all(
      ['a', 'b', 'c'].map(name => fleet.work.take(heard.trialId, taker(name, { job: heard.job }))),
    );
    const held = all.filter(each => each !== null);
    expect(held).toHaveLength(1);
    expect(await bells()).toEqual(['completed']);
    expect(await fleet.work.finish(held[0]!, completed(0), frontOf)).toMatchObject({ members: [0] });
    expect(await fleet.work.finish(held[0]!, completed(0), frontOf)).toBe('late');
    expect(await fleet.work.list()).toEqual([]);
    await demandWhole(fleet.store, study.id);
  });

  test('two processes that take side by side never get the same', async () => {
    const other = await openFleet(server.url, { leaseMs: 20_000 });
    for (let n = 0; n < 20; n++) await fleet.work.offer(study.id, newTrial(n), station());
    const take = async (from: Fleet, worker: string): Promise<number[]> => {
      const got: number[] = [];
      for (let heard = await from.bells.next(station().queue); heard; heard = await from.bells.next(station().queue)) {
        const held = await from.work.take(heard.trialId, taker(worker, { job: heard.job }));
        if (held) got.push(held.trial.number);
      }
      return got;
    };
    const [one, two] = await Promise.all([take(fleet, 'one'), take(other, 'two')]);
    expect([...one, ...two].sort((a, b) => a - b)).toEqual(Array.from({ length: 20 }, (_, n) => n));
    await other.close();
  });

  test('another version, another role, and a trial that is finished get nothing', async () => {
    const { id } = (await fleet.work.offer(study.id, newTrial(0), station('latency')))!;
    expect(await fleet.work.take(id, taker('old', { version: '0.9.0' }))).toBeNull();
    expect(await fleet.work.take(id, taker('builder', { roles: ['build'] }))).toBeNull();
    const held = (await fleet.work.take(id, taker('timer', { roles: ['latency'] })))!;
    expect(held).toMatchObject({ attempt: 1, station: { role: 'latency', deviceClass: 'class-a', version } });
    await fleet.work.finish(held, crashed, frontOf);
    expect(await fleet.work.take(id, taker('late'))).toBeNull();
  });

  test('who does not renew loses it; a slow one is refused once another has it, and kept while nobody has', async () => {
    const first = (await fleet.work.offer(study.id, newTrial(0), station()))!;
    const second = (await fleet.work.offer(study.id, newTrial(1), station()))!;
    const slow = (await fleet.work.take(first.id, taker('slow')))!;
    const slower = (await fleet.work.take(second.id, taker('slower')))!;
    expect(await fleet.work.reap()).toEqual({ putBack: 0, died: 0, rungAgain: 0 });
    await pass(15_000);
    expect(await fleet.work.renew(slow)).toBe(true);
    await pass(15_000);
    expect(await fleet.work.reap()).toEqual({ putBack: 1, died: 0, rungAgain: 0 });
    const again = (await fleet.work.take(second.id, taker('quick')))!;
    expect(again).toMatchObject({ attempt: 2, trial: { requeues: 1 } });
    expect(await fleet.work.renew(slower)).toBe(false);
    expect(await fleet.work.handOver(slower, partial(1), station('latency'))).toBe(false);
    expect(await fleet.work.giveBack(slower, 'slow')).toBe(false);
    expect(await fleet.work.finish(slower, completed(1), frontOf)).toBe('late');
    expect(await fleet.work.finish(again, completed(1), frontOf)).toMatchObject({ members: [1] });
    // Its lease is over, but nobody has looked: what it found is as good as ever.
    await pass(60_000);
    expect(await fleet.work.finish(slow, completed(0), frontOf)).toMatchObject({ hypervolume: expect.any(Number) });
    await demandWhole(fleet.store, study.id);
  });

  test('what is lost again and again is dead, is listed, and waits again when it is wanted', async () => {
    const { id } = (await fleet.work.offer(study.id, newTrial(0), station()))!;
    for (const died of [0, 1]) {
      expect(await fleet.work.take(id, taker('victim'))).not.toBeNull();
      await pass(30_000);
      expect(await fleet.work.reap()).toEqual({ putBack: 1 - died, died, rungAgain: 0 });
    }
    expect(await fleet.work.take(id, taker('next'))).toBeNull();
    expect(await fleet.work.list()).toMatchObject([
      {
        state: 'dead',
        number: 0,
        losses: 2,
        worker: 'victim',
        detail: 'lost 2 times, the last time because victim said nothing any more',
      },
    ]);
    expect(await fleet.work.revive([id + 1])).toBe(0);
    expect(await fleet.work.revive()).toBe(1);
    expect((await fleet.bells.next(station().queue))?.trialId).toBe(id);
    const held = (await fleet.work.take(id, taker('next')))!;
    expect(held).toMatchObject({ attempt: 3, trial: { requeues: 0 } });
    expect(await fleet.work.giveBack(held, null)).toBe(true);
    expect(await fleet.work.list()).toMatchObject([{ state: 'waiting', losses: 0 }]);
  });

  test('a bell that was lost rings again', async () => {
    const { id } = (await fleet.work.offer(study.id, newTrial(0), station()))!;
    await server.databases.run(server.url, 'delete from rankfront_jobs.job');
    expect(await fleet.bells.next(station().queue)).toBeNull();
    await pass(130_000);
    expect(await fleet.work.reap()).toEqual({ putBack: 0, died: 0, rungAgain: 1 });
    expect(await fleet.work.reap()).toEqual({ putBack: 0, died: 0, rungAgain: 0 });
    expect((await fleet.bells.next(station().queue))?.trialId).toBe(id);
  });

  const partial = (n: number) => ({
    modelSha256: 'f'.repeat(64),
    macs: 10 + n,
    params: 20 + n,
    correction: Uint8Array.of(n, 1, 2),
    stages: { buildMs: 3, latencyMs: null, accuracyMs: null },
    observations: [latencyOf(n)],
  });

  test('a trial goes from hand to hand with what was found of it', async () => {
    const { id } = (await fleet.work.offer(study.id, newTrial(0), station()))!;
    const builder = (await fleet.work.take(id, taker('builder', { roles: ['build'] })))!;
    expect(await fleet.work.partial(builder)).toBeNull();
    expect(await fleet.work.handOver(builder, { ...partial(0), observations: [] }, station('latency'))).toBe(true);
    expect(await fleet.work.take(id, taker('builder', { roles: ['build'] }))).toBeNull();
    const timer = (await fleet.work.take(id, taker('timer', { roles: ['latency'] })))!;
    expect(await fleet.work.partial(timer)).toEqual({ ...partial(0), observations: [] });
    expect(await fleet.work.handOver(timer, partial(0), station('accuracy'))).toBe(true);
    const scorer = (await fleet.work.take(id, taker('scorer', { roles: ['accuracy'] })))!;
    const found = (await fleet.work.partial(scorer))!;
    // Samples are kept in single precision.
    const { candidateSamplesMs: _c, referenceSamplesMs: _r, ...rest0 } = latencyOf(0);
    expect(found).toMatchObject({ ...partial(0), observations: [rest0] });
    expect(found.observations[0]).toHaveProperty('candidateSamplesMs.length', 5);
    // A copy has no work: there the trial waits for whoever searches on.
    await fleet.work.giveBack(scorer, null);
    const copy = await server.databases.create();
    await copyStore(server.url, copy);
    const alone = await openFleet(copy);
    const there = (await alone.store.studies.get(study.name))!;
    expect(await alone.work.list()).toEqual([]);
    expect(await alone.work.adopt(there.id, stationOf('build', there.id, rest))).toBe(1);
    expect(await alone.work.adopt(there.id, stationOf('build', there.id, rest))).toBe(0);
    await alone.close();
    await server.databases.drop(copy);
    const last = (await fleet.work.take(id, taker('scorer', { roles: ['accuracy'] })))!;
    const observations = [...found.observations, accuracyOf(0)];
    const result = completed(0, { observations, correction: found.correction });
    expect(await fleet.work.finish(last, result, frontOf)).toMatchObject({ members: [0] });
    expect(await fleet.store.trials.correction(id)).toEqual(Uint8Array.of(0, 1, 2));
    expect(await fleet.store.trials.samples(id)).toHaveLength(2);
    await demandWhole(fleet.store, study.id);
  });

  test('a clock of this machine that is wrong by a minute moves no lease', async () => {
    const { id } = (await fleet.work.offer(study.id, newTrial(0), station()))!;
    const real = Date.now;
    for (const wrongMs of [60_000, -60_000]) {
      Date.now = () => real() + wrongMs;
      try {
        const other = await openFleet(server.url, { leaseMs: 20_000 });
        const held = (await other.work.take(id, taker('wrong')))!;
        expect(held).not.toBeNull();
        expect(await other.work.reap()).toMatchObject({ putBack: 0 });
        expect(await fleet.work.reap()).toMatchObject({ putBack: 0 });
        expect(await other.work.giveBack(held, null)).toBe(true);
        await other.close();
      } finally {
        Date.now = real;
      }
    }
  });

  test('a device is held by one worker, until nothing is heard of it', async () => {
    const words = { name: 'one', lane: 'lane-1', device: 'board', deviceClass: 'a', roles, version, study: null };
    expect(await fleet.workers.enter('t1', words)).toBeNull();
    expect(await fleet.workers.enter('t2', { ...words, name: 'two' })).toMatchObject({ name: 'one', alive: true });
    expect(await fleet.workers.enter('t3', { ...words, name: 'scorer', lane: null })).toBeNull();
    expect(await fleet.workers.tell('t1', { state: 'busy', doing: 'trial 3', finished: 2, failed: 1 })).toBe(true);
    await pass(30_000);
    expect((await fleet.workers.list()).map(({ name, alive, doing }) => [name, alive, doing])).toEqual([
      ['one', false, 'trial 3'],
      ['scorer', false, ''],
    ]);
    expect(await fleet.workers.enter('t2', { ...words, name: 'two' })).toBeNull();
    expect(await fleet.workers.tell('t1', { state: 'busy', doing: '', finished: 2, failed: 1 })).toBe(false);
    await fleet.workers.leave('t2');
    expect(await fleet.workers.enter('t4', words)).toBeNull();
  });

  test('files come back as they were, in however many parts, and only whole', { timeout: 30_000 }, async () => {
    const bytes = Uint8Array.from({ length: 9 * 2 ** 20 + 17 }, (_, i) => (i * 31) % 251);
    const sha256 = await fleet.blobs.put(bytes);
    expect(await fleet.blobs.put(bytes)).toBe(sha256);
    expect(Buffer.compare((await fleet.blobs.get(sha256))!, bytes)).toBe(0);
    await server.databases.run(server.url, 'delete from blobs where part = 1');
    expect([await fleet.blobs.has(sha256), await fleet.blobs.get(sha256)]).toEqual([false, null]);
    await fleet.blobs.put(bytes);
    expect(await fleet.blobs.has(sha256)).toBe(true);
    expect(await fleet.blobs.get(await fleet.blobs.put(new Uint8Array()))).toEqual(Buffer.alloc(0));
  });
});

test('a file is not shared', async () => {
  await expect(openFleet('some.sqlite')).rejects.toThrow(
    'Cannot share out work in the store "some.sqlite": it is a file',
  );
});
