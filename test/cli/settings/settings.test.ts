/** The settings file: the keys are the options of a search, the command line goes before them, and what is wrong is told with its line. */
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { loadCommand } from '../../../src/cli/commands.ts';
import { applySettings, keysOf } from '../../../src/cli/settings/apply.ts';
import { readSettings } from '../../../src/cli/settings/read.ts';
import { optionOf, settingKeys, settingsJsonSchema } from '../../../src/cli/settings/schema.ts';
import { settingsText } from '../../../src/cli/settings/write.ts';
import { allCommands } from '../all-commands.ts';

const folder = mkdtempSync(join(tmpdir(), 'rankfront-settings-'));
afterAll(() => rmSync(folder, { recursive: true }));
const file = join(folder, 'rankfront.yaml');
const write = (text: string): string => {
  writeFileSync(file, text);
  return file;
};
const commandOf = async (name: string) => {
  const command = await loadCommand(name);
  if (!command) throw new Error(`no ${name}`);
  return command;
};

test('the keys are the options of a search, all but the one of its output', async () => {
  const { options } = await commandOf('search');
  expect(settingKeys.map(optionOf).sort()).toEqual(
    Object.keys(options)
      .filter(name => name !== 'json')
      .sort(),
  );
});

test('every command with a store takes store and study, none a model unless it says so', async () => {
  for (const command of await allCommands()) {
    const keys = keysOf(command);
    if ('store' in command.options) expect(keys).toContain('store');
    if (command.settings === undefined) expect(keys.filter(key => key !== 'store' && key !== 'study')).toEqual([]);
  }
  expect(keysOf(await commandOf('front'))).toEqual(['study', 'store']);
  expect(keysOf(await commandOf('space'))).toEqual(['model', 'hardware', 'inputShape']);
});

test('what is typed goes before the file, and a store that is typed before its study', async () => {
  write('version: 1\nstudy: mine\nstore: s.sqlite\nmaxDrop: 0.01\nprior: false\nseed: 7\n');
  const search = await commandOf('search');
  const apply = (...args: string[]) => applySettings(search, ['--config', file, ...args]).values;
  expect(apply()).toEqual({
    study: 'mine',
    store: join(folder, 's.sqlite'),
    'max-drop': '0.01',
    prior: false,
    seed: 7,
  });
  expect(apply('--seed=3', '--prior')).toEqual({ study: 'mine', store: join(folder, 's.sqlite'), 'max-drop': '0.01' });
  expect(apply('--store', 'x')).not.toHaveProperty('study');
  expect(applySettings(search, ['--config', 'none'])).toEqual({ file: null, values: {} });
});

test('paths are meant from where the file is', () => {
  mkdirSync(join(folder, 'sub'), { recursive: true });
  write(
    'version: 1\nmodel: m.onnx\ndata: folder:val\ncalibration: none\nhardware: cpu-1-thread\nspace: /abs/space.yaml\n',
  );
  expect(readSettings(file).values).toEqual({
    model: join(folder, 'm.onnx'),
    data: `folder:${join(folder, 'val')}`,
    calibration: 'none',
    hardware: 'cpu-1-thread',
    space: '/abs/space.yaml',
  });
  write('version: 1\nstore: postgres://me@host/studies\ndata: npz:tokens.npz\nmetric: module:judge.mjs\n');
  expect(readSettings(file).values).toEqual({
    store: 'postgres://me@host/studies',
    data: `npz:${join(folder, 'tokens.npz')}`,
    metric: `module:${join(folder, 'judge.mjs')}`,
  });
});

test.each([
  ['an unknown key', 'version: 1\nmodle: m.onnx\n', /rankfront\.yaml:2: modle: unknown key\. Did you mean "model"\?/],
  [
    'a wrong type',
    'version: 1\n\ntrials: many\n',
    /rankfront\.yaml:3: trials: expected .*found "many"\. Change the value/,
  ],
  [
    'another version',
    '# a\nversion: 2\n',
    /rankfront\.yaml:2: the file is of version 2, .* version 1\. Update Rankfront/,
  ],
  ['no version', 'model: m.onnx\n', /version: expected .*Add it/],
  ['no YAML', 'version: 1\nmodel: [\n', /rankfront\.yaml:\d: not valid YAML/],
])('%s', (_, text, says) => {
  write(text);
  expect(() => readSettings(file)).toThrow(says);
});

test('a model that is not there is told with its line, unless another is typed', async () => {
  write('version: 1\nhardware: cpu-1-thread\nmodel: gone.onnx\n');
  const search = await commandOf('search');
  expect(() => applySettings(search, ['--config', file])).toThrow(
    /rankfront\.yaml:3: model: there is no file ".*gone\.onnx"/,
  );
  expect(applySettings(search, ['--config', file, '--model', 'x.onnx']).values).toEqual({ hardware: 'cpu-1-thread' });
});

test('a text with everything in it reads back as what was set', () => {
  const values = { model: 'a: b.onnx', data: 'folder:v', hardware: 'cpu-1-thread', trials: 5, pruning: false } as const;
  const text = settingsText(values, '../s.json', { trials: ['A note.'] });
  expect(text).toContain('# A note.\ntrials: 5');
  for (const key of settingKeys) expect(text).toMatch(new RegExp(`^(# )?${key}:`, 'm'));
  writeFileSync(file, text);
  expect(readSettings(file).values).toEqual({
    ...values,
    model: join(folder, 'a: b.onnx'),
    data: `folder:${join(folder, 'v')}`,
  });
});

test('the schema for editors is up to date: npm run generate', () => {
  const path = join(import.meta.dirname, '..', '..', '..', 'docs', 'schemas', 'settings.schema.json');
  expect(JSON.parse(readFileSync(path, 'utf8'))).toEqual(JSON.parse(JSON.stringify(settingsJsonSchema())));
});
