/** What counting multiply-accumulates promises, and what a sweep of single layers promises, against what was measured. */
import type { LayersRecord, LayerTrial } from '../../src/serve/api/layers.ts';
import { formatPercent } from '../../src/units/format.ts';
import { counted } from '../amounts.ts';
import type { ChartOption } from '../chart.ts';
import { equals, extent, intervals, plot, tip } from '../plot.ts';
import type { Theme } from '../theme.ts';

const z95 = 1.959964;

type Guess = (trial: LayerTrial) => number | null;

function against(theme: Theme, { trials }: LayersRecord, guess: Guess, name: string, line: string): ChartOption {
  const known = trials.flatMap(trial => {
    const found = guess(trial);
    return found === null
      ? []
      : [{ ...trial, guess: 100 * found, measured: 100 * trial.latency, half: 100 * z95 * trial.standardError }];
  });
  const [low, high] = extent(known.flatMap(each => [each.guess, each.measured - each.half, each.measured + each.half]));
  const points = (
    which: string,
    color: string,
    symbol: string,
    size: number,
    of: (each: (typeof known)[number]) => boolean,
  ): object => ({
    name: which,
    type: 'scatter',
    symbol,
    symbolSize: size,
    itemStyle: { color, opacity: 0.85 },
    data: known.filter(of).map(each => [each.guess, each.measured, each.trial, each.half]),
    tooltip: {
      formatter: ({ value }: { value: [number, number, number, number] }) =>
        tip(
          `trial ${value[2]}`,
          `latency ${value[1].toFixed(1)} % of dense ± ${value[3].toFixed(1)}`,
          `${name}: ${value[0].toFixed(1)} %`,
        ),
    },
  });
  return plot(
    theme,
    { name: `${name} (% of dense)`, min: Math.floor(low), max: Math.ceil(high), ragged: true },
    { name: 'latency (% of dense)', min: Math.floor(low), max: Math.ceil(high), ragged: true },
    [
      equals(theme, Math.floor(low), Math.ceil(high), line),
      ...(known.length <= 150
        ? [
            intervals(
              known.map(({ guess: x, measured, half }) => [x, measured - half, measured + half]),
              theme.faint,
            ),
          ]
        : []),
      points('other trials', theme.dominated, 'circle', 6, ({ onFront }) => !onFront),
      points('front', theme.front, 'diamond', 10, ({ onFront }) => onFront),
    ],
  );
}

export const macsOption = (theme: Theme, record: LayersRecord): ChartOption =>
  against(theme, record, ({ macs }) => macs, 'MACs', 'if time followed MACs');

export const predictedOption = (theme: Theme, record: LayersRecord): ChartOption =>
  against(theme, record, ({ predicted }) => predicted, 'sum of the single layers', 'as predicted');

export function macsWords({ trials, complete }: LayersRecord): string {
  const slower = trials.filter(({ macs, latency }) => latency > macs).length;
  return `${counted(complete, 'complete trial')}. Of ${trials.length} that are drawn, ${slower} take a larger share of the dense latency than of its MACs.`;
}

export function predictedWords({ trials }: LayersRecord): string {
  const errors = trials.flatMap(({ predicted, latency }) => (predicted === null ? [] : [latency - predicted]));
  const rms = Math.sqrt(errors.reduce((sum, each) => sum + each ** 2, 0) / Math.max(1, errors.length));
  return `The sum of what single layers save is off by ${formatPercent(rms, 1)} of the dense latency (root mean square).`;
}
