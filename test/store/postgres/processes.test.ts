/** Many processes on one database at once, processes that are killed, and owners on other machines. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { seededRng } from '../../../src/random/rng.ts';
import { clockSkewMs } from '../../../src/store/lease.ts';
import { openStore } from '../../../src/store/open.ts';
import { completed, crashed, frontOf, newStudy, newTrial } from '../samples.ts';
import { hasPostgres, skipped } from './databases.ts';
import { onServer } from './on-server.ts';
import { demandWhole } from './whole.ts';

const range = (n: number): number[] => Array.from({ length: n }, (_, i) => i);

function start(script: string, args: readonly string[]) {
  const path = join(import.meta.dirname, '..', script);
  const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', path, ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let out = '';
  let error = '';
  child.stdout.on('data', chunk => {
    out += chunk;
  });
  child.stderr.on('data', chunk => {
    error += chunk;
  });
  const ended = new Promise<{ code: number | null; out: string; error: string }>(resolve =>
    child.on('close', code => resolve({ code, out, error })),
  );
  return { child, ended };
}

/** Waits until the process has written that many lines; at once for none. */
async function said(child: ChildProcess, lines: number): Promise<void> {
  let heard = 0;
  while (heard < lines) {
    const [chunk] = (await once(child.stdout!, 'data')) as [Buffer];
    heard += chunk.toString().split('\n').length - 1;
  }
}

