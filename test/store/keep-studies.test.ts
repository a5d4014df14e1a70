/** Studies deleted, renamed, copied, exported and imported, in stores on disk. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { currentOwner } from '../../src/host/process-identity.ts';
import { copyStudy, deleteStudy, renameStudy } from '../../src/store/keep-studies.ts';
import { openStore } from '../../src/store/open.ts';
import { exportStudy } from '../../src/store/sqlite/export-study.ts';
import { provedExport } from '../../src/store/sqlite/import-study.ts';
import type { Store } from '../../src/store/store.ts';
import {
  accuracyOf,
  completed,
  crashed,
  environment,
  frontOf,
  latencyOf,
  newStudy,
  newTraining,
  newTrial,
} from './samples.ts';

let folder: string;
const at = (name: string): string => join(folder, name);

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'rankfront-test-'));
  const store = await openStore(at('store.sqlite'));
  for (const name of ['night', 'other']) {
    const study = await store.studies.create(newStudy({ name }));
    const setup = await store.tuning.keepSetup(study.id, { seed: name });
    for (let n = 0; n < 6; n++) {
      const trial = await store.queue.begin(study.id, { ...newTrial(n), asked: { setup, after: 0, known: n } });
      const machine = { ...environment, cpuModel: name };
      const observations = [latencyOf(n, 20), accuracyOf(n, 80)].map(seen => ({ ...seen, environment: machine }));
      await store.queue.finish(trial!.id, n === 3 ? crashed : completed(n, { observations }), frontOf);
      if (n === 2) await store.queue.confirm(trial!.id, observations);
      if (n === 4)
        await store.queue.remeasure(
          trial!.id,
          { observation: latencyOf(9, 20), values: [0.2, 0.3], standardErrors: [0, 0], feasible: true },
          frontOf,
        );
    }
    await store.studies.setState(study.id, 'complete');
  }
  await store.close();
});
afterEach(() => rmSync(folder, { recursive: true }));

/** All that is read of a study, without the ids of its store. */
async function contentOf(place: string, name: string): Promise<unknown> {
  const store = await openStore(place, { readOnly: true });
  try {
    const study = await store.studies.get(name);
    if (!study) return null;
    const { id, name: _, ...rest } = study;
    const trials = await store.trials.list(id);
    return {
      ...rest,
      trials: await Promise.all(
        trials.map(async ({ id: trialId, studyId: _s, asked, ...trial }) => ({
          ...trial,
          asked: asked && { ...asked, setup: await store.tuning.setup(asked.setup) },
          samples: await store.trials.samples(trialId),
        })),
      ),
      front: (await store.trials.front(id)).map(({ number }) => number),
    };
  } finally {
    await store.close();
  }
}

const names = async (place: string): Promise<string[]> => {
  const store = await openStore(place, { readOnly: true });
  return (await store.studies.list().finally(() => store.close())).map(({ name }) => name);
};

const rowsOf = (place: string): Record<string, unknown> => {
  const database = new DatabaseSync(place);
  const tables = [
    'trials',
    'observations',
    'samples',
    'revisions',
    'revision_samples',
    'environments',
    'front_members',
  ];
  try {
    expect(database.prepare('pragma foreign_key_check').all()).toEqual([]);
    return Object.fromEntries(
      tables.map(table => [table, database.prepare(`select count(*) as n from ${table}`).get()?.n]),
    );
  } finally {
    database.close();
  }
};

describe('deleting', () => {
  test('takes all that belongs to a study, and nothing of another', async () => {
    const other = await contentOf(at('store.sqlite'), 'other');
    const before = rowsOf(at('store.sqlite'));
    await deleteStudy(at('store.sqlite'), 'night');
    expect(await names(at('store.sqlite'))).toEqual(['other']);
    expect(await contentOf(at('store.sqlite'), 'other')).toEqual(other);
    // The latency that was measured again was of an environment that both have.
    for (const [table, count] of Object.entries(rowsOf(at('store.sqlite'))))
      if (table !== 'environments') expect(count, table).toBe(Number(before[table]) / 2);
    expect(before.environments).toBe(3);
    expect(rowsOf(at('store.sqlite')).environments).toBe(2);
    await deleteStudy(at('store.sqlite'), 'other');
    expect(Object.values(rowsOf(at('store.sqlite')))).toEqual([0, 0, 0, 0, 0, 0, 0]);
  });

  test('is refused while a process runs a trial, which is named; after its end it is not', async () => {
    const store = await openStore(at('store.sqlite'));
    const study = await store.studies.get('night');
    await store.queue.begin(study!.id, newTrial(40));
    const busy = `process ${process.pid} of this machine is running its trial 6`;
    await expect(deleteStudy(at('store.sqlite'), 'night')).rejects.toThrow(busy);
    await expect(deleteStudy(at('store.sqlite'), 'night', { force: true })).rejects.toThrow(busy);
    await expect(renameStudy(at('store.sqlite'), 'night', 'x')).rejects.toThrow(busy);
    expect(await names(at('store.sqlite'))).toEqual(['night', 'other']);
    await store.close();
    await deleteStudy(at('store.sqlite'), 'night');
    expect(await names(at('store.sqlite'))).toEqual(['other']);
  });

  test('goes by the lease where another machine runs a trial, and by the process where it is gone', async () => {
    const begin = async (owner: ReturnType<typeof currentOwner>, nowMs: number, n: number) => {
      const store = await openStore(at('store.sqlite'), { owner, clock: () => nowMs });
      const study = await store.studies.get('night');
      await store.queue.begin(study!.id, newTrial(n));
      return store;
    };
    const far = { pid: 4242, startTime: 'then', bootId: 'of another machine' };
    const holding = await begin(far, Date.now(), 50);
    await expect(deleteStudy(at('store.sqlite'), 'night')).rejects.toThrow(/process 4242 of another machine/);
    await holding.close();
    // One that began an hour ago and was never heard of again, and one of this machine that is gone.
    await begin(far, Date.now() - 3_600_000, 51);
    await begin({ ...currentOwner(), startTime: 'long ago' }, Date.now(), 52);
    await deleteStudy(at('store.sqlite'), 'night');
    expect(await names(at('store.sqlite'))).toEqual(['other']);
  });

  test('of a search that has not ended needs to be forced; that search then hears of it', async () => {
    const store: Store = await openStore(at('store.sqlite'));
    const { id } = (await store.studies.get('night'))!;
    await store.studies.setState(id, 'searching');
    await expect(deleteStudy(at('store.sqlite'), 'night')).rejects.toThrow(/it is still searching.*add --force/s);
    await deleteStudy(at('store.sqlite'), 'night', { force: true });
    await expect(store.queue.begin(id, newTrial(60))).rejects.toThrow(/somebody deleted it/);
    await store.close();
  });

  test('is refused while a trial is retrained, unless it is forced', async () => {
    const store = await openStore(at('store.sqlite'));
    const { id } = (await store.studies.get('night'))!;
    const trial = await store.trials.get(id, 2);
    const run = await store.training.begin(newTraining(trial!.id));
    await expect(deleteStudy(at('store.sqlite'), 'night')).rejects.toThrow(/trial 2 is being retrained/);
    await store.training.end(run.id, { state: 'interrupted', top1: null, writtenSha256: null, detail: '' });
    await deleteStudy(at('store.sqlite'), 'night');
    await store.close();
  });

  test('of a name that is not there names those that are', async () => {
    await expect(deleteStudy(at('store.sqlite'), 'nigth')).rejects.toThrow(/the store has only "night", "other"/);
  });
});

