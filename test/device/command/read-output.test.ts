/** Outputs that a profile describes itself. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { readOutput } from '../../../src/device/command/read-output.ts';

const out = mkdtempSync(join(tmpdir(), 'rankfront-output-'));
afterAll(() => rmSync(out, { recursive: true, force: true }));
const printed = (stdout: string, stderr = '') => ({ argv: ['tool'], stdout, stderr, out });
const rule = { unit: 'ms', statistic: 'median', file: undefined } as const;

test('JSON by keys, units, texts as numbers, lists of records', () => {
  const text = JSON.stringify({ a: { 'b.c': '1.5e-3', list: [{ t: 1 }, { t: 2.5 }], plain: [3, 4] } });
  expect(readOutput({ ...rule, json: ['a', 'b.c'], unit: 's' }, printed(text))).toMatchObject({
    kind: 'summary',
    ms: 1.5,
  });
  expect(readOutput({ ...rule, json: 'a.list.*.t', unit: 'us' }, printed(text))).toEqual({
    kind: 'samples',
    samplesMs: [0.001, 0.0025],
  });
  expect(readOutput({ ...rule, json: 'a.plain.1', statistic: 'mean', unit: 'ns' }, printed(text))).toMatchObject({
    statistic: 'mean',
    ms: 4e-6,
  });
  expect(readOutput({ ...rule, json: 'a.plain' }, printed(`hello\n${text}`))).toMatchObject({ samplesMs: [3, 4] });
  // A library may write behind it when the process ends.
  expect(readOutput({ ...rule, json: 'a.plain' }, printed(`${text}\nThe device uses: 2 threads\n`))).toMatchObject({
    samplesMs: [3, 4],
  });
  expect(readOutput({ ...rule, json: 'a.none' }, printed(text))).toMatchObject({ kind: 'unread' });
  expect(readOutput({ ...rule, json: 'a.plain' }, printed(text.slice(0, -4)))).toMatchObject({
    kind: 'unread',
    why: expect.stringMatching(/not JSON/),
  });
  // What every object has is no key of it.
  expect(readOutput({ ...rule, json: 'constructor.name' }, printed(text))).toMatchObject({ kind: 'unread' });
});

test('a regular expression: the last match, or all of them as samples; standard error counts too', () => {
  const text = 'run 0: 5 us\nrun 1: 1.24e+03 us\n';
  expect(readOutput({ ...rule, regex: 'run \\d: (\\S+) us$', unit: 'us' }, printed('', text))).toMatchObject({
    kind: 'summary',
    ms: 1.24,
  });
  expect(readOutput({ ...rule, regex: '^run \\d: (\\S+)', unit: 'us', statistic: 'samples' }, printed(text))).toEqual({
    kind: 'samples',
    samplesMs: [0.005, 1.24],
  });
  expect(readOutput({ ...rule, regex: '(x)', statistic: 'samples' }, printed(text))).toMatchObject({
    kind: 'unread',
    why: 'there is no time in it',
  });
  expect(readOutput({ ...rule, regex: 'run \\d: (\\S+ us)' }, printed(text))).toMatchObject({
    kind: 'unread',
    why: 'expected times above 0, found NaN',
  });
});

test('a file of that name, at any depth, and only one', () => {
  mkdirSync(join(out, '2026_11_30'));
  const report = JSON.stringify({ npu_compute_time_list: [1.25, 1.5] });
  writeFileSync(join(out, '2026_11_30', 'x_summary.json'), report);
  expect(readOutput('ais_bench', printed(''))).toEqual({ kind: 'samples', samplesMs: [1.25, 1.5] });
  writeFileSync(join(out, 'y_summary.json'), report);
  expect(readOutput('ais_bench', printed(''))).toMatchObject({
    why: 'it wrote 2 files *_summary.json into {out}, and one was expected',
  });
  expect(readOutput('trtexec', printed('[I] Latency: median = 1 ms'))).toMatchObject({
    why: 'it wrote no file *times.json into {out}',
  });
  expect(readOutput('trtexec', { ...printed('[I] Latency: min = 1 ms, median = 1 ms'), out: null })).toMatchObject({
    ms: 1,
  });
});
