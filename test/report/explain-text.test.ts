import { expect, test } from 'vitest';
import { lineChart } from '../../src/report/chart/line-chart.ts';
import { type ExplainView, explainText } from '../../src/report/explain-text.ts';

const view: ExplainView = {
  study: 'night',
  strategy: 'bayesian',
  prior: true,
  limits: { maxDrop: 0.01 },
  outOfReach: null,
  objectives: ['latency', 'top1'],
  trials: 40,
  pruned: 7,
  disturbed: 0,
  calibration: [
    { by: 'table', trials: 41, within95: 0.951, rmse: 0.0042, spread: 0.12 },
    { by: 'ramps', trials: 41, within95: 0.9, rmse: 0.021, spread: 0.2 },
  ],
  importance: [
    { site: 'layer1', byObjective: [0.01, 0.002] },
    { site: 'layer2', byObjective: [0.04, 0.05] },
  ],
  hypervolume: [0.1, 0.2, 0.25, 0.25],
  next: {
    prediction: [
      { mean: 0.8123, sd: 0.004 },
      { mean: 0.09, sd: 0.012 },
    ],
    outlook: { feasible: 0.9, entersFront: 0.62, improvement: 0.0123 },
    nearest: 12,
    onFront: true,
    changes: [{ site: 'layer2', from: 'svd 32', to: 'svd 16' }],
  },
};

test('says what is believed, in the units of people, the most important site first', () => {
  const lines = explainText(view, 20).split('\n');
  expect(lines[0]).toBe(
    'Study "night": 40 trials, 7 of them stopped early, proposed by "bayesian" from a prior of single sites; limits: at most 1.00 pp lost.',
  );
  const latency = lines.find(line => line.startsWith('latency '));
  expect(latency?.split(/ {2,}/)).toEqual([
    'latency',
    '41',
    '95 %',
    '0.42 % of dense',
    '12.00 % of dense',
    'the sweep of single sites',
  ]);
  expect(lines.find(line => line.startsWith('objective '))?.split(/ {2,}/)).toEqual([
    'objective',
    'trials',
    'in 95 %',
    'rms error',
    'spread',
    'best from',
  ]);
  const sites = lines.filter(line => /^layer\d +\d/.test(line));
  expect(sites.map(line => line.split(/ +/))).toEqual([
    ['layer2', '4.00', '5.00'],
    ['layer1', '1.00', '0.20'],
  ]);
  expect(lines).toContain('Next: trial 12 of the front, with 1 other rung:');
  expect(lines).toContain('  layer2: svd 32 -> svd 16');
  expect(lines).toContain('Expected (± 95 %): 81.2 % ± 0.8 of the dense latency, accuracy 91.0 % ± 2.4.');
  expect(lines.at(-1)).toBe(
    'Why: it enters the front with a probability of 62 % (within the limits: 90 %), and is expected to add 0.012 to the hypervolume.',
  );
});

test('what is not known is said', () => {
  const text = explainText({ ...view, calibration: null, importance: null, next: null });
  expect(text).toContain('Too few trials to say how well');
  expect(text).toContain('Next: nothing, every configuration was tried.');
});

test('limits that nothing keeps to: the sentence in place of an empty chart, and the next trial beside one that was tried', () => {
  const outOfReach = 'None of 40 trials keeps to the limits.';
  const next = { ...view.next!, onFront: false };
  const lines = explainText({ ...view, outOfReach, hypervolume: [0, 0, 0], next }).split('\n');
  expect(lines.slice(2, 5)).toEqual([outOfReach, '', 'The front is empty, so it has no hypervolume.']);
  expect(lines.some(line => line.includes('│'))).toBe(false);
  expect(lines).toContain('Next: trial 12, with 1 other rung:');
  expect(lines).toContain('  layer2: svd 32 -> svd 16');
});

const heightsOf = (lines: readonly string[], rows: number): number[] => {
  const bars = lines.slice(0, rows).map(line => line.slice(line.indexOf('│') + 1));
  const width = Math.max(...bars.map(({ length }) => length));
  return Array.from({ length: width }, (_, c) =>
    bars.reduce((sum, bar) => sum + ' ▁▂▃▄▅▆▇█'.indexOf(bar[c] ?? ' '), 0),
  );
};

test('the heights of a chart are those of the series, from its axis to its greatest value', () => {
  const values = [1, 2, 3, 4, 5, 5, 5, 9];
  const lines = lineChart(values, { columns: 40, rows: 6 });
  const heights = heightsOf(lines, 6);
  expect(heights).toHaveLength(values.length);
  expect(Math.max(...heights)).toBe(48);
  const base = 1 - 0.05 * 8;
  for (const [i, height] of heights.entries())
    expect(Math.abs(height - (48 * (values[i]! - base)) / (9 - base))).toBeLessThanOrEqual(1);
  expect(lines[0]).toMatch(/^9\.000 │/);
  expect(lines.at(-1)).toMatch(/0 +7$/);
});

test('long series are thinned, a flat one is a line, an empty one nothing', () => {
  expect(
    heightsOf(
      lineChart(
        Array.from({ length: 500 }, (_, i) => i),
        { columns: 50, rows: 4 },
      ),
      4,
    ),
  ).toHaveLength(50);
  expect(new Set(heightsOf(lineChart([2, 2, 2], { columns: 10, rows: 4 }), 4)).size).toBe(1);
  expect(lineChart([], { columns: 10, rows: 4 })).toEqual([]);
});

test('trials whose latency is not known are counted', () => {
  expect(explainText({ ...view, disturbed: 2 }).split('\n')[1]).toMatch(
    /^2 of them have disturbed latencies: other work/,
  );
  expect(explainText(view)).not.toContain('disturbed');
});
