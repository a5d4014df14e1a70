/** Curves of a training over its epochs, with its phases behind them. */
import type { TrainingRecord, TrainingRow } from '../src/serve/api/training.ts';
import { formatMs } from '../src/units/format.ts';
import type { ChartOption } from './chart.ts';
import { plot, tip } from './plot.ts';
import type { Theme } from './theme.ts';

export type Shown = NonNullable<TrainingRecord['shown']>;
export type Epoch = Shown['epochs'][number];

const epochsAxis = { name: 'epoch', min: 0 };

/** Phases are bands behind the curves: every second one is shaded. */
const phasesBehind = (theme: Theme, { phases }: Shown): object => ({
  silent: true,
  itemStyle: { color: theme.line, opacity: 0.5 },
  data: phases.flatMap(({ firstEpoch, lastEpoch }, i) =>
    i % 2 === 1 ? [[{ xAxis: firstEpoch - 1 }, { xAxis: lastEpoch }]] : [],
  ),
});

const line = (
  name: string,
  color: string,
  dashed: boolean,
  data: readonly (readonly number[])[],
  text: (value: number) => string,
): object => ({
  name,
  type: 'line',
  symbol: dashed ? 'emptyCircle' : 'circle',
  symbolSize: 5,
  lineStyle: { color, width: 2, type: dashed ? 'dashed' : 'solid' },
  itemStyle: { color },
  data,
  tooltip: { formatter: ({ value }: { value: [number, number] }) => tip(`${name}, epoch ${value[0]}`, text(value[1])) },
});

const of = (epochs: readonly Epoch[], value: (epoch: Epoch) => number | null, factor = 1): number[][] =>
  epochs.flatMap(epoch => {
    const found = value(epoch);
    return found === null ? [] : [[epoch.epoch, factor * found]];
  });

const percent = (value: number): string => `${value.toFixed(2)} %`;

export function accuracyOption(theme: Theme, run: TrainingRow, shown: Shown): ChartOption {
  const { epochs } = shown;
  const level = (name: string, share: number) => ({
    name,
    yAxis: 100 * share,
    label: { formatter: name, color: theme.ink, position: 'insideEndTop' },
  });
  const marks = [level('dense', run.denseTop1), level('before', run.beforeTop1)];
  const seen = [
    run.denseTop1,
    run.beforeTop1,
    ...epochs.flatMap(({ trainTop1, validationTop1 }) => [trainTop1, validationTop1 ?? trainTop1]),
  ];
  const [low, high] = [Math.min(...seen), Math.max(...seen)];
  // Marks of lines do not widen an axis.
  const room = { min: Math.max(0, Math.floor(100 * low - 1)), max: Math.min(100, Math.ceil(100 * high + 1)) };
  return plot(theme, epochsAxis, { name: '%', ...room, ragged: true }, [
    {
      ...line(
        'validation',
        theme.front,
        false,
        of(epochs, ({ validationTop1 }) => validationTop1, 100),
        percent,
      ),
      markArea: phasesBehind(theme, shown),
      markLine: { silent: true, symbol: 'none', lineStyle: { color: theme.dense, type: 'dotted' }, data: marks },
    },
    line(
      'training',
      theme.dense,
      true,
      of(epochs, ({ trainTop1 }) => trainTop1, 100),
      percent,
    ),
  ]);
}

export const lossOption = (theme: Theme, shown: Shown): ChartOption =>
  plot(theme, epochsAxis, { name: 'loss' }, [
    {
      ...line(
        'validation',
        theme.front,
        false,
        of(shown.epochs, ({ validationLoss }) => validationLoss),
        value => value.toFixed(4),
      ),
      markArea: phasesBehind(theme, shown),
    },
    line(
      'training',
      theme.dense,
      true,
      of(shown.epochs, ({ trainLoss }) => trainLoss),
      value => value.toFixed(4),
    ),
  ]);

export const frozenOption = (theme: Theme, shown: Shown): ChartOption =>
  plot(theme, epochsAxis, { name: '% of the weights', min: 0, max: 100 }, [
    {
      ...line(
        'frozen',
        theme.green,
        false,
        of(shown.epochs, ({ frozenShare }) => frozenShare, 100),
        percent,
      ),
      step: 'end',
      markArea: phasesBehind(theme, shown),
    },
  ]);

export const stepOption = (theme: Theme, shown: Shown): ChartOption =>
  plot(theme, epochsAxis, { name: 'ms', min: 0 }, [
    {
      ...line(
        'a step',
        theme.disturbed,
        false,
        of(shown.epochs, ({ stepMs }) => stepMs),
        formatMs,
      ),
      markArea: phasesBehind(theme, shown),
    },
  ]);
