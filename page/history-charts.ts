/** Charts of how a search went. */
import type { HistoryPart, HistoryRecord } from '../src/serve/api/history.ts';
import { formatMs } from '../src/units/format.ts';
import { amountText, axisName, drawn } from './amounts.ts';
import type { ChartOption } from './chart.ts';
import { plot, tip } from './plot.ts';
import type { Theme } from './theme.ts';

const over = { name: 'finished trials, in their order' };
export const nameOf = ({ first, last, trial }: HistoryPart): string =>
  trial === null ? `finished trials ${first} to ${last}` : `trial ${trial}`;

export const volumeOption = (theme: Theme, parts: readonly HistoryPart[]): ChartOption =>
  plot(
    theme,
    over,
    { name: 'hypervolume', min: 0 },
    [
      {
        type: 'line',
        step: 'end',
        symbol: 'none',
        lineStyle: { width: 2, color: theme.front },
        areaStyle: { opacity: 0.12, color: theme.front },
        data: parts.flatMap(({ last, hypervolume }) => (hypervolume === null ? [] : [[last, hypervolume]])),
      },
    ],
    {
      tooltip: lineTip(theme, ([at, value]) =>
        tip(`after ${at} finished trials`, `hypervolume ${Number(value).toFixed(4)}`),
      ),
    },
  );

export function objectiveOption(theme: Theme, { parts, objectives }: HistoryRecord, k: number): ChartOption {
  const objective = objectives[k];
  if (!objective) return {};
  const seen = parts.flatMap(part => {
    const value = part.values[k];
    return value ? [{ part, value }] : [];
  });
  const at = (value: number): number => drawn(objective, value);
  const many = parts.some(({ trial }) => trial === null);
  return plot(theme, over, { name: axisName(objective) }, [
    {
      name: many ? 'median of some trials' : 'trials',
      type: 'scatter',
      symbolSize: 6,
      itemStyle: { color: theme.dominated, opacity: 0.9 },
      data: seen.map(({ part, value }) => [
        part.last,
        at(value.middle),
        nameOf(part),
        amountText(objective, value.middle),
      ]),
      tooltip: { formatter: ({ value }: { value: [number, number, string, string] }) => tip(value[2], value[3]) },
    },
    {
      name: 'best so far',
      type: 'line',
      step: 'end',
      symbol: 'none',
      lineStyle: { color: theme.front, width: 2 },
      itemStyle: { color: theme.front },
      data: seen.map(({ part, value }) => [part.last, at(value.best)]),
    },
  ]);
}

export function stageOption(theme: Theme, { stages, parts }: HistoryRecord): ChartOption {
  const base = plot(theme, over, { name: 'seconds per trial', min: 0 }, []);
  const perTrial = (part: HistoryPart, k: number): number => (part.stagesMs[k] ?? 0) / (part.last - part.first + 1);
  return {
    ...base,
    // Values of bars that are stacked need places in a row.
    xAxis: {
      ...(base.xAxis as object),
      type: 'category',
      data: parts.map(({ last }) => String(last)),
      splitLine: { show: false },
    },
    yAxis: { ...(base.yAxis as object), scale: false },
    series: stages.map(({ name }, k) => ({
      name,
      type: 'bar',
      stack: 'all',
      barCategoryGap: parts.length > 60 ? '0%' : '15%',
      barMaxWidth: 30,
      itemStyle: {
        color: theme.series[k % theme.series.length],
        borderColor: theme.surface,
        borderWidth: parts.length > 60 ? 0 : 1,
      },
      data: parts.map(part => perTrial(part, k) / 1000),
      tooltip: {
        formatter: ({ dataIndex }: { dataIndex: number }) => {
          const part = parts[dataIndex];
          return part ? tip(nameOf(part), `${name}: ${formatMs(perTrial(part, k))} a trial`) : '';
        },
      },
    })),
  };
}

const lineTip = (theme: Theme, words: (value: readonly unknown[]) => HTMLElement): ChartOption => ({
  ...(plot(theme, over, over, []).tooltip as object),
  trigger: 'axis',
  formatter: (at: readonly { readonly value: readonly unknown[] }[]) => (at[0] ? words(at[0].value) : ''),
});
