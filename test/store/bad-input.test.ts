/** Paths that are no store, disks that are full, files that may not be written. */
import {
  chmodSync,
  copyFileSync,
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { pathToFileURL } from 'node:url';
import { sql } from 'kysely';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { UserError } from '../../src/errors/user-error.ts';
import { currentOwner } from '../../src/host/process-identity.ts';
import { openStore, openStoreSession } from '../../src/store/open.ts';
import { sqlArchive } from '../../src/store/sql/archive.ts';
import { sqlQueue } from '../../src/store/sql/queue.ts';
import { sqlStudies } from '../../src/store/sql/studies.ts';
import { applicationId } from '../../src/store/sqlite/migrate.ts';
import { completed, frontOf, latencyOf, newStudy, newTrial } from './samples.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'rankfront-test-'));
});
afterEach(() => {
  chmodSync(folder, 0o755);
  rmSync(folder, { recursive: true });
});

const at = (name: string): string => join(folder, name);

async function refusal(work: Promise<unknown>): Promise<string> {
  const error = await work.then(
    () => null,
    (thrown: unknown) => thrown,
  );
  expect(error).toBeInstanceOf(UserError);
  expect((error as UserError).wayOut).not.toBe('');
  return (error as UserError).message;
}

/** A store with one complete trial. */
async function fill(path: string): Promise<void> {
  const store = await openStore(path);
  const study = await store.studies.create(newStudy());
  const trial = await store.queue.begin(study.id, newTrial(0));
  await store.queue.finish(trial!.id, completed(0), frontOf);
  await store.close();
}

async function countIn(path: string, options = { readOnly: true }): Promise<number | undefined> {
  const store = await openStore(path, options);
  const [study] = await store.studies.list();
  await store.close();
  return study?.trials.complete;
}

describe('a path that is no store', () => {
  test('a directory', async () => {
    for (const readOnly of [true, false]) {
      expect(await refusal(openStore(folder, { readOnly }))).toMatch(
        /expected a store of rankfront, found a directory/,
      );
    }
  });

  test('nothing there, when it is only to be read', async () => {
    expect(await refusal(openStore(at('none/x.sqlite'), { readOnly: true }))).toMatch(/there is no such file/);
    expect(readdirSync(folder)).toEqual([]);
  });

  test('nothing there, or nothing in it, when it must exist: nothing is made', async () => {
    expect(await refusal(openStore(at('none/x.sqlite'), { mustExist: true }))).toMatch(/there is no such file/);
    writeFileSync(at('empty'), '');
    expect(await refusal(openStore(at('empty'), { mustExist: true }))).toMatch(/found an empty file/);
    expect(readdirSync(folder)).toEqual(['empty']);
    expect(readFileSync(at('empty'))).toHaveLength(0);
  });

  test('a store that must exist, and does, is written to', async () => {
    await fill(at('x.sqlite'));
    const store = await openStore(at('x.sqlite'), { mustExist: true });
    const study = await store.studies.get('night');
    expect(await store.queue.begin(study!.id, newTrial(1))).toMatchObject({ number: 1 });
    await store.close();
  });

  test('a URL of a file is that file, and one of another kind is refused before anything is made', async () => {
    await fill(at('x y.sqlite'));
    expect(await countIn(pathToFileURL(at('x y.sqlite')).href)).toBe(1);
    for (const options of [{}, { readOnly: true }, { mustExist: true }])
      expect(await refusal(openStore('mysql://host/studies', options))).toMatch(/found a URL of the scheme "mysql"/);
    expect(readdirSync(folder).every(name => name.startsWith('x y.sqlite'))).toBe(true);
  });

  test('a file where a folder should be', async () => {
    writeFileSync(at('file'), 'x');
    expect(await refusal(openStore(at('file/x.sqlite')))).toMatch(/not a directory/);
    expect(await refusal(openStore(at('file/x.sqlite'), { readOnly: true }))).toMatch(/no such file|not a directory/);
  });

  test('a file that is not SQLite is refused and left as it is', async () => {
    for (const content of ['name: x\n'.repeat(100), 'SQLite format 3\0 but not really'.repeat(40), 'x']) {
      writeFileSync(at('notes.txt'), content);
      for (const readOnly of [true, false]) {
        expect(await refusal(openStore(at('notes.txt'), { readOnly }))).toMatch(/not an SQLite database/);
      }
      expect(readFileSync(at('notes.txt'), 'utf8')).toBe(content);
    }
  });

  test('the database of another program is refused and left as it is', async () => {
    const other = new DatabaseSync(at('other.sqlite'));
    other.exec('create table studies (id integer)');
    other.close();
    const before = readFileSync(at('other.sqlite'));
    for (const readOnly of [true, false]) {
      expect(await refusal(openStore(at('other.sqlite'), { readOnly }))).toMatch(/of another program/);
    }
    expect(readFileSync(at('other.sqlite'))).toEqual(before);
  });

  test('an empty file holds nothing to read, and becomes a store when written to', async () => {
    writeFileSync(at('empty'), '');
    expect(await refusal(openStore(at('empty'), { readOnly: true }))).toMatch(/found an empty file/);
    await fill(at('empty'));
    expect(await countIn(at('empty'))).toBe(1);
  });

  test('names that SQLite would take for something else are files', async () => {
    const previous = process.cwd();
    process.chdir(folder);
    try {
      await fill(':memory:');
      expect(readdirSync(folder)).toContain(':memory:');
      expect(await countIn(':memory:')).toBe(1);
    } finally {
      process.chdir(previous);
    }
  });
});

