import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, test } from 'vitest';
import { drawable } from '../../../src/report/chart/drawable.ts';
import { frontChart } from '../../../src/report/chart/front-chart.ts';
import { chartSvg } from '../../../src/report/chart/svg.ts';
import { frontReport } from '../../../src/report/front/front-report.ts';
import { disturbedIn, mixed } from '../fixture.ts';

const { trials, ...rest } = mixed(true);
const reports = [
  frontReport(mixed()),
  frontReport(mixed(true)),
  frontReport({ ...rest, trials: trials.map(trial => disturbedIn(trial, 'search', 'confirm')) }),
];
const cases = reports.flatMap(report => (['latency', 'speedup'] as const).map(x => ({ report, x })));

test.each(cases)('JSON holds all of the chart over $x: what is read back draws the same picture', ({ report, x }) => {
  const chart = frontChart(report, x);
  const sent = JSON.parse(JSON.stringify(chart));
  expect(sent).toEqual(chart);
  expect(structuredClone(chart)).toEqual(chart);
  const size = { title: 'a chart', width: 900, height: 600 };
  const picture = chartSvg(sent, size);
  expect(picture).toBe(chartSvg(chart, size));
  expect(picture.length).toBeGreaterThan(3000);
});

test('what is drawn writes the ticks with the decimals that they need, and leaves the plain chart as it is', () => {
  const chart = frontChart(reports[0]!);
  const before = structuredClone(chart);
  const { xAxis } = drawable(chart) as { readonly xAxis: { readonly axisLabel: { formatter(value: number): string } } };
  const { decimals } = chart.xAxis.axisLabel;
  expect(xAxis.axisLabel.formatter(1 / 3)).toBe((1 / 3).toFixed(decimals));
  expect(JSON.stringify(drawable(chart))).not.toContain('decimals');
  expect(chart).toEqual(before);
});

/** Everything that a file loads, itself counted; types load nothing. */
function loaded(file: string, seen = new Set<string>()): Set<string> {
  if (seen.has(file)) return seen;
  seen.add(file);
  const imports = /^(?:import|export)\s+(?!type\b)[^;]*?\bfrom\s+'([^']+)'|^import\s+'([^']+)'|\bimport\('([^']+)'\)/gm;
  for (const [, from, bare, lazy] of readFileSync(file, 'utf8').matchAll(imports)) {
    const specifier = from ?? bare ?? lazy ?? '';
    if (specifier.startsWith('.')) loaded(join(dirname(file), specifier), seen);
    else seen.add(specifier);
  }
  return seen;
}

test('a browser can load the chart: nothing of node, no package, no renderer', () => {
  const chart = join(import.meta.dirname, '../../../src/report/chart');
  for (const name of ['front-chart.ts', 'drawable.ts']) {
    const all = [...loaded(join(chart, name))];
    expect(all.filter(each => !each.endsWith('.ts'))).toEqual([]);
  }
  // The walk finds what is there to be found.
  expect([...loaded(join(chart, 'svg.ts'))]).toEqual(expect.arrayContaining(['echarts/renderers', 'echarts/core']));
  expect([...loaded(join(chart, 'svg.ts'))]).toContain(join(chart, 'frame.ts'));
});
