/** Axes and lines of parallel coordinates. */
import type { ParallelLine, ParallelRecord } from '../../src/serve/api/parallel.ts';
import { amountText, axisName, drawn } from '../amounts.ts';
import { type ChartOption, tooltipLook } from '../chart.ts';
import { tip } from '../plot.ts';
import type { Theme } from '../theme.ts';

/** One axis that varies among the lines. */
export interface LineAxis {
  /** In addresses: `s3` for the third site, `o0` for the first objective. */
  readonly key: string;
  readonly name: string;
  readonly short: string;
  readonly values: readonly number[];
  /** Whether all its values may be drawn on a logarithmic scale. */
  readonly log: boolean;
  /** Of a ladder: the number of its rungs. */
  readonly rungs: number | null;
  readonly text: (value: number) => string;
}

/** Objectives first, then sites in the order of the network; those with one value alone are left out and counted. */
export function axesOf({ sites, objectives, lines }: ParallelRecord): {
  readonly axes: readonly LineAxis[];
  readonly constant: number;
} {
  const all: LineAxis[] = [
    ...objectives.map((objective, k) => ({
      key: `o${k}`,
      name: axisName(objective),
      short: objective.words,
      values: lines.map(({ values }) => drawn(objective, values[k] ?? Number.NaN)),
      log: objective.kind !== 'accuracy',
      rungs: null,
      text: (value: number) => amountText(objective, value / (drawn(objective, 1) || 1)),
    })),
    ...sites.map(({ site, rungs }, i) => ({
      key: `s${i}`,
      name: site,
      short: `#${i + 1}`,
      values: lines.map(line => line.rungs[i] ?? Number.NaN),
      log: false,
      rungs: rungs.length,
      text: (value: number) => rungs[value] || `rung ${value + 1}`,
    })),
  ];
  const axes = all.filter(({ values }) => new Set(values.filter(Number.isFinite)).size > 1);
  return { axes, constant: all.length - axes.length };
}

interface Drawing {
  readonly record: ParallelRecord;
  readonly axes: readonly LineAxis[];
  readonly log: boolean;
  /** Phones have no room side by side. */
  readonly upright: boolean;
}

export function parallelOption(theme: Theme, { record, axes, log, upright }: Drawing): ChartOption {
  const crowded = axes.length > 14 || upright;
  const faint = record.lines.length > 60 ? 0.4 : 0.9;
  const nameOf = (axis: LineAxis): string =>
    !upright && (axis.rungs === null || !crowded) ? clip(axis.name, axis.rungs === null ? 16 : 14) : axis.short;
  return {
    parallel: {
      ...(upright
        ? { layout: 'vertical', left: 74, right: 26, top: 14, bottom: 24 }
        : { left: 46, right: 46, top: crowded ? 30 : 44, bottom: 24 }),
      parallelAxisDefault: {
        nameLocation: upright ? 'start' : 'end',
        nameGap: upright ? 10 : 12,
        nameTextStyle: { color: theme.ink, fontSize: crowded ? 11 : 12 },
        axisLine: { lineStyle: { color: theme.faint } },
        axisTick: { show: false },
        splitLine: { show: false },
        areaSelectStyle: { width: upright ? 16 : 18, color: theme.pick, opacity: 0.3, borderColor: theme.pick },
      },
    },
    parallelAxis: axes.map((axis, dim) => ({
      dim,
      id: axis.key,
      name: nameOf(axis),
      ...(axis.rungs === null
        ? {
            type: log && axis.log ? 'log' : 'value',
            scale: true,
            axisLabel: { color: theme.ink, fontSize: 11, hideOverlap: true },
          }
        : {
            type: 'value',
            min: 0,
            max: axis.rungs - 1,
            interval: Math.max(1, axis.rungs - 1),
            axisLabel: { show: false, formatter: () => '' },
          }),
    })),
    tooltip: {
      ...tooltipLook(theme),
      trigger: 'item',
      formatter: ({ data }: { data: { line: ParallelLine } }) => tip(...lineWords(record, data.line)),
    },
    series: [false, true].map(onFront => ({
      type: 'parallel',
      name: onFront ? 'front' : 'other trials',
      smooth: false,
      progressive: 200,
      z: onFront ? 3 : 2,
      lineStyle: {
        color: onFront ? theme.front : theme.dominated,
        width: onFront ? 2 : 1,
        opacity: onFront ? 0.9 : faint,
      },
      activeOpacity: onFront ? 1 : 0.75,
      inactiveOpacity: 0.05,
      emphasis: { lineStyle: { width: 4, opacity: 1, color: theme.pick } },
      data: record.lines.flatMap((line, i) =>
        line.onFront === onFront
          ? [{ value: axes.map(({ values }) => values[i] ?? '-'), line, name: `trial ${line.trial}` }]
          : [],
      ),
    })),
  };
}

export const lineWords = ({ objectives }: ParallelRecord, { trial, values, onFront }: ParallelLine): string[] => [
  `${trial === 0 ? 'dense model' : `trial ${trial}`}${onFront ? ', on the front' : ''}`,
  ...objectives.map((objective, k) => `${objective.words} ${amountText(objective, values[k] ?? null)}`),
];

/** The end of a name tells layers apart. */
const clip = (text: string, length: number): string =>
  text.length > length ? `...${text.slice(-(length - 3))}` : text;
