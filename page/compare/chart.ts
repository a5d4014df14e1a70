/** Fronts of several studies in one chart. */
import { figureText, type Metric, metricOf, metricTitle } from '../../src/metric/metric.ts';
import type { ComparedPoint, ComparedStudy } from '../../src/serve/api/compare.ts';
import { formatMs, formatPoints, formatSpeedup } from '../../src/units/format.ts';
import type { ChartOption } from '../chart.ts';
import { intervals, plot, tip } from '../plot.ts';
import type { Theme } from '../theme.ts';

export const axes = { speedup: 'Speed-up', ms: 'Milliseconds' } as const;
export type Across = keyof typeof axes;
const symbols = ['circle', 'diamond', 'triangle', 'rect', 'roundRect', 'pin', 'arrow'];

export function option(theme: Theme, studies: readonly ComparedStudy[], across: Across): ChartOption {
  const x = (point: ComparedPoint): number => (across === 'ms' ? point.latencyMs : point.speedup);
  const ends = (point: ComparedPoint): readonly number[] => {
    const [low, high] = point.speedupCi;
    return across === 'ms'
      ? [(point.latencyMs * point.speedup) / high, (point.latencyMs * point.speedup) / low]
      : [low, high];
  };
  const all = studies.flatMap(({ study, told, objectives, points }, k) => {
    const color = theme.series[k % theme.series.length] ?? theme.ink;
    const sorted = [...(points ?? [])].sort((a, b) => x(a) - x(b));
    return [
      intervals(
        sorted.map(point => [x(point), 100 * point.changeCi[0], 100 * point.changeCi[1]]),
        color,
      ),
      intervals(
        sorted.map(point => [100 * point.change, ...ends(point)]),
        color,
        true,
      ),
      {
        name: study,
        type: 'line',
        symbol: symbols[k % symbols.length],
        symbolSize: 10,
        z: 3,
        lineStyle: { color, width: 1, type: 'dashed', opacity: 0.6 },
        itemStyle: { color },
        data: sorted.map(point => ({
          value: [x(point), 100 * point.change],
          point,
          // Hollow: the figures of the search, which flatter.
          itemStyle: point.confirmed ? { color } : { color: theme.surface, borderColor: color, borderWidth: 2 },
        })),
        tooltip: {
          formatter: ({ data }: { data: { point: ComparedPoint } }) =>
            tip(`${study}${told ? `, ${told.device}` : ''}`, ...pointWords(metricOf(objectives), data.point)),
        },
      },
    ];
  });
  return plot(
    theme,
    { name: across === 'ms' ? 'latency (ms)' : 'speed-up over the dense model of the study' },
    { name: 'change of accuracy (points)' },
    all,
  );
}

const pointWords = (metric: Metric, point: ComparedPoint): string[] => [
  point.trial === 0
    ? 'dense model'
    : `trial ${point.trial}, ${point.confirmed ? 'confirmed' : 'figures of the search'}${point.disturbed ? ', latency disturbed' : ''}`,
  `${formatMs(point.latencyMs)}, ${speedupText(point)}`,
  `${metricTitle(metric)} ${figureText(metric, point.accuracy)}, ${changeText(point)}`,
];

export const speedupText = ({ speedup, speedupCi }: Pick<ComparedPoint, 'speedup' | 'speedupCi'>): string =>
  `${formatSpeedup(speedup)} [${speedupCi[0].toFixed(2)}, ${speedupCi[1].toFixed(2)}]`;
export const changeText = ({ change, changeCi }: Pick<ComparedPoint, 'change' | 'changeCi'>): string =>
  `${formatPoints(change)} [${(100 * changeCi[0]).toFixed(2)}, ${(100 * changeCi[1]).toFixed(2)}]`;
