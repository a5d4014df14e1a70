import { expect, test } from 'vitest';
import { compareChart } from '../../../src/report/chart/compare-chart.ts';
import { compareSvg } from '../../../src/report/chart/svg.ts';
import { comparison } from '../../../src/report/compare/comparison.ts';
import type { DeviceStudy } from '../../../src/report/compare/device-study.ts';
import { compareCsv, compareRecord } from '../../../src/report/compare/record.ts';
import { compareText } from '../../../src/report/compare/text.ts';
import type { FrontInput } from '../../../src/report/front/front.ts';
import { frontReport } from '../../../src/report/front/front-report.ts';
import { mixed, study } from '../fixture.ts';

const basis: DeviceStudy['basis'] = {
  model: { path: 'net.onnx', sha256: 'aa' },
  data: { spec: 'folder:val', sha256: 'dd', normalisation: 'torchvision', transform: '{}' },
  proxy: { images: 400, seed: 0 },
  calibration: null,
};

const deviceStudy = (name: string, input: FrontInput, more: Partial<DeviceStudy> = {}): DeviceStudy => ({
  name,
  report: frontReport(input),
  basis,
  device: { name: `device of ${name}`, words: 'onnxruntime cpu', batch: 1, pricePerHour: null, powerWatts: null },
  sites: ['conv1', 'a,"b"', 'fc'],
  places: new Map([
    [0, [1, 1, 1]],
    [1, [0.5, 0.75, 1]],
    [2, [0.25, 1, 1]],
  ]),
  energy: new Map(),
  ...more,
});

const device = (more: Partial<DeviceStudy['device']>): DeviceStudy['device'] => ({
  name: 'board',
  words: '',
  batch: 1,
  pricePerHour: null,
  powerWatts: null,
  ...more,
});

/** One trial, confirmed at twice the speed without a loss. */
const gains = (): FrontInput => study([[1, [0.5, 0.001], [0.5, 0]]], true);
/** The same trial, which loses four points. */
const loses = (): FrontInput => study([[1, [0.5, 0.04], [0.5, 0.04]]], true);

test('what each device takes and gains, with the interval of its milliseconds', () => {
  const { devices } = comparison([deviceStudy('a', gains()), deviceStudy('b', loses())], 0.01);
  const [a, b] = devices;
  expect(a?.point?.trial).toBe(1);
  expect(a?.dense.latencyMs).toBe(12);
  expect(a?.candidate?.latencyMs).toBeCloseTo(6, 12);
  expect(a?.candidate?.latencyMsCi?.[0]).toBeCloseTo(6 * 0.99, 12);
  expect(a?.candidate?.latencyMsCi?.[1]).toBeCloseTo(6 * 1.01, 12);
  expect(b).toMatchObject({ point: null, candidate: null, gain: { kind: 'too-costly' } });
});

test('confirmed figures go before those of the search', () => {
  const [a] = comparison([deviceStudy('a', mixed(true)), deviceStudy('b', gains())], 0.01).devices;
  expect(a?.point).toMatchObject({ trial: 4, confirmed: true });
});

test('price and energy: stated, or measured, which goes first; per inference where a batch has several', () => {
  const stated = deviceStudy('a', gains(), { device: device({ pricePerHour: 0.36, powerWatts: 50, batch: 4 }) });
  const measured = deviceStudy('b', gains(), {
    device: device({ powerWatts: 50 }),
    energy: new Map([
      [1, { source: 'rapl', candidateJoules: 0.36, referenceJoules: 0.72, readings: 100, apart: true }],
    ]),
  });
  const [a, b] = comparison([stated, measured], 0.01).devices;
  // 12 ms for 4: a million take 3,000 s, at 0.36 / 3600 a second and 50 W.
  expect(a?.dense.pricePerMillion).toBeCloseTo(0.3, 12);
  expect(a?.candidate?.pricePerMillion).toBeCloseTo(0.15, 12);
  expect(a?.dense.kwhPerMillion).toBeCloseTo((3000 * 50) / 3.6e6, 12);
  expect(a?.energyBy).toBe('stated');
  expect(b?.dense.kwhPerMillion).toBeCloseTo(0.2, 12);
  expect(b?.candidate?.kwhPerMillion).toBeCloseTo(0.1, 12);
  expect(b?.energyBy).toBe('measured');
  expect(compareText(comparison([stated, measured], 0.01))).toContain('measured while both models were timed');
});

test('the ranks that differ, where they differ most first; a device without a gain keeps all of them dense', () => {
  const found = comparison([deviceStudy('a', gains()), deviceStudy('b', loses())], 0.01);
  expect(found.sites.map(({ site, rungs, spread }) => [site, rungs, spread])).toEqual([
    ['conv1', ['tucker2 8x16', 'dense'], 0.5],
    ['a,"b"', ['spatial 4', 'dense'], 0.25],
  ]);
  expect(found.sameSites).toBe(1);
  const same = comparison([deviceStudy('a', gains()), deviceStudy('b', gains())], 0.01);
  expect(same.sites).toEqual([]);
  expect(compareText(same)).toContain('All 3 sites have the same rank on every device.');
  expect(compareText(comparison([deviceStudy('a', loses()), deviceStudy('b', loses())], 0.01))).toContain(
    'No device gains',
  );
});

test('other networks are refused, and what else differs is said', () => {
  const other = (part: Partial<DeviceStudy['basis']>): DeviceStudy =>
    deviceStudy('b', gains(), { basis: { ...basis, ...part } });
  const notes = (part: Partial<DeviceStudy['basis']>): readonly string[] =>
    comparison([deviceStudy('a', gains()), other(part)], 0.01).notes;
  expect(() => notes({ model: { path: 'other.onnx', sha256: 'bb' } })).toThrow(
    /expected one network, found "net.onnx" .*"other.onnx"/,
  );
  expect(notes({})).toEqual([]);
  expect(notes({ data: { ...basis.data, spec: 'folder:test', sha256: 'ee' } })[0]).toContain('other images');
  expect(notes({ data: { ...basis.data, transform: '{"crop":1}' } })[0]).toContain('reads the images otherwise');
  expect(notes({ proxy: { images: 100, seed: 0 } })[0]).toContain('other proxy images');
  const limited = deviceStudy('b', { ...gains(), limits: { maxDrop: 0.05 } });
  expect(comparison([deviceStudy('a', gains()), limited], 0.01).notes[0]).toContain('other limits');
});

test('CSV has a row per device, and JSON the same figures', () => {
  const found = comparison([deviceStudy('a,b', gains()), deviceStudy('c', loses())], 0.01);
  const [head, first, second] = compareCsv(found).split('\r\n');
  expect(head?.split(',')).toHaveLength(22);
  expect(first).toMatch(/^"a,b",/);
  expect(second).toMatch(/^c,device of c,onnxruntime cpu,1,too-costly,0,,12,/);
  const [a, c] = compareRecord(found).devices;
  expect(a?.factorised).toMatchObject({ trial: 1, speedup: 2, confirmed: true, change: 0 });
  expect(c?.factorised).toBeNull();
});

test('the chart is plain data, the same again, and holds every device', () => {
  const found = comparison([deviceStudy('a', mixed(true)), deviceStudy('b', gains())], 0.01);
  const chart = compareChart(found);
  expect(JSON.parse(JSON.stringify(chart))).toEqual(chart);
  const svg = compareSvg(found, { x: 'speedup' });
  expect(svg).toBe(compareSvg(found, { x: 'speedup' }));
  expect(svg).toContain('One network on a, b');
  expect(svg).toContain('speed-up over the dense model');
});
