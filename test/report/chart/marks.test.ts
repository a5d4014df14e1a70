import { expect, test } from 'vitest';
import { frameOf } from '../../../src/report/chart/frame.ts';
import { frontChart, pixelOf } from '../../../src/report/chart/front-chart.ts';
import { limitSeries, pickSeries, speedupScale } from '../../../src/report/chart/marks.ts';
import { frontSvg } from '../../../src/report/chart/svg.ts';
import { frontReport } from '../../../src/report/front/front-report.ts';
import { gainOf, recommended } from '../../../src/report/front/gain.ts';
import { mixed } from '../fixture.ts';

const limits = { maxDrop: 0.02, maxLatencyMs: 9.5, minSpeedup: 1.1 };
const report = frontReport({ ...mixed(), limits });
const frame = frameOf(report, 'latency');

const textsOf = (series: readonly unknown[]): string[] =>
  series.flatMap(each =>
    ((each as { data?: { name?: string }[] }).data ?? []).flatMap(({ name }) => (name === undefined ? [] : [name])),
  );
const linesOf = (series: readonly unknown[]): number[][] =>
  (series as { type: string; data: number[][] }[]).flatMap(({ type, data }) => (type === 'segments' ? data : []));

test('the scale above stands where latency is dense over speed-up, its labels apart', () => {
  const [ticks, labels] = speedupScale(report, frame);
  const texts = textsOf([labels]);
  expect(texts).toContain('1.0x');
  for (const [i, text] of texts.entries())
    expect(linesOf([ticks])[i]?.[0]).toBeCloseTo(report.dense.latencyMs / Number.parseFloat(text), 9);
  const xs = linesOf([ticks]).map(([x = 0]) => pixelOf(frame, 900, 600)(x, 0)[0]);
  for (let i = 1; i < xs.length; i++) expect((xs[i - 1] ?? 0) - (xs[i] ?? 0)).toBeGreaterThan(40);
});

test('limits are lines where they bind, over either axis', () => {
  const lines = linesOf(limitSeries(report, 'latency', frame));
  const { latencyMs, accuracy } = report.dense;
  expect(lines.map(([x1, y1, x2, y2]) => (x1 === x2 ? ['x', x1] : ['y', y1 === y2 ? y1 : Number.NaN]))).toEqual([
    ['y', 100 * (accuracy - 0.01)],
    ['y', 100 * (accuracy - 0.02)],
    ['x', 9.5],
    ['x', latencyMs / 1.1],
  ]);
  const turned = linesOf(limitSeries(report, 'speedup', frameOf(report, 'speedup')));
  expect(turned.at(-1)?.[0]).toBeCloseTo(1.1, 12);
  expect(textsOf(limitSeries(report, 'latency', frame))).toContain('limit: at most 2.00 pp lost');
});

test('a limit of one point is not drawn twice, and none outside the frame', () => {
  const texts = textsOf(limitSeries({ ...report, limits: { maxDrop: 0.01, minSpeedup: 100 } }, 'latency', frame));
  expect(texts).toEqual(['limit: at most 1.00 pp lost']);
});

test.each([true, false])('the ring is around what the headline recommends (confirmed: %s)', confirmed => {
  const each = frontReport(mixed(confirmed));
  const trial = recommended(gainOf(each));
  const point = each.points.find(member => member.trial === trial);
  const other = pickSeries(each, 'latency', frameOf(each, 'latency'), { pick: 0 }) as { data?: unknown } | null;
  expect(other?.data).toEqual([[each.dense.latencyMs, 100 * each.dense.accuracy]]);
  const ring = pickSeries(each, 'latency', frameOf(each, 'latency')) as { data?: unknown } | null;
  expect(ring?.data).toEqual([[point?.latencyMs, 100 * (point?.accuracy ?? 0)]]);
});

test('trials that were stopped early are hollow marks with a legend, relative to the dense model; none beyond the frame', () => {
  const stopped = [
    { trial: 7, speedup: 1.25, drop: 0.03 },
    { trial: 8, speedup: 40, drop: 0.5 },
  ];
  const chart = frontChart(report, 'latency', { stopped });
  expect(JSON.stringify(chart)).toContain('stopped early');
  expect(chart.series.find(each => 'name' in each && each.name === 'stopped early')).toMatchObject({
    data: [[report.dense.latencyMs / 1.25, 100 * (report.dense.accuracy - 0.03)]],
  });
  expect(JSON.stringify(frontChart(report))).not.toContain('stopped early');
  expect(frontSvg(report, { stopped })).toContain('stopped early');
});
