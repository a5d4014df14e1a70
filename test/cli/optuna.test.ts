/** A study written for Optuna, opened by Optuna itself and by its dashboard where RANKFRONT_TEST_OPTUNA names a folder with both. */
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { optunaFile } from '../../src/store/sqlite/write-optuna.ts';
import { rankfront } from './rankfront.ts';
import { makeWorld, type World } from './world.ts';

const bin = process.env.RANKFRONT_TEST_OPTUNA;
let world: World;
let file: string;
const run = (...args: string[]) => rankfront([...args, '--store', world.store], world.env);
const write = (...more: string[]) => run('optuna', 'small', '--to', `sqlite:///${file}`, ...more);

beforeAll(async () => {
  world = makeWorld();
  file = join(world.folder, 'optuna.db');
  const searched = await rankfront(world.search('--trials', '8', '--max-drop', '50pp'), world.env);
  expect(searched, searched.stderr).toMatchObject({ status: 0 });
  const { status, stderr } = await write();
  expect(stderr).toContain('study "small" with 9 trials');
  expect(status).toBe(0);
}, 120_000);
afterAll(() => world.remove());

interface Listed {
  readonly trials: readonly {
    readonly state: string;
    readonly sites: Readonly<Record<string, string>>;
    readonly front: boolean;
  }[];
}
const listed = async (): Promise<Listed> => JSON.parse((await run('trials', '--json')).stdout);

test('every trial has a parameter for each site and a value for each objective', async () => {
  const database = new DatabaseSync(file, { readOnly: true });
  const { trials } = await listed();
  const rows = database
    .prepare('select number, param_name, param_value, distribution_json from trial_params join trials using (trial_id)')
    .all();
  expect(rows).toHaveLength(trials.length * Object.keys(trials[0]?.sites ?? {}).length);
  for (const { number, param_name, param_value, distribution_json } of rows) {
    const { choices } = JSON.parse(String(distribution_json)).attributes;
    expect(choices[Number(param_value)]).toBe(trials[Number(number)]?.sites[String(param_name)]);
  }
  expect(database.prepare('select count(*) as n from trial_values').get()?.n).toBe(2 * trials.length);
  expect(database.prepare('pragma foreign_key_check').all()).toEqual([]);
  database.close();
});

test('a second study goes beside the first under a name of its own; what is no database of Optuna stays as it is', async () => {
  expect((await write()).stderr).toMatch(/has a study "small" already\. Give another name with --as/);
  expect((await write('--as', 'two')).status).toBe(0);
  const store = await run('optuna', 'small', '--to', world.store);
  expect(store).toMatchObject({ status: 2 });
  expect(store.stderr).toMatch(/it is no database of Optuna/);
  const model = await run('optuna', 'small', '--to', world.model);
  expect(model.stderr).toMatch(/the file is not an SQLite database/);
  expect((await run('front', '--json')).status).toBe(0);
  const nowhere = await run('optuna', 'small', '--to', join(world.folder, 'no', 'where.db'));
  expect(nowhere).toMatchObject({ status: 2 });
  expect(existsSync(join(world.folder, 'no'))).toBe(false);
}, 60_000);

test('where a database is', () => {
  expect(optunaFile('sqlite:///a/b.db')).toBe('a/b.db');
  expect(optunaFile('sqlite:////a/b.db')).toBe('/a/b.db');
  expect(optunaFile('b.db')).toBe('b.db');
  expect(() => optunaFile('mysql://me:secret@host/x')).toThrow(/"mysql:\/\/host\/x": expected a file of SQLite/);
});

test.skipIf(!bin)(
  'Optuna loads it and finds the same front (skipped without RANKFRONT_TEST_OPTUNA)',
  async () => {
    const program = [
      'import optuna, json, sys',
      'optuna.logging.set_verbosity(optuna.logging.ERROR)',
      "s = optuna.load_study(study_name='small', storage='sqlite:///' + sys.argv[1])",
      'df = s.trials_dataframe()',
      'print(json.dumps({"best": sorted(t.number for t in s.best_trials), "n": len(df),',
      '  "directions": [d.name for d in s.directions], "names": s.metric_names,',
      '  "states": [t.state.name for t in s.trials], "params": s.trials[1].params}))',
    ].join('\n');
    const said = execFileSync(join(bin ?? '', 'python'), ['-c', program, file], { encoding: 'utf8' });
    const { trials } = await listed();
    expect(JSON.parse(said)).toEqual({
      best: trials.flatMap(({ front }, number) => (front ? [number] : [])),
      n: trials.length,
      directions: ['MINIMIZE', 'MAXIMIZE'],
      names: ['latency (ms)', 'accuracy'],
      states: trials.map(() => 'COMPLETE'),
      params: trials[1]?.sites,
    });
  },
  60_000,
);

test.skipIf(!bin)(
  'optuna-dashboard opens it (skipped without RANKFRONT_TEST_OPTUNA)',
  async () => {
    const port = await freePort();
    const args = [`sqlite:///${file}`, '--host', '127.0.0.1', '--port', String(port)];
    const dashboard = spawn(join(bin ?? '', 'optuna-dashboard'), args, { stdio: 'ignore' });
    const ended = once(dashboard, 'exit');
    try {
      const at = `http://127.0.0.1:${port}/api/studies`;
      let answer: Response | null = null;
      for (let i = 0; i < 100 && !answer?.ok; i++) {
        await sleep(200);
        answer = await fetch(at).catch(() => null);
      }
      const { study_summaries } = (await answer!.json()) as {
        study_summaries: { study_id: number; study_name: string }[];
      };
      const study = study_summaries.find(({ study_name }) => study_name === 'small');
      const detail = await fetch(`${at}/${study?.study_id}?after=0`);
      expect(detail.ok).toBe(true);
      const { trials } = (await detail.json()) as { trials: { values: number[]; params: unknown[] }[] };
      expect(trials).toHaveLength(9);
      expect(trials[1]?.values).toHaveLength(2);
    } finally {
      dashboard.kill();
      await ended;
    }
  },
  120_000,
);

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  return typeof address === 'object' ? (address?.port ?? 0) : 0;
}
