/** Many processes on one store at once, and processes that are killed. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { seededRng } from '../../src/random/rng.ts';
import { openStore } from '../../src/store/open.ts';
import type { Trial } from '../../src/store/trial.ts';
import { completed, crashed, frontOf, newStudy, newTrial } from './samples.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'rankfront-test-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

interface Ended {
  readonly code: number | null;
  readonly out: string;
  readonly error: string;
}

function start(
  script: string,
  args: readonly string[],
): { readonly child: ChildProcess; readonly ended: Promise<Ended> } {
  const child = spawn(
    process.execPath,
    ['--disable-warning=ExperimentalWarning', join(import.meta.dirname, script), ...args],
    { stdio: ['ignore', 'pipe', 'pipe'] },
  );
  let out = '';
  let error = '';
  child.stdout.on('data', (chunk: Buffer) => {
    out += chunk.toString();
  });
  child.stderr.on('data', (chunk: Buffer) => {
    error += chunk.toString();
  });
  return { child, ended: new Promise(resolve => child.on('close', code => resolve({ code, out, error }))) };
}

/** Waits until the process has written that many lines; at once for none. */
async function said(child: ChildProcess, lines: number): Promise<void> {
  let heard = 0;
  while (heard < lines) {
    const [chunk] = (await once(child.stdout!, 'data')) as [Buffer];
    heard += chunk.toString().split('\n').length - 1;
  }
}

const range = (n: number): number[] => Array.from({ length: n }, (_, i) => i);

/** What must hold of every store at every instant. */
function demandWhole(path: string, trials: readonly Trial[], frontNumbers: readonly number[]): void {
  expect(trials.map(({ number }) => number)).toEqual(range(trials.length));
  const finished = trials.filter(trial => 'finishedSequence' in trial);
  expect(finished.map(trial => trial.finishedSequence).sort((a, b) => a - b)).toEqual(
    range(finished.length).map(n => n + 1),
  );
  const complete = finished.filter(trial => trial.state === 'complete');
  for (const trial of complete) expect(trial.observations.filter(({ phase }) => phase === 'search')).toHaveLength(2);
  const expected = frontOf(complete.map(({ number, values }) => ({ number, values })));
  expect(frontNumbers).toEqual(expected.members);
  const last = complete.toSorted((a, b) => b.finishedSequence - a.finishedSequence)[0];
  if (last) expect(last.hypervolume).toBeCloseTo(expected.hypervolume, 9);
  const database = new DatabaseSync(path, { readOnly: true });
  expect(database.prepare('pragma integrity_check').all()).toEqual([{ integrity_check: 'ok' }]);
  expect(database.prepare('pragma foreign_key_check').all()).toEqual([]);
  database.close();
}

test('32 processes that create a store and write to it at once lose nothing and share no trial', {
  timeout: 300_000,
}, async () => {
  const [fresh, waiting] = [join(folder, 'new', 'fresh.sqlite'), join(folder, 'waiting.sqlite')];
  const [processes, each, queued] = [32, 3, 64];
  const filling = await openStore(waiting);
  const shared = await filling.studies.create(newStudy());
  for (const n of range(queued)) await filling.queue.begin(shared.id, newTrial(n));
  await filling.close();

  const ended = await Promise.all(
    range(processes).map(index => start('writer.ts', [`${index}`, fresh, waiting, `${each}`]).ended),
  );
  expect(ended.map(({ error }) => error).filter(error => error !== '')).toEqual([]);
  expect(ended.map(({ code }) => code)).toEqual(range(processes).map(() => 0));
  const said = ended.map(({ out }) => JSON.parse(out) as { numbers: number[]; claimed: number[] });
  const claimed = said.flatMap(one => one.claimed).sort((a, b) => a - b);
  expect(claimed).toEqual(range(queued));
  const numbers = said.flatMap(one => one.numbers);
  expect(new Set(numbers).size).toBe(processes * each);

  const store = await openStore(fresh);
  const study = await store.studies.get('night');
  const trials = await store.trials.list(study!.id);
  // All that the processes wrote, and the one configuration that all wanted, which one got and let go when it closed.
  expect(trials).toHaveLength(processes * each + 1);
  expect(trials.filter(({ state }) => state === 'complete').map(({ number }) => number)).toEqual(
    numbers.sort((a, b) => a - b),
  );
  const wanted = trials.filter(({ state }) => state !== 'complete');
  expect(wanted).toMatchObject([{ state: 'waiting', configuration: [9, 9, 9] }]);
  const front = await store.trials.front(study!.id);
  demandWhole(
    fresh,
    trials,
    front.map(({ number }) => number),
  );
  await store.close();
});

test('processes killed at random instants lose no finished trial, leave none half-written and none running', {
  timeout: 300_000,
}, async () => {
  const path = join(folder, 'store.sqlite');
  const rng = seededRng(20_240);
  const [rounds, atOnce] = [8, 3];
  const finished = new Set<number>();
  const confirmed = new Set<number>();
  let kills = 0;
  for (let round = 0; round < rounds; round++) {
    // By what they have said and not by the clock, so that a busy machine does not stop them all before they begin.
    const plans = range(atOnce).map(() => ({ lines: rng.integer(14), afterMs: rng.uniform() * 12 }));
    await Promise.all(
      plans.map(async ({ lines, afterMs }, index) => {
        const { child, ended } = start('victim.ts', [path, `${round * atOnce + index}`]);
        await Promise.race([said(child, lines), ended]);
        await new Promise(resolve => setTimeout(resolve, afterMs));
        child.kill('SIGKILL');
        const { out, error } = await ended;
        expect(error).toBe('');
        kills++;
        for (const line of out.trim().split('\n')) {
          const [what, number] = line.split(' ');
          if (what === 'finished') finished.add(Number(number));
          if (what === 'confirmed') confirmed.add(Number(number));
        }
      }),
    );
    const store = await openStore(path);
    const study = await store.studies.create(newStudy());
    const lost = await store.trials.list(study.id, { states: ['running'] });
    expect(await store.queue.requeueLost(study.id)).toBe(lost.length);
    const trials = await store.trials.list(study.id);
    expect(trials.filter(({ state }) => state === 'running')).toEqual([]);
    for (const number of finished) {
      const trial = trials[number];
      const { observations: _, ...expected } =
        number % 9 === 8
          ? crashed
          : completed(number, { values: trial?.configuration.map(ordinal => ordinal / 1000) ?? [] });
      expect(trial).toMatchObject(expected);
    }
    for (const number of confirmed) expect(trials[number]).toHaveProperty('observations.length', 4);
    const front = await store.trials.front(study.id);
    demandWhole(
      path,
      trials,
      front.map(({ number }) => number),
    );
    await store.close();
  }
  expect(kills).toBeGreaterThanOrEqual(20);
  expect(finished.size).toBeGreaterThan(kills);

  const store = await openStore(path);
  const study = await store.studies.get('night');
  for (let trial = await store.queue.claim(study!.id); trial; trial = await store.queue.claim(study!.id)) {
    await store.queue.finish(trial.id, crashed, frontOf);
  }
  const counts = (await store.studies.list())[0]!.trials;
  expect(counts.waiting + counts.running).toBe(0);
  await store.close();
});