describe.skipIf(!hasPostgres)(`processes on one PostgreSQL (${skipped})`, () => {
  const server = onServer();

  test('ten that make the tables of an empty database at once, and write, lose nothing and share no trial', {
    timeout: 300_000,
  }, async () => {
    const waiting = await server.databases.create();
    const [processes, each, queued] = [10, 4, 40];
    const filling = await openStore(waiting);
    const shared = await filling.studies.create(newStudy());
    for (const n of range(queued)) await filling.queue.begin(shared.id, newTrial(n));
    await filling.close();
    const ended = await Promise.all(
      range(processes).map(index => start('writer.ts', [`${index}`, server.url, waiting, `${each}`]).ended),
    );
    expect(ended.map(({ error }) => error).filter(error => error !== '')).toEqual([]);
    expect(ended.map(({ code }) => code)).toEqual(range(processes).map(() => 0));
    const told = ended.map(({ out }) => JSON.parse(out) as { numbers: number[]; claimed: number[] });
    expect(told.flatMap(one => one.claimed).sort((a, b) => a - b)).toEqual(range(queued));
    const numbers = told.flatMap(one => one.numbers).sort((a, b) => a - b);
    expect(new Set(numbers).size).toBe(processes * each);
    const store = await openStore(server.url);
    const study = (await store.studies.get('night'))!;
    const trials = await demandWhole(store, study.id);
    expect(trials).toHaveLength(processes * each + 1);
    expect(trials.filter(({ state }) => state === 'complete').map(({ number }) => number)).toEqual(numbers);
    expect(trials.filter(({ state }) => state !== 'complete')).toMatchObject([
      { state: 'waiting', configuration: [9, 9, 9] },
    ]);
    await store.close();
    expect(await server.databases.run(server.url, 'select migration from schema_history order by 1')).toHaveLength(4);
    await server.databases.drop(waiting);
  });

  test('killed at 60 random instants, they lose no finished trial, leave none half-written and none running', {
    timeout: 300_000,
  }, async () => {
    const rng = seededRng(20_241);
    const [rounds, atOnce] = [15, 4];
    const finished = new Set<number>();
    let kills = 0;
    for (let round = 0; round < rounds; round++) {
      const plans = range(atOnce).map(() => ({ lines: rng.integer(14), afterMs: rng.uniform() * 12 }));
      await Promise.all(
        plans.map(async ({ lines, afterMs }, index) => {
          const { child, ended } = start('victim.ts', [server.url, `${round * atOnce + index}`]);
          await Promise.race([said(child, lines), ended]);
          await new Promise(resolve => setTimeout(resolve, afterMs));
          child.kill('SIGKILL');
          const { out, error } = await ended;
          expect(error).toBe('');
          kills++;
          for (const line of out.trim().split('\n')) {
            const [what, number] = line.split(' ');
            if (what !== 'finished') continue;
            expect(finished.has(Number(number))).toBe(false);
            finished.add(Number(number));
          }
        }),
      );
    }
    const store = await openStore(server.url);
    const study = await store.studies.create(newStudy());
    const lost = await store.trials.list(study.id, { states: ['running'] });
    expect(await store.queue.requeueLost(study.id)).toBe(lost.length);
    for (let trial = await store.queue.claim(study.id); trial; trial = await store.queue.claim(study.id))
      await store.queue.finish(trial.id, crashed, frontOf);
    const trials = await demandWhole(store, study.id);
    for (const number of finished)
      expect(trials[number]).toHaveProperty('state', number % 9 === 8 ? 'failed' : 'complete');
    expect(trials.every(({ state }) => state === 'complete' || state === 'failed')).toBe(true);
    expect(kills).toBe(60);
    expect(finished.size).toBeGreaterThan(kills);
    await store.close();
  });

  describe('an owner on another machine', () => {
    const owner = (pid: number, bootId: string) => ({ pid, startTime: '1', bootId });

    test('keeps its trial while its lease runs, by the clock of the database, and loses it after', async () => {
      const far = await openStore(server.url, { owner: owner(77, 'another-boot'), leaseMs: 1000 });
      const near = await openStore(server.url, { owner: owner(77, 'this-boot') });
      const study = await far.studies.create(newStudy());
      const trial = await far.queue.begin(study.id, newTrial(0));
      expect(await near.queue.requeueLost(study.id)).toBe(0);
      // What time would make of it: the database is told that the lease ended long ago, or only just.
      const ended = (agoMs: number) =>
        server.databases.run(
          server.url,
          `update trials set lease_until_ms = (extract(epoch from clock_timestamp()) * 1000)::bigint - ${agoMs}`,
        );
      await far.queue.begin(study.id, newTrial(1));
      await ended(clockSkewMs - 5000);
      expect(await near.queue.requeueLost(study.id)).toBe(0);
      await ended(clockSkewMs + 5000);
      expect(await near.queue.requeueLost(study.id)).toBe(2);
      const taken = await near.queue.claim(study.id);
      expect(taken).toMatchObject({ number: 0, requeues: 1 });
      // The slow one finishes after all: its result is kept, and the second is not.
      await far.queue.finish(trial!.id, completed(0), frontOf);
      expect(await near.queue.finish(taken!.id, crashed, frontOf)).toBeNull();
      await far.close();
      expect(await near.trials.list(study.id)).toMatchObject([{ state: 'complete' }, { state: 'waiting' }]);
      await near.close();
    });

    test('a clock of this machine that is wrong by hours moves no lease', async () => {
      const real = Date.now;
      Date.now = () => real() + 5 * 3_600_000;
      try {
        const store = await openStore(server.url, { owner: owner(1, 'boot-a') });
        const study = await store.studies.create(newStudy());
        await store.queue.begin(study.id, newTrial(0));
        const [row] = await server.databases.run(
          server.url,
          `select (lease_until_ms - extract(epoch from clock_timestamp()) * 1000)::float8 as left,
            (extract(epoch from clock_timestamp()) * 1000 - started_at_ms)::float8 as ago from trials`,
        );
        expect(Number(row?.left)).toBeGreaterThan(250_000);
        expect(Number(row?.left)).toBeLessThanOrEqual(300_001);
        expect(Math.abs(Number(row?.ago))).toBeLessThan(60_000);
        const other = await openStore(server.url, { owner: owner(1, 'boot-b') });
        expect(await other.queue.requeueLost(study.id)).toBe(0);
        await other.close();
        await store.close();
      } finally {
        Date.now = real;
      }
    });
  });
});
