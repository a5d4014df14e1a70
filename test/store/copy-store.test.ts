/** Studies that move from one store to another keep every value. */
import { copyFileSync, existsSync, globSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { copyStore } from '../../src/store/copy/copy-store.ts';
import { studyDigest } from '../../src/store/copy/digest.ts';
import { openStore, openStoreSession } from '../../src/store/open.ts';
import { hasPostgres, skipped } from './postgres/databases.ts';
import { onServer } from './postgres/on-server.ts';
import {
  completed,
  crashed,
  frontOf,
  latencyOf,
  newStudy,
  newTraining,
  newTrial,
  pruned,
  strangeOf,
  trainingEpoch,
  trainingPhase,
} from './samples.ts';

let folder: string;
let file: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'rankfront-test-'));
  file = join(folder, 'from.sqlite');
});
afterEach(() => rmSync(folder, { recursive: true }));
const at = (name: string): string => join(folder, name);

/** Two studies with something of everything; some ids are used up before. */
async function fill(place: string): Promise<void> {
  const store = await openStore(place);
  for (const name of ['night', 'day']) {
    const study = await store.studies.create(newStudy({ name }));
    const setup = await store.tuning.keepSetup(study.id, { strategy: name, a: [1, 2] });
    await store.tuning.keepSetup(study.id, { strategy: name, a: [3] });
    await store.tuning.keepSiteTable(study.id, { sites: [1, 2, 3] });
    for (let n = 0; n < 230; n++) {
      const asked = n === 0 ? null : { setup, after: 0, known: n };
      const trial = await store.queue.begin(study.id, { ...newTrial(n), asked });
      const result =
        n % 9 === 8 ? crashed : n % 7 === 6 ? pruned(n) : completed(n, { correction: Uint8Array.of(n, 0, 255) });
      await store.queue.finish(trial!.id, result, frontOf);
      if (n === 2) {
        await store.queue.confirm(trial!.id, [...completed(2).observations, strangeOf(2)]);
        const again = { observation: latencyOf(3), values: [1.1, 0.3], standardErrors: [0.1, 0.1], feasible: true };
        await store.queue.remeasure(trial!.id, again, frontOf);
        const run = await store.training.begin(newTraining(trial!.id));
        await store.training.epoch(run.id, trainingEpoch(1));
        await store.training.phase(run.id, trainingPhase(1, 4));
      }
    }
    await store.queue.begin(study.id, newTrial(900));
  }
  await store.close();
}

/** All that a store says of a study, without its ids. */
async function everything(place: string, name: string): Promise<unknown> {
  const store = await openStore(place, { readOnly: true });
  const study = (await store.studies.get(name))!;
  const trials = await store.trials.list(study.id);
  const deep = [];
  for (const { id, studyId: _, ...trial } of trials) {
    const asked = trial.asked && { ...trial.asked, setup: await store.tuning.setup(trial.asked.setup) };
    const runs = await store.training.list(id);
    deep.push({
      ...trial,
      asked,
      samples: await store.trials.samples(id),
      correction: await store.trials.correction(id),
      runs: await Promise.all(
        runs.map(async ({ id: run, trialId: _t, ...rest }) => ({ ...rest, ...(await store.training.metrics(run)) })),
      ),
    });
  }
  const front = (await store.trials.front(study.id)).map(({ number }) => number);
  const setup = (await store.tuning.latestSetup(study.id))?.setup;
  const rest = { siteTable: await store.tuning.siteTable(study.id), revision: await store.studies.revision(study.id) };
  await store.close();
  return JSON.parse(JSON.stringify({ ...study, id: 0, deep, front, setup, ...rest }));
}

async function digest(place: string, name: string): Promise<string> {
  const session = await openStoreSession(place, { readOnly: true });
  const { id } = await session.db.selectFrom('studies').select('id').where('name', '=', name).executeTakeFirstOrThrow();
  const found = await studyDigest(session.db, id);
  await session.close();
  return found;
}

test('from file to file: the same, then skipped; what is another study is refused, and nothing of it kept', async () => {
  await fill(file);
  const copied = await copyStore(file, at('to.sqlite'));
  expect(copied).toMatchObject([
    { study: 'night', trials: 231, state: 'copied' },
    { study: 'day', trials: 231, state: 'copied' },
  ]);
  for (const name of ['night', 'day'])
    expect(await everything(at('to.sqlite'), name)).toEqual(await everything(file, name));
  expect(await copyStore(file, at('to.sqlite'))).toEqual(copied.map(each => ({ ...each, state: 'skipped' })));

  const other = await openStore(at('to.sqlite'));
  const study = (await other.studies.get('day'))!;
  const trial = await other.queue.claim(study.id);
  await other.queue.finish(trial!.id, crashed, frontOf);
  await other.close();
  await copyStore(file, at('more.sqlite'), { name: 'day' });
  await expect(copyStore(file, at('to.sqlite'))).rejects.toThrow(
    /^Cannot copy the study "day" to the store ".*to.sqlite": it holds another study of that name/,
  );
});

