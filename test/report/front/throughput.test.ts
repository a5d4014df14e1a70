import { describe, expect, test } from 'vitest';
import { frontChart } from '../../../src/report/chart/front-chart.ts';
import { frontCsv } from '../../../src/report/front/csv.ts';
import { frontReport } from '../../../src/report/front/front-report.ts';
import { headline } from '../../../src/report/front/headline.ts';
import { frontRecord } from '../../../src/report/front/json.ts';
import { frontTable } from '../../../src/report/front/table.ts';
import { imagesPerSecond, throughputText, throughputWords } from '../../../src/report/front/throughput.ts';
import { mixed } from '../fixture.ts';

const device = { name: 'board', computed: false, batchSize: 8 };

describe('images a second', () => {
  test('are the batch over the time of a call; unknown without a batch', () => {
    expect(imagesPerSecond(device, 16)).toBe(500);
    expect(imagesPerSecond({ name: 'x', computed: false }, 16)).toBeNull();
    expect(imagesPerSecond(null, 16)).toBeNull();
    expect(throughputWords(device, 16)).toBe('500 images/s at batch 8');
    expect(throughputWords(null, 16)).toBe('');
    expect([0.4123, 6.134, 58.21, 99.96, 160.4, 9999, 12_400].map(throughputText)).toEqual([
      '0.412',
      '6.13',
      '58.2',
      '100',
      '160',
      '9999',
      '12.4k',
    ]);
  });

  test('stand in the table, the CSV, the JSON, the headline and over each point of the chart', () => {
    const report = frontReport({ ...mixed(true), device });
    const { latencyMs, trial } = report.points[0]!;
    const perSecond = 8000 / latencyMs;
    const [header = '', row = ''] = frontTable(report).split('\n');
    expect(header).toMatch(/\bms +img\/s +speed-up/);
    expect(row).toContain(throughputText(perSecond));
    for (const line of frontTable(report).split('\n')) expect(line.length).toBeLessThanOrEqual(80);
    const record = frontRecord(report);
    expect(record.points[0]?.imagesPerSecond).toBeCloseTo(perSecond, 9);
    expect(record.dense.imagesPerSecond).toBeCloseTo(8000 / report.dense.latencyMs, 9);
    const [names = '', first = ''] = frontCsv(report).split('\r\n');
    const at = names.split(',').indexOf('images_per_second');
    expect(Number(first.split(',')[at])).toBeCloseTo(perSecond, 9);
    expect(headline(report).join(' ')).toContain(`images/s at batch 8`);
    const drawn = JSON.stringify(frontChart(report));
    expect(drawn).toContain(`trial ${trial}<br>${latencyMs.toPrecision(3)} ms, ${throughputText(perSecond)} images/s`);
  });

  test('of a tail the device says what its milliseconds are', () => {
    const report = frontReport({ ...mixed(true), device: { ...device, statistic: 'p99' } });
    expect(headline(report).join(' ')).toContain('latencies are the p99 of the calls');
    expect(JSON.stringify(frontChart(report))).toContain('latency (ms, p99)');
  });
});