describe('a store of another version', () => {
  test('a newer one is refused with the version that is needed', async () => {
    await fill(at('x.sqlite'));
    const newer = new DatabaseSync(at('x.sqlite'));
    newer.exec(`insert into schema_history values ('900-spread', '7.1.0')`);
    newer.close();
    for (const readOnly of [true, false]) {
      const message = await refusal(openStore(at('x.sqlite'), { readOnly }));
      expect(message).toMatch(/written by rankfront 7\.1\.0 \(schema 900-spread\), and this is rankfront \d/);
      expect(message).toMatch(/Install rankfront 7\.1\.0 or newer/);
    }
  });

  test('an older one is read without being changed', async () => {
    const older = new DatabaseSync(at('x.sqlite'));
    older.exec(`pragma application_id = ${applicationId}; create table kysely_migration (name varchar(255) not null
      primary key, timestamp varchar(255) not null)`);
    older.close();
    const before = readFileSync(at('x.sqlite'));
    const store = await openStore(at('x.sqlite'), { readOnly: true });
    expect(await store.studies.list()).toEqual([]);
    await store.close();
    expect(readFileSync(at('x.sqlite'))).toEqual(before);
    expect(readdirSync(folder)).toEqual(['x.sqlite']);
  });
});

test('a damaged store is told as such, whatever is damaged', async () => {
  await fill(at('x.sqlite'));
  const whole = readFileSync(at('x.sqlite'));
  const messages: string[] = [];
  for (let page = 0; page < whole.length / 4096; page++) {
    const bytes = Buffer.from(whole);
    bytes.fill(0xa5, page * 4096 + (page === 0 ? 100 : 0), (page + 1) * 4096);
    writeFileSync(at('y.sqlite'), bytes);
    try {
      const store = await openStore(at('y.sqlite'), { readOnly: true });
      try {
        const study = await store.studies.get('night');
        for (const trial of await store.trials.list(study?.id ?? 0)) await store.trials.samples(trial.id);
      } finally {
        await store.close();
      }
    } catch (error) {
      expect(error).toBeInstanceOf(UserError);
      messages.push((error as UserError).message);
    }
  }
  expect(messages.length).toBeGreaterThan(3);
  for (const message of messages) expect(message).toMatch(/the store is damaged/);
  writeFileSync(at('y.sqlite'), whole.subarray(0, whole.length / 2));
  expect(await refusal(openStore(at('y.sqlite')).then(store => store.studies.list()))).toMatch(/damaged/);
});

