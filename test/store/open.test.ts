import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { openStore } from '../../src/store/open.ts';
import { type StorePlace, storeContract } from './contract.ts';
import { kindsContract } from './kinds-contract.ts';
import { completed, frontOf, latencyOf, newStudy, newTrial } from './samples.ts';

const newFolder = (): string => mkdtempSync(join(tmpdir(), 'rankfront-test-'));

const sqlitePlace = async (): Promise<StorePlace> => {
  const folder = newFolder();
  return {
    open: options => openStore(join(folder, 'store.sqlite'), options),
    remove: async () => rmSync(folder, { recursive: true }),
  };
};

storeContract('SQLite', sqlitePlace);
kindsContract('SQLite', sqlitePlace);

let folder: string;
let path: string;
beforeEach(() => {
  folder = newFolder();
  path = join(folder, 'some', 'folder', 'store.sqlite');
});
afterEach(() => rmSync(folder, { recursive: true }));

test('a reader sees what is finished while another process writes, and changes nothing', async () => {
  const store = await openStore(path);
  const study = await store.studies.create(newStudy());
  const trial = await store.queue.begin(study.id, newTrial(0));
  const reader = await openStore(path, { readOnly: true });
  expect((await reader.studies.list())[0]?.trials).toMatchObject({ running: 1, complete: 0 });
  await store.queue.finish(trial!.id, completed(0), frontOf);
  const writer = new DatabaseSync(path);
  writer.exec(`begin immediate; update studies set state = 'complete'`);
  expect((await reader.studies.list())[0]).toMatchObject({ state: 'searching', trials: { complete: 1 }, frontSize: 1 });
  writer.exec('rollback');
  writer.close();
  for (const work of [
    reader.queue.begin(study.id, newTrial(1)),
    reader.queue.confirm(trial!.id, [latencyOf(1)]),
    reader.studies.setState(study.id, 'stopped'),
  ]) {
    await expect(work).rejects.toThrow(/Cannot .* in the store ".*": it was opened only to be read/);
  }
  await reader.close();
  await store.close();
});

test('environments are kept once, in a file whose readers never wait for a writer', async () => {
  const store = await openStore(path);
  const study = await store.studies.create(newStudy());
  for (let n = 0; n < 6; n++) {
    const trial = await store.queue.begin(study.id, newTrial(n));
    await store.queue.finish(trial!.id, completed(n), frontOf);
  }
  await store.close();
  const database = new DatabaseSync(path);
  // Those of the samples: with and without a governor.
  expect(database.prepare('select count(*) as n from environments').get()).toEqual({ n: 2 });
  expect(database.prepare('pragma journal_mode').get()).toEqual({ journal_mode: 'wal' });
  database.close();
});
