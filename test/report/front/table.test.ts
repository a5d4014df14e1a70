import { stripVTControlCharacters } from 'node:util';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { csv } from '../../../src/report/csv.ts';
import { frontCsv } from '../../../src/report/front/csv.ts';
import type { TrialInput } from '../../../src/report/front/front.ts';
import { frontReport } from '../../../src/report/front/front-report.ts';
import { frontJson, frontRecord } from '../../../src/report/front/json.ts';
import { frontTable } from '../../../src/report/front/table.ts';
import { clipped } from '../../../src/report/text-table.ts';
import { disturbedIn, mixed, study } from '../fixture.ts';

test('a table of all objectives fits 80 columns: they take the place of costs', () => {
  const input = mixed(true);
  const kinds = ['size', 'memory'] as const;
  const further = kinds.map(kind => ({ kind, amount: 123.4e6, ratio: 0.5, interval: [0.5, 0.5] as const }));
  const trials = input.trials.map(trial => ({
    ...trial,
    search: { ...trial.search, further },
    confirm: trial.confirm && { ...trial.confirm, further },
  }));
  const dense = {
    ...input.dense,
    search: { ...input.dense.search, further },
    confirm: { ...input.dense.confirm!, further },
  };
  const table = frontTable(frontReport({ ...input, objectives: ['latency', 'top1', ...kinds], trials, dense }));
  const lines = table.split('\n').filter(line => /^ *(trial|dense|\d+)/.test(line));
  expect(lines[0]).toMatch(/size +memory$/);
  expect(lines.length).toBeGreaterThan(4);
  for (const line of lines) expect(line.length).toBeLessThanOrEqual(80);
});

describe('the table', () => {
  test('of a search: one set of columns, changes with their sign and their 95 %', () => {
    // sqrt(0.002^2 + 1 / 402^2) is 0.319 points: half an image in each of the four cells.
    expect(frontTable(frontReport(mixed())).split('\n')).toEqual([
      '  trial    ms    speed-up [95 %]  top-1 %  change pp ± 95 %   MACs  params',
      '      1  5.00  2.00 [1.98, 2.02]    85.00      -5.00 ± 0.63  500 M   500 k',
      '      2  7.00  1.43 [1.41, 1.44]    89.20      -0.80 ± 0.63  500 M   500 k',
      '      4  9.00  1.11 [1.10, 1.12]    89.90      -0.10 ± 0.63  500 M   500 k',
      'dense 0  10.0               1.00    90.00                      1 G     1 M',
    ]);
  });

  test('marks what is not confirmed and what is disturbed, with a line for each mark', () => {
    const input = study(
      [
        [1, [0.5, 0.05], null],
        [2, [0.7, 0.008], [0.7, 0.02]],
        [4, [0.9, 0.001], null],
      ],
      true,
    );
    const [one, two, four] = input.trials as [TrialInput, TrialInput, TrialInput];
    const text = frontTable(frontReport({ ...input, trials: [disturbedIn(one, 'search'), two, four] }));
    expect(text.split('\n')).toEqual([
      '  trial     ms    speed-up [95 %]  top-1 %  change pp ± 95 %   MACs  params',
      '      1~  6.00  2.00 [1.98, 2.02]    85.00      -5.00 ± 0.63  500 M   500 k',
      '      2   8.40  1.43 [1.41, 1.44]    78.00      -2.00 ± 0.44  500 M   500 k',
      '      4*  10.8  1.11 [1.10, 1.12]    89.90      -0.10 ± 0.63  500 M   500 k',
      'dense 0   12.0               1.00    80.00                      1 G     1 M',
      '~ disturbed: other work slowed the machine, so that the speed-up is not known',
      '* not confirmed: figures of the search, on 400 images; they flatter',
    ]);
  });

  test('of a confirmed study names what left the front and what beat it', () => {
    const lines = frontTable(frontReport(mixed(true))).split('\n');
    expect(lines.at(-2)).toBe('Left the front when it was confirmed (each beaten by another: 2 by 4):');
    expect(lines.at(-1)!.trim().split(/ {2,}/)).toEqual([
      '2',
      '11.4',
      '1.05 [1.04, 1.06]',
      '78.00',
      '-2.00 ± 0.44',
      '500 M',
      '500 k',
    ]);
  });

  test('fits 80 columns and lines up at extremes', () => {
    const text = frontTable(
      frontReport(
        study([
          [12345, [0.1, 0.8999], [0.1, 0.7999]],
          [2, [0.9, -0.1], [0.9, -0.123]],
        ]),
      ),
    );
    const lines = text.split('\n');
    for (const line of lines) expect(line.length).toBeLessThanOrEqual(80);
    expect(new Set(lines.map(line => line.length)).size).toBe(1);
  });

  test('colours change no character', () => {
    const report = frontReport(mixed(true));
    const painted = frontTable(report, { colour: true });
    expect(painted).not.toBe(frontTable(report));
    expect(stripVTControlCharacters(painted)).toBe(frontTable(report));
  });

  test('agreement is not called top-1', () => {
    const report = frontReport({ ...mixed(), objectives: ['latency', 'agreement'] });
    expect(frontTable(report)).toMatch(/agree %/);
    expect(frontTable(report)).not.toMatch(/top-1/);
  });
});