test('a hash tells of a single value that differs', async () => {
  await fill(file);
  const before = await digest(file, 'night');
  for (const change of [
    `update samples set content = x'00' where rowid = 5`,
    `update trials set hypervolume = hypervolume + 1e-12 where number = 3`,
    `update environments set content = replace(content, 'linux', 'linus')`,
    `delete from front_members where rowid = (select max(rowid) from front_members)`,
    `update training_epochs set step_ms = step_ms + 1`,
    `update tuner_setups set content = '{}'`,
    `update revision_samples set count = count + 1`,
    `update corrections set content = x'01'`,
    `update counters set next_number = next_number + 1`,
    `update studies set seed = seed + 1`,
  ]) {
    copyFileSync(file, at('changed.sqlite'));
    const database = new (process.getBuiltinModule('node:sqlite').DatabaseSync)(at('changed.sqlite'));
    expect([change, Number(database.prepare(change).run().changes) > 0]).toEqual([change, true]);
    database.close();
    expect([
      change,
      (await digest(at('changed.sqlite'), 'night')) === before &&
        (await digest(at('changed.sqlite'), 'day')) === (await digest(file, 'day')),
    ]).toEqual([change, false]);
  }
});

test('a study that is searched at the moment is refused, and the other store is not made', async () => {
  const store = await openStore(file);
  const study = await store.studies.create(newStudy());
  await store.queue.begin(study.id, newTrial(0));
  await expect(copyStore(file, at('to.sqlite'))).rejects.toThrow(
    /"night" from the store ".*": it is searched at the moment/,
  );
  expect(existsSync(at('to.sqlite'))).toBe(false);
  await store.close();
});

test('a trial whose process is gone waits in the copy', async () => {
  const gone = await openStore(file, {
    owner: { pid: 1, startTime: 'never', bootId: 'gone' },
    clock: () => Date.now() - 3_600_000,
  });
  const study = await gone.studies.create(newStudy());
  await gone.queue.begin(study.id, newTrial(0));
  expect(await copyStore(file, at('to.sqlite'))).toMatchObject([{ trials: 1, state: 'copied' }]);
  const copy = await openStore(at('to.sqlite'));
  expect(await copy.queue.claim((await copy.studies.get('night'))!.id)).toMatchObject({ number: 0, requeues: 1 });
  await copy.close();
  await gone.close();
});

test('to itself, from nothing, and a study that is not there', async () => {
  await (await openStore(file)).close();
  await expect(copyStore(file, `file:${file}`)).rejects.toThrow('to itself');
  await expect(copyStore(file, at('to.sqlite'))).rejects.toThrow('it holds no study');
  await expect(copyStore(file, at('to.sqlite'), { name: 'x' })).rejects.toThrow('the store has no study');
  await expect(copyStore(at('none.sqlite'), at('to.sqlite'))).rejects.toThrow('there is no such file');
});

describe.skipIf(!hasPostgres)(`to PostgreSQL and back (${skipped})`, () => {
  const server = onServer();

  test('every value comes back as it was', { timeout: 120_000 }, async () => {
    await fill(file);
    const there = await copyStore(file, server.url);
    const back = await copyStore(server.url, at('back.sqlite'));
    expect(back).toEqual(there);
    for (const name of ['night', 'day']) {
      expect(await everything(server.url, name)).toEqual(await everything(file, name));
      expect(await everything(at('back.sqlite'), name)).toEqual(await everything(file, name));
    }
    expect(await copyStore(file, server.url)).toEqual(there.map(each => ({ ...each, state: 'skipped' })));
    // It goes on there: new ids follow those that were copied.
    const store = await openStore(server.url);
    const study = (await store.studies.get('night'))!;
    expect(await store.queue.begin(study.id, newTrial(901))).toMatchObject({ number: 231 });
    expect((await store.studies.create(newStudy({ name: 'next' }))).id).toBeGreaterThan(study.id);
    await store.close();
  });

  test.each(globSync(join(import.meta.dirname, '../../results/reference/*/study.sqlite')))(
    'a real study, of whatever version made it: %s',
    { timeout: 120_000 },
    async path => {
      const there = await copyStore(path, server.url);
      expect(await copyStore(server.url, at('back.sqlite'))).toEqual(there);
      expect(await everything(at('back.sqlite'), there[0]!.study)).toEqual(await everything(path, there[0]!.study));
    },
  );

  test('both server.databases have the same tables and columns', async () => {
    await (await openStore(file)).close();
    await (await openStore(server.url)).close();
    const sqlite = new (process.getBuiltinModule('node:sqlite').DatabaseSync)(file);
    const here = sqlite
      .prepare(
        `select m.name || '.' || c.name || case when c."notnull" or c.pk then ' not null' else '' end as name
         from sqlite_master m, pragma_table_info(m.name) c where m.type = 'table' and m.name not like 'kysely%'`,
      )
      .all()
      .map(({ name }) => String(name));
    sqlite.close();
    const there = await server.databases.run(
      server.url,
      `select table_name || '.' || column_name || case is_nullable when 'NO' then ' not null' else '' end as name
       from information_schema.columns where table_schema = 'public' and table_name not in ('open_stores', 'work', 'workers', 'device_checks', 'blobs')`,
    );
    expect(there.map(({ name }) => String(name)).sort()).toEqual(here.sort());
  });
});
