/** A store of every schema that ever was, made by the version of its time, is read and gone on with. */
import { copyFileSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { openStore } from '../../src/store/open.ts';
import { schemas } from '../../src/store/sqlite/migrate.ts';
import { contentOf } from './golden/content.ts';
import { completed, frontOf, newStudy, newTrial } from './samples.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'rankfront-test-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

describe.each(schemas)('the golden store of schema %s', schema => {
  const golden = (extension: string): string =>
    join(import.meta.dirname, 'golden', `schema-${schema.slice(0, 3)}.${extension}`);

  test('is read as it was written, and stays as it is', async () => {
    const before = readFileSync(golden('sqlite'));
    const store = await openStore(golden('sqlite'), { readOnly: true });
    // What was added to records since is not in the content of its time.
    expect(await contentOf(store)).toMatchObject(JSON.parse(readFileSync(golden('json'), 'utf8')));
    await store.close();
    expect(readFileSync(golden('sqlite'))).toEqual(before);
  });

  test('is brought up to date and gone on with', async () => {
    const path = join(folder, 'store.sqlite');
    copyFileSync(golden('sqlite'), path);
    const store = await openStore(path);
    expect(await contentOf(store)).toMatchObject(JSON.parse(readFileSync(golden('json'), 'utf8')));
    const [{ name } = { name: '' }] = await store.studies.list();
    const { calibration } = (await store.studies.get(name))!;
    const study = await store.studies.create(newStudy(calibration ? { calibration } : {}));
    expect(await store.queue.begin(study.id, newTrial(1))).toBeNull();
    const waiting = await store.queue.claim(study.id);
    expect(waiting?.number).toBe(6);
    await store.queue.finish(waiting!.id, completed(6, { values: [0.01, 0.01] }), frontOf);
    expect(await store.queue.begin(study.id, newTrial(7))).toMatchObject({ number: 7 });
    expect((await store.trials.front(study.id)).map(({ number }) => number)).toEqual([6]);
    await store.close();
    const database = new DatabaseSync(path, { readOnly: true });
    expect(database.prepare('select migration from schema_history order by 1').all()).toEqual(
      schemas.map(migration => ({ migration })),
    );
    database.close();
  });
});
