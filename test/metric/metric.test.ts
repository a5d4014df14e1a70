import { describe, expect, it } from 'vitest';
import { metricText, parseMetric } from '../../src/metric/choice.ts';
import { figureOf, figureText, lowerIsBetter, metricNamed, nameOf, qualityOf } from '../../src/metric/metric.ts';

describe('a metric by its name', () => {
  it('is read back as it was stored', () => {
    const metric = { label: 'RMSE, of "depth"', unit: 'px', best: 0, worst: 12.5 };
    expect(metricNamed(nameOf(metric))).toEqual({ ...metric, counts: false });
    expect(metricNamed(nameOf({ ...metric, unit: '', best: 1e-7, worst: -3 }))).toMatchObject({
      unit: '',
      best: 1e-7,
      worst: -3,
    });
  });
  it('is null for what is no metric', () => {
    for (const name of ['latency', 'size', 'memory', 'anything', 'toString']) expect(metricNamed(name)).toBeNull();
  });
});

describe('quality', () => {
  it('is 1 at the best figure and 0 at the worst, either way round', () => {
    for (const range of [
      { best: 0, worst: 8 },
      { best: 40, worst: 10 },
      { best: 1, worst: 0 },
    ]) {
      expect(qualityOf(range, range.best)).toBe(1);
      expect(qualityOf(range, range.worst)).toBe(0);
      expect(figureOf(range, qualityOf(range, 3))).toBeCloseTo(3, 12);
    }
    expect(lowerIsBetter({ best: 0, worst: 8 })).toBe(true);
  });
  it('leaves a share as it is, bit for bit', () => {
    const share = { best: 1, worst: 0 };
    for (const value of [0.1, 0.7, 1 / 3]) expect(figureOf(share, qualityOf(share, value))).toBe(value);
  });
  it('is written in the unit of the metric', () => {
    expect(figureText({ label: 'RMSE', unit: 'px', best: 0, worst: 8, counts: false }, 0.75)).toBe('2 px');
    expect(figureText({ label: 'IoU', unit: '%', best: 1, worst: 0, counts: false }, 0.75)).toBe('75.00 %');
  });
});

describe('--metric', () => {
  it.each(['top1', 'top5', 'agreement', 'fidelity', 'fidelity:a,b=map'])('%s is read and written', text => {
    expect(metricText(parseMetric(text))).toBe(text);
  });
  it.each(['accuracy', 'top1:x', 'fidelity:', 'fidelity:a=b', ''])('%j is refused with a way out', text => {
    expect(() => parseMetric(text)).toThrow(/Cannot use the metric/);
  });
});
