/** Charts of what a tuner predicts. */

import type { objectives as allObjectives } from '../../src/objectives/objectives.ts';
import type { TunerRecord } from '../../src/serve/api/tuner.ts';
import type { ChartOption } from '../chart.ts';
import { equals, extent, intervals, plot, tip } from '../plot.ts';
import type { Theme } from '../theme.ts';

export type Told = NonNullable<TunerRecord['view']>;

/** Of an accuracy, what is minimised is the share that is wrong: people read what is right. */
const shownAs = (kind: keyof typeof allObjectives, value: number): number =>
  kind === 'accuracy' ? 100 * (1 - value) : 100 * value;
/** Of what is more or less by so much. */
export const changeUnit = (kind: string): string => (kind === 'accuracy' ? 'pp' : '% of dense');
export const unitOf = (kind: string): string => (kind === 'accuracy' ? '%' : '% of dense');

export function leftOutOption(theme: Theme, { objectives, leftOut }: TunerRecord, k: number): ChartOption {
  const kind = objectives[k]?.kind ?? 'latency';
  const rows = leftOut.flatMap(({ trial, byObjective }) => {
    const found = byObjective[k];
    if (!found) return [];
    const half = 1.959964 * 100 * found.sd;
    const [x, y] = [shownAs(kind, found.mean), shownAs(kind, found.observed)];
    return [{ trial, x, y, half, inside: Math.abs(x - y) <= half + 1e-7 }];
  });
  const [low, high] = extent(rows.flatMap(({ x, y }) => [x, y]));
  const room = 0.04 * (high - low || 1);
  const axis = (name: string) => ({
    name: `${name} (${unitOf(kind)})`,
    min: Math.floor(low - room),
    max: Math.ceil(high + room),
    ragged: true,
  });
  const points = (name: string, color: string, symbol: string, inside: boolean): object => ({
    name,
    type: 'scatter',
    symbol,
    symbolSize: 8,
    itemStyle: { color },
    data: rows.filter(each => each.inside === inside).map(({ x, y, trial, half }) => [x, y, trial, half]),
    tooltip: {
      formatter: ({ value }: { value: [number, number, number, number] }) =>
        tip(
          `trial ${value[2]}`,
          `measured ${value[1].toFixed(2)}`,
          `predicted ${value[0].toFixed(2)} ± ${value[3].toFixed(2)} ${unitOf(kind)}`,
        ),
    },
  });
  return plot(theme, axis('predicted'), axis('measured'), [
    equals(theme, Math.floor(low - room), Math.ceil(high + room), 'as predicted'),
    ...(rows.length <= 300
      ? [
          {
            ...intervals(
              rows.map(({ x, y, half }) => [y, x - half, x + half]),
              theme.faint,
              true,
            ),
            clip: true,
          },
        ]
      : []),
    points('within 95 %', theme.front, 'circle', true),
    points('outside', theme.dense, 'triangle', false),
  ]);
}

export const coverageOption = (theme: Theme, { coverage, objectives }: TunerRecord): ChartOption =>
  plot(
    theme,
    { name: 'share that an interval is for (%)', min: 40, max: 100 },
    { name: 'share within it (%)', min: 0, max: 100 },
    [
      equals(theme, 40, 100, 'as said'),
      ...objectives.map(({ words }, k) => ({
        name: words,
        type: 'line',
        symbol: ['circle', 'diamond', 'triangle', 'rect'][k % 4],
        symbolSize: 8,
        lineStyle: { color: theme.series[k], width: 2 },
        itemStyle: { color: theme.series[k] },
        data: coverage.map(({ said, seen }) => [100 * said, 100 * (seen[k] ?? 0)]),
        tooltip: {
          formatter: ({ value }: { value: [number, number] }) =>
            tip(words, `${value[1].toFixed(0)} % lie in intervals for ${value[0]} %`),
        },
      })),
    ],
  );

const mostLayers = 20;

export function sortedLayers({ objectives }: TunerRecord, { importance }: Told) {
  const all = importance ?? [];
  const totals = objectives.map((_, k) => all.reduce((sum, { byObjective }) => sum + (byObjective[k] ?? 0), 0));
  const share = (values: readonly number[]): number =>
    values.reduce((sum, each, k) => sum + each / (totals[k] || 1), 0);
  return [...all].sort((a, b) => share(b.byObjective) - share(a.byObjective));
}

export function importanceOption(theme: Theme, record: TunerRecord, told: Told, narrow: boolean): ChartOption {
  const shown = sortedLayers(record, told).slice(0, mostLayers).reverse();
  const base = plot(theme, { name: 'moves it by (% of dense, points)', min: 0 }, { name: '' }, []);
  const longest = narrow ? 14 : 22;
  const short = (site: string): string => (site.length > longest ? `...${site.slice(3 - longest)}` : site);
  return {
    ...base,
    grid: { left: narrow ? 104 : 150, right: 22, top: 34, bottom: 48 },
    yAxis: {
      type: 'category',
      data: shown.map(({ site }) => short(site)),
      axisLabel: { color: theme.ink, fontSize: 11 },
      axisLine: { lineStyle: { color: theme.faint } },
    },
    series: record.objectives.map(({ words, kind }, k) => ({
      name: words,
      type: 'bar',
      itemStyle: { color: theme.series[k] },
      data: shown.map(({ byObjective }) => 100 * (byObjective[k] ?? 0)),
      tooltip: {
        formatter: ({ value, dataIndex }: { value: number; dataIndex: number }) =>
          tip(shown[dataIndex]?.site ?? '', `${words}: ${value.toFixed(2)} ${changeUnit(kind)}`),
      },
    })),
  };
}
