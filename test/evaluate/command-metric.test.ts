import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { judgeByCommand, readJudgement } from '../../src/evaluate/command-metric.ts';
import { parseMetric } from '../../src/metric/choice.ts';
import { gradesOfEstimate } from '../../src/metric/spread.ts';
import { estimateOf } from '../../src/stats/marks.ts';
import { pairedDifference } from '../../src/stats/paired-difference.ts';

let folder: string;
const images = { names: ['a.png', 'b.png', 'c.png'], labels: Int32Array.of(4, 5, 6) };
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'rankfront-command-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** What a program of this text comes to. */
function judged(text: string, { timeoutMs = 20_000, signal = new AbortController().signal } = {}) {
  const script = join(folder, 'score.mjs');
  writeFileSync(script, text);
  const words = [process.execPath, script, '{images}'];
  return judgeByCommand({ words, model: '/m.onnx', isDense: true, images, scratch: folder, timeoutMs, signal });
}
const detailOf = async (text: string, how = {}): Promise<string> => {
  const found = await judged(text, how);
  return found.state === 'failed' ? `${found.reason}: ${found.detail}` : 'it passed';
};

describe('a program that judges', () => {
  it('is given the images and the model, and prints a value for each', async () => {
    const found = await judged(`
      import { readFileSync } from 'node:fs';
      const [list, model] = process.argv.slice(2);
      const values = JSON.parse(readFileSync(list, 'utf8')).map(({ label }) => label / 10);
      console.log('loading ' + model);
      console.log(JSON.stringify({ values, label: model }));`);
    if (found.state === 'failed') throw new Error(found.detail);
    expect(found.value.grades).toEqual([0.4, 0.5, 0.6].map(Math.fround));
    expect(found.value.facts).toMatchObject({ label: '/m.onnx', unit: '%', best: 1, worst: 0 });
  });

  it.each([
    ['console.error("no weights"); process.exit(3)', /^crashed: .*status 3: no weights/],
    ['process.kill(process.pid, "SIGKILL")', /^crashed: .*ended on SIGKILL/],
    ['console.log("0.83")', /^runtime-rejected: .*printed no JSON but "0.83"/],
    ['console.log("{0.83}")', /which is no JSON/],
    ['console.log("{}")', /neither "value" nor "values"/],
    ['console.log(JSON.stringify({ values: [1, 2] }))', /2 values for 3 images/],
    ['console.log(JSON.stringify({ value: NaN }))', /"value" that is no number/],
    ['console.log(JSON.stringify({ value: 1, best: 2, worst: 2 }))', /no two different numbers/],
  ])('that goes wrong fails with the reason: %s', async (text, message) => {
    expect(await detailOf(text)).toMatch(message);
  });

  it('that takes too long is ended', async () => {
    expect(await detailOf('setInterval(() => {}, 1000)', { timeoutMs: 1000 })).toMatch(/^timed-out: .*within 1 s/);
  });

  it('is ended when the search is', async () => {
    const signal = AbortSignal.timeout(500);
    expect(await detailOf('setInterval(() => {}, 1000)', { signal })).toMatch(/^interrupted/);
  });

  it('that is not there is said to be', async () => {
    const none = { words: ['no-such-program-here'], model: 'm', isDense: true, images, scratch: folder };
    const found = await judgeByCommand({ ...none, timeoutMs: 5000, signal: new AbortController().signal });
    expect(found).toMatchObject({ state: 'failed', detail: expect.stringContaining('cannot be started') });
  });

  it('may print one figure with its error, in its own unit', () => {
    const found = readJudgement('{"value": 3, "standardError": 0.5, "unit": "px", "best": 0, "worst": 10}', {
      images: { names: new Array(50).fill(''), labels: null },
      isDense: false,
    });
    if (found.state === 'failed') throw new Error(found.detail);
    const { value, standardError } = estimateOf(found.value.grades);
    expect(value).toBeCloseTo(0.7, 6);
    expect(standardError).toBeCloseTo(0.05, 6);
  });
});

it('of two figures without images the errors add up as those of independent ones', () => {
  const [dense, candidate] = [gradesOfEstimate(0.9, 0.03, 100, true), gradesOfEstimate(0.8, 0.04, 100, false)];
  const { difference, standardError } = pairedDifference(dense, candidate);
  expect(difference).toBeCloseTo(0.1, 10);
  expect(standardError).toBeCloseTo(0.05, 10);
});

it('words of a command keep together in quotes', () => {
  expect(parseMetric('command:python "my score.py" {model}')).toMatchObject({
    words: ['python', 'my score.py', '{model}'],
  });
  expect(() => parseMetric('command:')).toThrow(/Cannot use the metric/);
});
