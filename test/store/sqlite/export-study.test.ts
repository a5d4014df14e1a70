import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { openStore } from '../../../src/store/open.ts';
import { exportStudy } from '../../../src/store/sqlite/export-study.ts';
import type { Store } from '../../../src/store/store.ts';
import { accuracyOf, completed, crashed, environment, frontOf, latencyOf, newStudy, newTrial } from '../samples.ts';

let folder: string;
let store: Store;
const at = (name: string): string => join(folder, name);

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'rankfront-test-'));
  store = await openStore(at('store.sqlite'));
  for (const name of ['first', 'night', 'last']) {
    const study = await store.studies.create(newStudy({ name }));
    for (let n = 0; n < 12; n++) {
      const trial = await store.queue.begin(study.id, newTrial(n));
      const machine = { ...environment, cpuModel: name };
      const observations = [latencyOf(n, 300), accuracyOf(n, 800)].map(seen => ({ ...seen, environment: machine }));
      if (n === 11) continue;
      await store.queue.finish(trial!.id, n === 5 ? crashed : completed(n, { observations }), frontOf);
    }
  }
});
afterEach(async () => {
  await store.close();
  rmSync(folder, { recursive: true });
});

async function contentOf(place: Store, name: string) {
  const study = await place.studies.get(name);
  const trials = await place.trials.list(study!.id);
  const samples = await Promise.all(trials.map(({ id }) => place.trials.samples(id)));
  const numbers = (await place.trials.front(study!.id)).map(({ number }) => number);
  return { study, trials, samples, numbers };
}

test('the environment of an observation that was replaced is kept, and goes with it', async () => {
  const own = await openStore(at('own.sqlite'));
  const study = await own.studies.create(newStudy());
  const { id } = (await own.queue.begin(study.id, newTrial(0)))!;
  const old = { ...latencyOf(0), environment: { ...latencyOf(0).environment, governor: 'of before' } };
  await own.queue.finish(id, completed(0, { observations: [old] }), frontOf);
  const again = { observation: latencyOf(1), values: [0.5, 0.5], standardErrors: [0, 0], feasible: true };
  await own.queue.remeasure(id, again, frontOf);
  await own.close();
  await exportStudy(at('own.sqlite'), 'night', at('exported.sqlite'));
  const database = new DatabaseSync(at('exported.sqlite'), { readOnly: true });
  expect(
    database
      .prepare('select content from revisions join environments on id = environment_id')
      .all()
      .map(({ content }) => JSON.parse(String(content)).governor),
  ).toEqual(['of before']);
  expect(database.prepare('select count(*) as n from environments').get()).toEqual({ n: 2 });
  expect(database.prepare('pragma foreign_key_check').all()).toEqual([]);
  database.close();
});

test('the exported study is all there, alone, in one file that reading leaves as it is', async () => {
  await exportStudy(at('store.sqlite'), 'night', at('reference/night.sqlite'));
  expect(readdirSync(at('reference'))).toEqual(['night.sqlite']);
  const bytes = readFileSync(at('reference/night.sqlite'));
  const exported = await openStore(at('reference/night.sqlite'), { readOnly: true });
  const given = await contentOf(store, 'night');
  const { owner: _, ...running } = given.trials[11] as (typeof given.trials)[11] & { owner: unknown };
  expect(await contentOf(exported, 'night')).toEqual({
    ...given,
    trials: [...given.trials.slice(0, 11), { ...running, state: 'waiting' }],
  });
  expect((await exported.studies.list()).map(({ name }) => name)).toEqual(['night']);
  expect(readdirSync(at('reference'))).toEqual(['night.sqlite']);
  await exported.close();
  expect(readFileSync(at('reference/night.sqlite'))).toEqual(bytes);
  expect(bytes.includes('night')).toBe(true);
  for (const other of ['first', 'last']) expect(bytes.includes(other)).toBe(false);
  const database = new DatabaseSync(at('reference/night.sqlite'), { readOnly: true });
  expect(database.prepare('pragma journal_mode').get()).toEqual({ journal_mode: 'delete' });
  expect(database.prepare('pragma integrity_check').get()).toEqual({ integrity_check: 'ok' });
  database.close();
  expect(bytes.length).toBeLessThan(statSync(at('store.sqlite')).size + statSync(at('store.sqlite-wal')).size);
});

test('an exported study can be gone on with', async () => {
  await exportStudy(at('store.sqlite'), 'night', at('night.sqlite'));
  const exported = await openStore(at('night.sqlite'));
  const study = await exported.studies.create(newStudy());
  const trial = await exported.queue.claim(study.id);
  expect(trial?.number).toBe(11);
  await exported.queue.finish(trial!.id, completed(11), frontOf);
  expect(await exported.queue.begin(study.id, newTrial(12))).toMatchObject({ number: 12 });
  await exported.close();
});

test('an unknown study, a file that exists and a place that cannot be written to are told, and nothing is left over', async () => {
  await expect(exportStudy(at('store.sqlite'), 'day', at('day.sqlite'))).rejects.toThrow(
    /Cannot export the study "day": the store has only "first", "night", "last"/,
  );
  await exportStudy(at('store.sqlite'), 'night', at('night.sqlite'));
  await expect(exportStudy(at('store.sqlite'), 'first', at('night.sqlite'))).rejects.toThrow(/the file exists/);
  await expect(exportStudy(at('store.sqlite'), 'first', at('night.sqlite/x.sqlite'))).rejects.toHaveProperty(
    'name',
    'UserError',
  );
  expect(readdirSync(folder).sort()).toEqual(['night.sqlite', 'store.sqlite', 'store.sqlite-shm', 'store.sqlite-wal']);
});
