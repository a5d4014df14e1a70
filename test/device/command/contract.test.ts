/** The contract of a device, with a tool that runs here: one that prints, one that writes a file and prepares, one that tells a median only. */
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { recountedRatio } from '../../../src/study/recount/latency-figures.ts';
import { deviceContract, measured } from '../contract.ts';
import { openWith, script, testFolder, tinyModels, toolFile } from './open-command.ts';

const folder = testFolder();
const models = tinyModels(folder);
const budget = { halfWidth: 0.2, maxMs: 200, minPairs: 5, seed: 1 };
const call = (model: string, ...more: string[]) => ({
  command: [process.execPath, toolFile, model, '{shape}', '{runs}', '{warmup}', ...more],
});

const printing = { runs: 20, run: call('{model}'), output: { json: 'times', unit: 'us' } };
const copy = `require('node:fs').copyFileSync(process.argv[1], process.argv[2] + '.bin')`;
const writing = {
  where: 'there',
  runs: 20,
  prepare: [script(copy, '{model}', '{prepared}')],
  run: call('{prepared}.bin', '{out}'),
  output: { json: ['times'], unit: 'us', file: 'times.json' },
  environment: script(
    'console.log(JSON.stringify({ cpuModel: "Cortex-A76", cores: 4, memoryBytes: 8e9, platform: "linux", arch: "arm64" }))',
  ),
};
/** The middle time alone, as tools tell it that keep no single ones. */
const median = `const t = JSON.parse(require('node:child_process').execFileSync(process.execPath, process.argv.slice(1), { encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] }).split('\\n')[1]).times.sort((a, b) => a - b);
  console.log('median ' + t[t.length >> 1].toExponential(5) + ' us')`;
const summarising = {
  runs: 20,
  run: script(median, toolFile, '{model}', '{shape}', '{runs}', '{warmup}'),
  output: { regex: 'median (\\S+) us', unit: 'us' },
};

describe('a tool that prints', () => {
  deviceContract('command', () => ({ open: () => openWith(printing, folder), ...models }));
});
describe('a tool that reads what was prepared, writes a file, and measures elsewhere', () => {
  deviceContract('command', () => ({ open: () => openWith(writing, folder), ...models }));
});

test('the environment is that of the device, or said to be unknown', async () => {
  const there = await openWith(writing, folder);
  const { environment } = measured(await there.latency(models.other, models.dense, budget));
  expect(environment).toMatchObject({ cpuModel: 'Cortex-A76', cores: 4, arch: 'arm64', governor: null });
  const { environment: _asked, ...silent } = writing;
  const unknown = await openWith({ ...silent, version: [process.execPath, '--version'] }, folder);
  const latency = measured(await unknown.latency(models.other, models.dense, budget));
  expect(latency.environment).toMatchObject({ cpuModel: 'unknown to us', cores: 0, runtime: process.version });
  // Nothing is known of its load, so nothing is said of it.
  expect(latency.quality).toBe('good');
});

test('samples are kept, both models in blocks and in either order, and the figures follow from what is kept', async () => {
  const device = await openWith({ ...printing, where: 'there' }, folder);
  const latency = measured(await device.latency(models.other, models.dense, budget));
  const { conditions, candidateSamplesMs } = latency;
  expect(candidateSamplesMs.length).toBe(20 * conditions.sessionPairs.length);
  expect(conditions.summaries).toBeUndefined();
  const { candidateFirst = [] } = conditions;
  expect(candidateFirst.length).toBe(conditions.sessionPairs.length);
  for (let i = 0; i + 1 < candidateFirst.length; i += 2) expect(candidateFirst[i + 1]).toBe(!candidateFirst[i]);
  // As `verify` does it, from what the store keeps: 32-bit samples.
  const stored = {
    ...latency,
    value: latency.ratio,
    candidateSamplesMs: candidateSamplesMs.map(Math.fround),
    referenceSamplesMs: latency.referenceSamplesMs.map(Math.fround),
  };
  const again = recountedRatio(stored, budget.seed, true);
  expect(again.ratio).toBeCloseTo(latency.ratio, 6);
  expect(again.interval?.[0]).toBeCloseTo(latency.interval[0], 6);
  // Without the order the interval would be another one: it is used.
  const { candidateFirst: _order, ...blind } = conditions;
  expect(recountedRatio({ ...stored, conditions: blind }, budget.seed, true).interval).not.toEqual(again.interval);
});

test('where a tool tells a median only, that is said, and every session has one pair', async () => {
  const device = await openWith({ ...summarising, where: 'there' }, folder);
  const latency = measured(await device.latency(models.other, models.dense, { ...budget, minPairs: 60 }));
  expect(latency.conditions.summaries).toEqual({ statistic: 'median', calls: null });
  expect(new Set(latency.conditions.sessionPairs)).toEqual(new Set([1]));
  expect(latency.warnings).toContainEqual({ kind: 'no-samples', statistic: 'median' });
  // 20 calls stand behind each: 60 are had after five sessions, not after sixty.
  expect(latency.conditions.sessionPairs.length).toBeLessThan(60);
  expect(latency.candidateMs).toBeLessThan(100);
});

test('a model is prepared once, and once again when the command changes', async () => {
  const log = join(folder, 'prepared.log');
  const logging = `${copy}; require('node:fs').appendFileSync(${JSON.stringify(log)}, process.argv[3] + '\\n')`;
  const device = (word: string) =>
    openWith({ ...writing, prepare: [script(logging, '{model}', '{prepared}', word)] }, folder);
  for (const word of ['a', 'a', 'b']) {
    const one = await device(word);
    measured(await one.latency(models.other, models.dense, budget));
    await one.close();
  }
  const { readFileSync } = await import('node:fs');
  expect(readFileSync(log, 'utf8')).toBe('a\na\nb\nb\n');
});
