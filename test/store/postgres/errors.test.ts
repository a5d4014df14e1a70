/** What can be wrong with a database, each told in one sentence with the way out, and never with a password. */
import { createServer } from 'node:net';
import { beforeAll, describe, expect, test } from 'vitest';
import { UserError } from '../../../src/errors/user-error.ts';
import { openStore } from '../../../src/store/open.ts';
import type { StoreOptions } from '../../../src/store/options.ts';
import { guarded } from '../interleaving/postgres-server.ts';
import { completed, frontOf, newStudy, newTraining, newTrial } from '../samples.ts';
import { hasOwnServer } from './databases.ts';
import { onServerBehindProxy } from './on-server.ts';

const patience = { busyTimeoutMs: 2000, giveUpMs: 300 };
const secret = 'tell-nobody-42';

/** Of a store that cannot be opened. */
async function told(place: string, options: StoreOptions = {}): Promise<string> {
  const error = await openStore(place, { patience, ...options }).then(
    async store => {
      await store.close();
      return new Error('it was opened');
    },
    (failure: unknown) => failure,
  );
  expect(error, String((error as Error).stack)).toBeInstanceOf(UserError);
  const { message } = error as UserError;
  expect(message).not.toContain(secret);
  expect(message).not.toContain('\n');
  return message;
}