test.each(['kysely_migration', 'schema_history'])(
  'a store of an older version whose %s is damaged is told as such',
  async table => {
    copyFileSync(join(import.meta.dirname, 'golden', 'schema-005.sqlite'), at('old.sqlite'));
    const database = new DatabaseSync(at('old.sqlite'));
    const column = table === 'schema_history' ? 'migration' : 'name';
    database.exec(`update ${table} set ${column} = '004-correc\u0001ions' where ${column} = '004-corrections'`);
    database.close();
    for (const readOnly of [true, false])
      expect(await refusal(openStore(at('old.sqlite'), { readOnly }))).toMatch(/the store is damaged \(.*\.recover/);
  },
);

test('a full disk is told, writes nothing of the trial and leaves what was stored', async () => {
  const session = await openStoreSession(at('x.sqlite'));
  const [studies, queue, trials] = [
    sqlStudies(session),
    sqlQueue(session, currentOwner(), 60_000),
    sqlArchive(session),
  ];
  const study = await studies.create(newStudy());
  await sql`pragma max_page_count = 80`.execute(session.db);
  let message = '';
  let stored = 0;
  for (let n = 0; message === ''; n++) {
    const trial = await queue.begin(study.id, newTrial(n));
    const result = completed(n, { observations: [latencyOf(n, 1500)] });
    const outcome = queue.finish(trial!.id, result, frontOf).then(() => stored++);
    if (n === 0) await outcome;
    else
      message = (await outcome.then(
        () => '',
        (error: Error) => error.message,
      )) as string;
  }
  expect(message).toMatch(
    /Cannot store the result of trial \d+ in the store ".*": the disk is full, and nothing of it/,
  );
  expect(message).toMatch(/Everything stored before is safe; free some space/);
  const all = await trials.list(study.id);
  expect(all.filter(({ state }) => state === 'complete')).toHaveLength(stored);
  const [unfinished, ...rest] = all.filter(({ state }) => state === 'running');
  expect(rest).toEqual([]);
  expect(await trials.samples(unfinished!.id)).toEqual([]);
  // With space again the same result can be stored.
  await sql`pragma max_page_count = 10000`.execute(session.db);
  await queue.finish(unfinished!.id, completed(0, { observations: [latencyOf(0, 1500)] }), frontOf);
  expect(await trials.get(study.id, unfinished!.number)).toHaveProperty('state', 'complete');
  await session.close();
});

test('a process that keeps the store locked is named as the cause, after waiting for it', async () => {
  await fill(at('x.sqlite'));
  const store = await openStore(at('x.sqlite'), { patience: { busyTimeoutMs: 20, giveUpMs: 200 } });
  const holder = new DatabaseSync(at('x.sqlite'));
  holder.exec('begin immediate');
  const study = await store.studies.get('night');
  expect(await refusal(store.queue.begin(study!.id, newTrial(1)))).toMatch(/another process keeps it locked/);
  const retried = store.queue.begin(study!.id, newTrial(1));
  setTimeout(() => holder.exec('commit'), 60);
  expect(await retried).toMatchObject({ number: 1 });
  holder.close();
  await store.close();
});

/** Root may write anywhere: it becomes an ordinary user meanwhile. */
async function withoutPrivileges<T>(work: () => Promise<T>): Promise<T> {
  const root = process.geteuid?.() === 0;
  if (root) process.seteuid?.(65_534);
  try {
    return await work();
  } finally {
    if (root) process.seteuid?.(0);
  }
}

describe.skipIf(process.platform === 'win32')('a store that may not be written to', () => {
  const lock = (): void => {
    chmodSync(at('x.sqlite'), 0o444);
    chmodSync(folder, 0o555);
  };

  test('is read, and refused for writing', async () => {
    await fill(at('x.sqlite'));
    lock();
    const before = readdirSync(folder);
    await withoutPrivileges(async () => {
      expect(await countIn(at('x.sqlite'))).toBe(1);
      expect(await refusal(openStore(at('x.sqlite')))).toMatch(
        /Cannot store trials in the store ".*": it may not be written to/,
      );
    });
    expect(readdirSync(folder)).toEqual(before);
  });

  test('is read with the latest trials, which may still be in the file beside it', async () => {
    const store = await openStore(at('open.sqlite'));
    const study = await store.studies.create(newStudy());
    const trial = await store.queue.begin(study.id, newTrial(0));
    await store.queue.finish(trial!.id, completed(0), frontOf);
    copyFileSync(at('open.sqlite'), at('x.sqlite'));
    copyFileSync(at('open.sqlite-wal'), at('x.sqlite-wal'));
    await store.close();
    lock();
    chmodSync(at('x.sqlite-wal'), 0o444);
    expect(await withoutPrivileges(() => countIn(at('x.sqlite')))).toBe(1);
  });

  test('in a folder where nothing may be made is told as such', async () => {
    chmodSync(folder, 0o555);
    await withoutPrivileges(async () => {
      expect(await refusal(openStore(at('x.sqlite')))).toMatch(/cannot be opened|may not be written/);
      expect(await refusal(openStore(at('new/x.sqlite')))).toMatch(/permission is denied/);
    });
  });

  test('and that may not be read either is told as such', async () => {
    await fill(at('x.sqlite'));
    chmodSync(folder, 0o755);
    chmodSync(at('x.sqlite'), 0);
    await withoutPrivileges(async () => {
      for (const readOnly of [true, false]) {
        expect(await refusal(openStore(at('x.sqlite'), { readOnly }))).toMatch(/permission|cannot be opened/);
      }
    });
    mkdirSync(at('closed'));
    cpSync(at('x.sqlite'), at('closed/x.sqlite'));
    chmodSync(at('closed'), 0);
    await withoutPrivileges(async () => {
      expect(await refusal(openStore(at('closed/x.sqlite'), { readOnly: true }))).toMatch(/permission is denied/);
    });
  });
});
