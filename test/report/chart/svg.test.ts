import { describe, expect, test } from 'vitest';
import { roundAxis } from '../../../src/report/chart/axis.ts';
import { frameOf, xInterval, yInterval } from '../../../src/report/chart/frame.ts';
import { pixelOf } from '../../../src/report/chart/front-chart.ts';
import { frontSvg } from '../../../src/report/chart/svg.ts';
import type { FrontReport, TrialInput } from '../../../src/report/front/front.ts';
import { frontReport } from '../../../src/report/front/front-report.ts';
import { disturbedIn, mixed, study } from '../fixture.ts';

interface Element {
  readonly name: string;
  readonly attributes: Readonly<Record<string, string>>;
  readonly children: readonly Element[];
  readonly text: string;
}

/** A strict reader of the XML that a chart needs: throws on what is not well-formed, such as a quote within a quote. */
function parseXml(source: string): Element {
  type Open = { name: string; attributes: Record<string, string>; children: Element[]; text: string };
  const root: Open = { name: '', attributes: {}, children: [], text: '' };
  const stack = [root];
  const token = /<(\/?)([\w:-]+)((?:\s+[\w:-]+="[^"<]*")*)\s*(\/?)>|([^<]+)/gy;
  let at = 0;
  for (const match of source.matchAll(token)) {
    if (match.index !== at) break;
    at += match[0].length;
    const [, closing, name, attributes, selfClosing, text] = match;
    const top = stack.at(-1)!;
    if (text !== undefined) {
      if (/&(?!(amp|lt|gt|quot|apos|#\d+|#x[\da-f]+);)/i.test(text)) throw new Error(`bare ampersand in ${text}`);
      top.text += text
        .replaceAll('&lt;', '<')
        .replaceAll('&gt;', '>')
        .replaceAll('&quot;', '"')
        .replaceAll('&amp;', '&');
    } else if (closing) {
      if (top.name !== name) throw new Error(`</${name}> closes <${top.name}>`);
      stack.pop();
    } else {
      const entries = [...attributes!.matchAll(/([\w:-]+)="([^"]*)"/g)].map(([, key, value]) => [key!, value!]);
      const element: Open = { name: name!, attributes: Object.fromEntries(entries), children: [], text: '' };
      top.children.push(element);
      if (!selfClosing) stack.push(element);
    }
  }
  if (at !== source.length || stack.length !== 1)
    throw new Error(`not well-formed near "${source.slice(at, at + 80)}"`);
  return root.children[0]!;
}

const all = (element: Element): Element[] => [element, ...element.children.flatMap(all)];

const colours = { front: '#0072B2', dense: '#D55E00', dominated: '#C4C4C4', searched: '#767676', disturbed: '#A0528A' };

/** Centres of the symbols of one colour below the legend: their transform is matrix(a,b,c,d,x,y). */
function symbols(svg: string, colour: string): [number, number][] {
  return all(parseXml(svg))
    .filter(({ attributes: { fill, stroke } }) => fill === colour || (stroke === colour && fill === '#fff'))
    .flatMap(({ attributes: { transform } }) => {
      const numbers = transform
        ?.match(/^matrix\(([^)]*)\)$/)?.[1]
        ?.split(',')
        .map(Number);
      return numbers ? [[numbers[4]!, numbers[5]!] as [number, number]] : [];
    })
    .filter(([, y]) => y > 110);
}

function expectNear(found: readonly (readonly number[])[], expected: readonly (readonly number[])[]): void {
  const sorted = (points: readonly (readonly number[])[]): (readonly number[])[] =>
    points.toSorted((a, b) => a[0]! - b[0]! || a[1]! - b[1]!);
  expect(found).toHaveLength(expected.length);
  sorted(found).forEach((point, index) => {
    const [x, y] = sorted(expected)[index]!;
    expect(Math.hypot(point[0]! - x!, point[1]! - y!)).toBeLessThan(0.6);
  });
}

const texts = (svg: string): string[] => all(parseXml(svg)).map(({ text }) => text.trim());

/** A scale read off the picture: two tick labels of the bottom axis and where they stand. */
function xScale(svg: string): (value: number) => number {
  const ticks = all(parseXml(svg))
    .filter(({ name, attributes }) => name === 'text' && attributes['text-anchor'] === 'middle')
    .map(({ text, attributes }) => {
      const [, x, y] = /translate\(([\d.]+) ([\d.]+)\)/.exec(attributes.transform ?? '') ?? [];
      return { value: Number(text), x: Number(x), y: Number(y) };
    })
    .filter(({ value, y }) => Number.isFinite(value) && y > 540);
  const [first, last] = [ticks[0]!, ticks.at(-1)!];
  return value => first.x + ((value - first.value) * (last.x - first.x)) / (last.value - first.value);
}

describe('the chart', () => {
  const report = frontReport(mixed());

  test.each(['latency', 'speedup'] as const)('puts every point where the scale of %s says', axis => {
    const svg = frontSvg(report, { x: axis });
    const place = pixelOf(frameOf(report, axis), 900, 600);
    const at = (points: FrontReport['points']) =>
      points.map(point => place(axis === 'latency' ? point.latencyMs : point.speedup, 100 * point.accuracy));
    expectNear(symbols(svg, colours.front), at(report.points.filter(({ trial }) => trial > 0)));
    expectNear(symbols(svg, colours.dense), at([report.dense]));
    expectNear(symbols(svg, colours.dominated), at(report.dominated));
  });

  test('its scale is the one that its tick labels state', () => {
    const scale = xScale(frontSvg(report));
    const [dense] = symbols(frontSvg(report), colours.dense);
    expect(Math.abs(dense![0] - scale(10))).toBeLessThan(1.5);
  });

  test('draws the intervals as bars of that length', () => {
    const place = pixelOf(frameOf(report, 'latency'), 900, 600);
    const one = report.points.find(({ trial }) => trial === 1)!;
    expect(xInterval(one, 'latency').map(ms => ms.toFixed(6))).toEqual(['4.950000', '5.050000']);
    // Half an image in each cell: sqrt(0.002^2 + 1 / 402^2) is 0.319 points.
    expect(yInterval(one)[1] - yInterval(one)[0]).toBeCloseTo(2 * 1.96 * 0.3189, 2);
    const expected = [...place(xInterval(one, 'latency')[0], 85), ...place(xInterval(one, 'latency')[1], 85)];
    const lines = all(parseXml(frontSvg(report)))
      .filter(({ attributes }) => attributes.stroke === colours.front)
      .map(({ attributes: { d } }) => d?.match(/-?[\d.]+/g)?.map(Number) ?? []);
    const found = lines.some(
      line => line.length === 4 && line.every((value, index) => Math.abs(value - expected[index]!) < 1),
    );
    expect(found).toBe(true);
  });

  test.each(['latency', 'speedup'] as const)('joins the front by the staircase of what is attained, over %s', axis => {
    const place = pixelOf(frameOf(report, axis), 900, 600);
    const stairs = all(parseXml(frontSvg(report, { x: axis }))).find(
      ({ attributes }) => attributes['stroke-width'] === '4',
    );
    const numbers = stairs!.attributes.d!.match(/-?[\d.]+/g)!.map(Number);
    const corners = numbers.flatMap((value, index) => (index % 2 === 0 ? [[value, numbers[index + 1]!]] : []));
    // Up to 7 ms nothing is more accurate than trial 1: a corner above the place of 2 at the height of 1.
    const [one, two] = [report.points[0]!, report.points[1]!];
    const [x, y] = place(axis === 'latency' ? two.latencyMs : two.speedup, 100 * one.accuracy);
    expect(corners.some(corner => Math.hypot(corner[0]! - x, corner[1]! - y) < 0.6)).toBe(true);
  });

  test('once confirmed, shows both phases and what left the front', () => {
    const confirmed = frontReport(mixed(true));
    const svg = frontSvg(confirmed);
    const place = pixelOf(frameOf(confirmed, 'latency'), 900, 600);
    const members = confirmed.points.filter(({ trial }) => trial > 0);
    expectNear(
      symbols(svg, colours.front),
      members.map(point => place(point.latencyMs, 100 * point.accuracy)),
    );
    expectNear(
      symbols(svg, colours.searched),
      confirmed.points.map(({ search }) => place(search.latencyMs, 100 * search.accuracy)),
    );
    expect(texts(svg)).toEqual(
      expect.arrayContaining(['front, confirmed', 'its search-time figures', 'left the front']),
    );
  });

  test('names its axes with units, the study and every front member', () => {
    const said = texts(frontSvg(report));
    expect(said).toEqual(
      expect.arrayContaining([
        'latency (ms, median)',
        'top-1 accuracy (%)',
        'small: top-1 accuracy against latency',
        '1',
        '2',
        '4',
      ]),
    );
    expect(texts(frontSvg(report, { x: 'speedup' }))).toContain('speed-up over the dense model');
  });

  test('names the device, and tells what is disturbed and what is not confirmed by shape', () => {
    const input = study(
      [
        [1, [0.5, 0.05], null],
        [2, [0.7, 0.008], [0.7, 0.02]],
        [4, [0.9, 0.001], null],
      ],
      true,
    );
    const [one, two, four] = input.trials as [TrialInput, TrialInput, TrialInput];
    const device = { name: 'chip', computed: false };
    const mixedUp = frontReport({ ...input, device, trials: [disturbedIn(one, 'search'), two, four] });
    const svg = frontSvg(mixedUp);
    expect(texts(svg)).toEqual(expect.arrayContaining(['front, confirmed', 'front, not confirmed', 'disturbed']));
    expect(texts(svg).some(text => text.includes('dense 12.0 ms on chip'))).toBe(true);
    const place = pixelOf(frameOf(mixedUp, 'latency'), 900, 600);
    const at = (trial: number): [number, number] => {
      const point = mixedUp.points.find(each => each.trial === trial)!;
      return place(point.latencyMs, 100 * point.accuracy);
    };
    expectNear(symbols(svg, colours.disturbed), [at(1)]);
    expectNear(symbols(svg, colours.front), [at(2), at(4)]);
    // Its error bars are dashed, and the staircase of what is attained leaves it out.
    const bars = all(parseXml(svg)).filter(({ attributes }) => attributes.stroke === colours.disturbed);
    expect(bars.filter(({ attributes }) => attributes['stroke-dasharray'] === '4,3')).toHaveLength(2);
  });

  test('is the same text every time', () => {
    const first = frontSvg(report);
    frontSvg(frontReport(mixed(true)));
    expect(frontSvg(report)).toBe(first);
  });

  test('is well-formed whatever the study is called', () => {
    const named = frontReport({ ...mixed(), study: 'a <b> & "c" {d}' });
    expect(texts(frontSvg(named))).toContain('a <b> & "c" {d}: top-1 accuracy against latency');
  });

  test('of a front that reaches down to chance keeps to where it matters, and counts the rest', () => {
    const wreck = frontReport(
      study([
        ...mixed().trials.map(each => [each.trial, [each.search.ratio, each.search.drop], null] as const),
        [9, [0.2, 0.8], null],
      ]),
    );
    const frame = frameOf(wreck, 'latency');
    expect(frame.y.min).toBeGreaterThan(80);
    expect(frame).toMatchObject({ pointsOutside: 1, dominatedOutside: 0 });
    expect(texts(frontSvg(wreck)).join('\n')).toContain('Outside the frame: 1 of 5 front members.');
    expect(symbols(frontSvg(wreck), colours.front)).toHaveLength(3);
  });

  test('of the dense model alone is drawn too', () => {
    expect(symbols(frontSvg(frontReport(study([]))), colours.dense)).toHaveLength(1);
  });
});

describe('a round axis', () => {
  test.each([
    [0, 10, { min: 0, max: 10, step: 1, decimals: 0 }],
    [19.4, 39.8, { min: 18, max: 40, step: 2, decimals: 0 }],
    [0.31, 0.32, { min: 0.31, max: 0.32, step: 0.001, decimals: 3 }],
    [-3, 3, { min: -3, max: 3, step: 1, decimals: 0 }],
    [61.9, 62.6, { min: 61.9, max: 62.6, step: 0.1, decimals: 1 }],
  ])('from %d to %d', (low, high, axis) => expect(roundAxis(low, high)).toEqual(axis));

  test('of one value has an extent that holds it', () => {
    for (const value of [0, 5, -7]) {
      const { min, max } = roundAxis(value, value);
      expect(min).toBeLessThan(max);
      expect(min).toBeLessThanOrEqual(value);
      expect(max).toBeGreaterThanOrEqual(value);
    }
  });
});