describe.skipIf(!hasOwnServer)('a database that cannot be used (skipped where this machine has no server)', () => {
  const server = onServerBehindProxy(['max_connections=12', 'superuser_reserved_connections=3']);
  beforeAll(async () => {
    const admin = await server.databases.create();
    await server.databases.run(admin, `create role ${guarded} login password '${secret}'; create role plain login`);
    await server.databases.drop(admin);
  }, 120_000);

  const through = (user: string, password?: string): string =>
    server.databases.as(server.url, { port: server.proxy.port, user, ...(password === undefined ? {} : { password }) });

  test('a server, host or port that is not there', async () => {
    const free = createServer();
    const port = await new Promise<number>(resolve =>
      free.listen(0, '127.0.0.1', () => resolve((free.address() as { port: number }).port)),
    );
    await new Promise(resolve => free.close(resolve));
    expect(await told(`postgres://me:${secret}@127.0.0.1:${port}/x`)).toMatch(
      /^Cannot look for trials in the store "postgres:\/\/me@127.0.0.1:\d+\/x": no server answers there\. Check the host/,
    );
    expect(await told(`postgres://me:${secret}@nowhere.invalid/x`)).toMatch(/nobody knows the host|no server answers/);
    expect(await told(`postgres://me:${secret}@127.0.0.1/x?sslmode=verify-full&sslrootcert=/nowhere/ca.pem`)).toMatch(
      /a file that the URL names cannot be read \(ENOENT.*\)\. Check what follows/,
    );
    expect(await told(`postgres:///x?host=/tmp/no-such-folder&password=${secret}`)).toContain(
      'no server answers there',
    );
  });

  test('a wrong password, and none', async () => {
    expect(await told(through(guarded, `${secret}x`))).toMatch(
      /refuses the user or the password .*\. Check the user in the URL, and the password in PGPASSWORD/,
    );
    expect(await told(through(guarded))).toContain('refuses the user or the password');
    // Nothing is left open that the process would wait for.
    await expect.poll(() => server.proxy.open()).toBe(0);
    expect(await told(through('stranger'))).toContain('refuses the user or the password');
  });

  test('a database that is not there', async () => {
    expect(await told(server.url.replace(/rankfront_test\w+/, 'no_such_database'))).toContain(
      'there is no such database on the server. Make it by createdb',
    );
  });

  test('a database of another program', async () => {
    await server.databases.run(
      server.url,
      'create table orders (id int); create view totals as select 1; create table customers (id int)',
    );
    const expected =
      /expected a store of rankfront or an empty database, found tables of another program \(customers, orders, totals\)/;
    expect(await told(server.url)).toMatch(expected);
    expect(await told(server.url, { readOnly: true })).toMatch(expected);
  });

  test('an empty database where studies must be', async () => {
    expect(await told(server.url, { readOnly: true })).toContain('the database holds no studies');
    expect(await told(server.url, { mustExist: true })).toContain('the database holds no studies');
    expect(await server.databases.run(server.url, `select 1 from pg_class where relname = 'studies'`)).toEqual([]);
  });

  test('too few rights: to make tables, to read them, to write to them', async () => {
    expect(await told(through('plain'))).toMatch(/the user has too few rights \(permission denied for schema public\)/);
    await (await openStore(server.url)).close();
    expect(await told(through('plain'), { readOnly: true })).toMatch(/too few rights \(permission denied for table/);
    await server.databases.run(server.url, 'grant select on all tables in schema public to plain');
    const reader = await openStore(through('plain'), { readOnly: true });
    expect(await reader.studies.list()).toEqual([]);
    await reader.close();
    expect(await told(through('plain'))).toMatch(/too few rights \(permission denied for table open_stores\)/);
  });

  test('a newer schema, an older one, and one that is no schema', async () => {
    await (await openStore(server.url)).close();
    await server.databases.run(server.url, `insert into schema_history values ('099-moons', '9.1.0')`);
    const newer =
      /it was written by rankfront 9\.1\.0 \(schema 099-moons\), and this is rankfront .*\. Install rankfront 9\.1\.0 or newer/;
    expect(await told(server.url)).toMatch(newer);
    expect(await told(server.url, { readOnly: true })).toMatch(newer);
    await server.databases.run(
      server.url,
      `delete from schema_history where migration in ('099-moons', '007-open-stores'); drop table open_stores`,
    );
    expect(await told(server.url, { readOnly: true })).toMatch(
      /rankfront .* made it \(schema before 007-open-stores\)/,
    );
    await (await openStore(server.url)).close();
    await (await openStore(server.url, { readOnly: true })).close();
    await server.databases.run(
      server.url,
      `update schema_history set migration = 'x' where migration = '007-any-kind'`,
    );
    expect(await told(server.url)).toContain('the store is damaged (an unknown schema "x")');
  });

  test('text of another alphabet than UTF-8', async () => {
    const name = `latin_${Date.now()}`;
    await server.databases.run(server.url, `create database ${name} encoding 'LATIN1' template template0 locale 'C'`);
    expect(await told(server.url.replace(/rankfront_test\w+/, name))).toContain(
      'the database keeps text as LATIN1, and must as UTF8',
    );
    await server.databases.run(server.url, `drop database ${name}`);
  });

  test("a reader changes nothing, by the server's own rule", async () => {
    const store = await openStore(server.url);
    const study = await store.studies.create(newStudy());
    const reader = await openStore(server.url, { readOnly: true });
    await expect(reader.queue.begin(study.id, newTrial(1))).rejects.toThrow('it was opened only to be read');
    await reader.close();
    await store.close();
  });

  test('no room for more connections: it is waited for, and told', async () => {
    await (await openStore(server.url)).close();
    const plain = through('plain');
    await server.databases.run(
      server.url,
      'grant all on all tables in schema public to plain; grant all on schema public to plain',
    );
    const stores = await Promise.all(Array.from({ length: 9 }, () => openStore(plain, { readOnly: true })));
    expect(await told(plain, { readOnly: true })).toContain('the server takes no more connections');
    for (const store of stores) await store.close();
  });

  test('a full disk: nothing of it is written, and it goes on once there is room', async () => {
    const store = await openStore(server.url, { patience });
    const study = await store.studies.create(newStudy());
    const trial = await store.queue.begin(study.id, newTrial(0));
    await server.databases.run(
      server.url,
      `create function full_disk() returns trigger language plpgsql as $$ begin
        raise exception 'could not extend file "base/1/2": No space left on device' using errcode = 'disk_full'; end $$;
      create trigger full_disk before insert on samples execute function full_disk()`,
    );
    await expect(store.queue.finish(trial!.id, completed(0), frontOf)).rejects.toThrow(
      /Cannot store the result of trial 0 .*: the disk of the server is full, and nothing of it was written\. Everything stored before is safe/,
    );
    expect(await store.trials.get(study.id, 0)).toMatchObject({ state: 'running' });
    await server.databases.run(server.url, 'drop trigger full_disk on samples');
    expect(await store.queue.finish(trial!.id, completed(0), frontOf)).toMatchObject({ members: [0] });
    await store.close();
  });

  test('a statement that takes too long is tried again, then told', async () => {
    const store = await openStore(server.url, { patience: { busyTimeoutMs: 150, giveUpMs: 400 } });
    const study = await store.studies.create(newStudy());
    const locked = server.databases.run(server.url, 'begin; lock table trials; select pg_sleep(2); commit');
    await new Promise(resolve => setTimeout(resolve, 300));
    await expect(store.queue.begin(study.id, newTrial(0))).rejects.toThrow(/the server did not answer in time/);
    await locked;
    expect(await store.queue.begin(study.id, newTrial(0))).toMatchObject({ number: 0 });
    await store.close();
  });

  test('a table that somebody has changed is damage', async () => {
    const store = await openStore(server.url);
    const study = await store.studies.create(newStudy());
    await server.databases.run(server.url, 'alter table trials rename column number to nummer');
    await expect(store.trials.list(study.id)).rejects.toThrow(/the store is damaged \(column .*pg_dump "postgres:/);
    await store.close();
  });

  test('no password is stored, whoever gives the command line', async () => {
    await server.databases.run(
      server.url,
      `grant all on database ${new URL(server.url).pathname.slice(1)} to ${guarded}; grant all on schema public to ${guarded}`,
    );
    const place = through(guarded, secret);
    const store = await openStore(place);
    const study = await store.studies.create(newStudy({ commandLine: ['search', '--store', place, `--x=${place}`] }));
    const trial = await store.queue.begin(study.id, newTrial(0));
    await store.queue.finish(trial!.id, completed(0), frontOf);
    await store.training.begin({ ...newTraining(trial!.id), commandLine: ['retrain', '--store', place] });
    await store.close();
    const tables = await server.databases.run(
      server.url,
      `select c.relname from pg_class c where relkind = 'r' and relnamespace = 'public'::regnamespace`,
    );
    expect(tables.length).toBeGreaterThan(10);
    for (const { relname } of tables) {
      const rows = await server.databases.run(server.url, `select t::text as row from ${relname} t`);
      expect(JSON.stringify(rows)).not.toContain(secret);
    }
    const [kept] = await server.databases.run(server.url, 'select command_line from studies');
    expect(kept?.command_line).toContain(`postgres://${guarded}@127.0.0.1`);
  });
});