test('renaming keeps all but the name, and takes no name twice', async () => {
  const before = await contentOf(at('store.sqlite'), 'night');
  await renameStudy(at('store.sqlite'), 'night', 'day');
  expect(await contentOf(at('store.sqlite'), 'day')).toEqual(before);
  await expect(renameStudy(at('store.sqlite'), 'day', 'other')).rejects.toThrow(/has a study "other" already/);
  expect(await names(at('store.sqlite'))).toEqual(['day', 'other']);
});

describe('copying', () => {
  test.each(['store.sqlite', 'new.sqlite'])('into %s gives a study that reads the same', async target => {
    await copyStudy(at('store.sqlite'), 'night', { place: at(target), name: 'copy' });
    expect(await contentOf(at(target), 'copy')).toEqual(await contentOf(at('store.sqlite'), 'night'));
    rowsOf(at(target));
    await expect(copyStudy(at('store.sqlite'), 'night', { place: at(target), name: 'copy' })).rejects.toThrow(
      /Cannot copy the study "night": the store has a study "copy" already/,
    );
  });

  test('beside a process that runs a trial: the copy has it waiting', async () => {
    const store = await openStore(at('store.sqlite'));
    const study = await store.studies.get('night');
    await store.queue.begin(study!.id, newTrial(40));
    await copyStudy(at('store.sqlite'), 'night', { place: at('store.sqlite'), name: 'copy' });
    const copy = await store.studies.get('copy');
    expect((await store.trials.get(copy!.id, 6))?.state).toBe('waiting');
    expect((await store.trials.get(study!.id, 6))?.state).toBe('running');
    await store.close();
  });
});

describe('exporting and importing', () => {
  const change = (sql: string): void => {
    const database = new DatabaseSync(at('a.study'));
    database.exec(sql);
    database.close();
  };

  test('a study comes out as it went in, with the same hash', async () => {
    const sha256 = await exportStudy(at('store.sqlite'), 'night', at('a.study'));
    expect(await provedExport(at('a.study'))).toEqual({ name: 'night', sha256 });
    await copyStudy(at('a.study'), 'night', { place: at('there.sqlite'), name: 'night' });
    expect(await contentOf(at('there.sqlite'), 'night')).toEqual(await contentOf(at('store.sqlite'), 'night'));
    // The same study gives the same hash; one number more or less does not.
    expect(await exportStudy(at('store.sqlite'), 'night', at('b.study'))).toBe(sha256);
    expect(await exportStudy(at('store.sqlite'), 'other', at('c.study'))).not.toBe(sha256);
  });

  test.each([
    ['update observations set value = value * 0.9 where rowid = 3', /changed after it was exported: trial 1\b/],
    ["update trials set objective_values = '[0.1,0.1]' where number = 4", /: trial 4\./],
    ['update studies set seed = 2', /: the study itself\./],
    ['delete from trials where number = 5', /trial 5/],
    ['delete from front_members', /the front/],
    ['update samples set content = zeroblob(length(content))', /trial 0, trial 1, trial 2, trial 4, trial 5/],
    ['create table more (a int); insert into more values (1)', /: more\./],
  ])('%s is found', async (sql, found) => {
    await exportStudy(at('store.sqlite'), 'night', at('a.study'));
    change(`pragma foreign_keys = off; ${sql}`);
    await expect(provedExport(at('a.study'))).rejects.toThrow(found);
  });

  test('a store is no export, and a file of something else is none either', async () => {
    await expect(provedExport(at('store.sqlite'))).rejects.toThrow(/it is a store.*studies copy NAME NEW/s);
    await expect(provedExport(at('nothing'))).rejects.toThrow(/there is no such file/);
  });
});