/** A reader of RFC 4180 written from its grammar, one character at a time. */
function parseCsv(text: string): string[][] {
  const rows: string[][] = [];
  let row: string[] = [];
  let cell = '';
  let quoted = false;
  for (let i = 0; i < text.length; i++) {
    const c = text[i]!;
    if (quoted) {
      if (c !== '"') cell += c;
      else if (text[i + 1] === '"') cell += text[i++];
      else quoted = false;
    } else if (c === '"' && cell === '') quoted = true;
    else if (c === ',') {
      row.push(cell);
      cell = '';
    } else if (c === '\r' && text[i + 1] === '\n') {
      rows.push([...row, cell]);
      row = [];
      cell = '';
      i++;
    } else cell += c;
  }
  return rows;
}

describe('CSV', () => {
  test('is read back as it was, whatever stands in the fields', () => {
    const text = fc.string({ unit: fc.constantFrom('a', ',', '"', '\r', '\n', ' ', 'é', '=') });
    fc.assert(
      fc.property(fc.array(fc.array(text, { minLength: 2, maxLength: 4 }), { minLength: 1, maxLength: 5 }), rows => {
        expect(parseCsv(csv(rows))).toEqual(rows);
      }),
    );
  });

  test('of a front holds every number in full and the configuration as JSON', () => {
    const report = frontReport(mixed());
    const [header, ...rows] = parseCsv(frontCsv(report));
    const { points } = frontRecord(report);
    expect(rows).toHaveLength(points.length);
    rows.forEach((row, index) => {
      const value = Object.fromEntries(header!.map((name, column) => [name, row[column]!]));
      const point = points[index]!;
      expect(Number(value.trial)).toBe(point.trial);
      expect(Number(value.latency_ms)).toBe(point.latencyMs);
      expect(Number(value.speedup)).toBe(point.speedup);
      expect([Number(value.speedup_low), Number(value.speedup_high)]).toEqual(point.speedupCi);
      expect([Number(value.accuracy_low), Number(value.accuracy_high)]).toEqual(point.accuracyCi);
      expect(Number(value.drop)).toBe(point.drop);
      expect(Number(value.change)).toBe(-point.drop + 0);
      expect([Number(value.change_low), Number(value.change_high)]).toEqual(point.changeCi);
      expect(value.quality).toBe('good');
      expect(value.confirmed).toBe('false');
      expect(JSON.parse(value.configuration!)).toEqual(point.configuration);
    });
  });
});

test('JSON is the record', () => {
  const report = frontReport(mixed(true));
  expect(JSON.parse(frontJson(report))).toEqual(frontRecord(report));
});

test('clipping keeps both ends', () => {
  expect(clipped('/layer1/layer1.0/conv1/Conv', 11)).toBe('/laye…/Conv');
  expect(clipped('short', 5)).toBe('short');
});
