/** The tuner: how well it predicts, whether its intervals hold, which layers matter, and what it would try next. */

import { expectedWords } from '../../src/report/explain-text.ts';
import type { TunerRecord } from '../../src/serve/api/tuner.ts';
import { formatPercent } from '../../src/units/format.ts';
import { counted } from '../amounts.ts';
import { type ChartOption, chartFigure } from '../chart.ts';
import { fill, h } from '../dom.ts';
import { liveRecord } from '../live-record.ts';
import { renewing } from '../renewed.ts';
import { emptyState } from '../states.ts';
import { table, tableBehind } from '../table.ts';
import type { Theme } from '../theme.ts';
import {
  changeUnit,
  coverageOption,
  importanceOption,
  leftOutOption,
  sortedLayers,
  type Told,
} from '../tuner-charts.ts';
import type { View, ViewContext } from '../view.ts';

export const view: View = {
  name: 'tuner',
  title: 'Tuner',
  mount: (element, context) => {
    const renewed = renewing(context);
    liveRecord(context, element, { reader: 'tuner' }, record => {
      if (record.view) show(element, renewed(), record, record.view);
      else
        fill(
          element,
          emptyState(
            'The store does not say how the trials of this study were proposed.',
            'Continue it with "rankfront search"; the next trial is recorded.',
          ),
        );
    });
  },
};

function show(element: HTMLElement, context: ViewContext, record: TunerRecord, told: Told): void {
  const chart = (title: string, words: string, option: (theme: Theme) => ChartOption) =>
    chartFigure(context, { title, words, option }).element;
  fill(
    element,
    h('section', { class: 'card' }, h('h2', {}, 'Next'), nextPart(record, told)),
    record.leftOut.length === 0
      ? h('div', { class: 'card' }, 'Too few trials to say how well the tuner predicts them.')
      : [
          h(
            'div',
            { class: 'columns' },
            record.objectives.map(({ words }, k) =>
              chart(`Predicted from the others: ${words}`, leftOutWords(record, told, k), theme =>
                leftOutOption(theme, record, k),
              ),
            ),
            chart('Calibration', coverageWords(record), theme => coverageOption(theme, record)),
          ),
          h(
            'section',
            { class: 'card' },
            h('h2', {}, 'How well each trial is predicted from the others'),
            calibrationTable(record, told),
          ),
        ],
    told.importance && told.importance.length > 0
      ? chartFigure(context, {
          title: 'Which layers matter',
          words: 'How far the choice of rung moves each objective around the front, layer by layer.',
          height: 'tall',
          option: (theme, { width }) => importanceOption(theme, record, told, width < 520),
        }).element
      : null,
    told.importance && told.importance.length > 0
      ? tableBehind('Layers in numbers', importanceTable(record, told))
      : null,
  );
}

function nextPart({ objectives, study }: TunerRecord, told: Told): HTMLElement {
  const { next } = told;
  const opening = `${counted(told.trials, 'trial')}, proposed by "${told.strategy}" ${told.prior ? 'from a prior of single layers' : 'without a prior'}.`;
  if (!next) return h('p', {}, `${opening} Nothing is left to try: every configuration was tried.`);
  const why = next.outlook
    ? `It enters the front with a probability of ${formatPercent(next.outlook.entersFront, 0)}. It is expected to add ${next.outlook.improvement.toPrecision(2)} to the hypervolume.`
    : 'There are too few trials to predict it: it belongs to the initial design.';
  return h(
    'div',
    {},
    h(
      'p',
      { class: 'faint' },
      opening,
      told.disturbed > 0 ? ` ${told.disturbed} with a disturbed latency, from which less is learned.` : '',
    ),
    told.outOfReach === null ? null : h('p', {}, told.outOfReach),
    h(
      'p',
      {},
      next.nearest === null
        ? 'It would try a configuration far from all others.'
        : `It would try trial ${next.nearest}${next.onFront ? ' of the front' : ''} with ${counted(next.changes.length, 'other rung')}. ${why}`,
    ),
    next.prediction
      ? h(
          'p',
          {},
          `Expected (± 95 %): ${expectedWords(
            next.prediction,
            objectives.map(({ name }) => name),
          ).join(', ')}.`,
        )
      : null,
    next.nearest === null || next.changes.length === 0
      ? null
      : tableBehind(
          'The other rungs',
          table(
            `Rungs that differ, in study ${study}`,
            [
              { header: 'Layer', cell: ({ site }) => site },
              { header: 'From', cell: ({ from }) => from },
              { header: 'To', cell: ({ to }) => to },
            ],
            next.changes,
          ),
        ),
  );
}

const leftOutWords = (record: TunerRecord, told: Told, k: number): string => {
  const quality = told.calibration?.[k];
  return quality
    ? `${formatPercent(quality.within95, 0)} of ${quality.trials} trials lie in their 95 % interval. The error is ${(100 * quality.rmse).toFixed(2)} ${changeUnit(record.objectives[k]?.kind ?? '')} (root mean square).`
    : '';
};

const coverageWords = ({ coverage, objectives }: TunerRecord): string => {
  const at = coverage.find(({ said }) => said === 0.95);
  return objectives
    .map(({ words }, k) => `Of ${words}, ${formatPercent(at?.seen[k] ?? Number.NaN, 0)} lie in intervals for 95 %.`)
    .join(' ');
};

const calibrationTable = ({ objectives, coverage }: TunerRecord, told: Told): HTMLElement =>
  table(
    'Quality of predictions by objective',
    [
      { header: 'Objective', cell: ({ objective }) => objective.words },
      { header: 'Trials', align: 'right', cell: ({ quality }) => quality.trials },
      {
        header: 'Error (rms)',
        align: 'right',
        cell: ({ quality, objective }) => `${(100 * quality.rmse).toFixed(2)} ${changeUnit(objective.kind)}`,
      },
      {
        header: 'Spread (rms)',
        align: 'right',
        cell: ({ quality, objective }) => `${(100 * quality.spread).toFixed(2)} ${changeUnit(objective.kind)}`,
      },
      ...coverage.map(({ said, seen }) => ({
        header: `In ${formatPercent(said, 0)}`,
        align: 'right' as const,
        cell: ({ k }: { readonly k: number }) => formatPercent(seen[k] ?? Number.NaN, 0),
      })),
    ],
    objectives.flatMap((objective, k) => {
      const quality = told.calibration?.[k];
      return quality ? [{ objective, quality, k }] : [];
    }),
  );

const importanceTable = (record: TunerRecord, told: Told): HTMLElement =>
  table(
    'How far the choice of rung moves each objective around the front',
    [
      { header: 'Layer', cell: ({ site }) => site },
      ...record.objectives.map(({ words, kind }, k) => ({
        header: `${words}, ${changeUnit(kind)}`,
        align: 'right' as const,
        cell: ({ byObjective }: { readonly byObjective: readonly number[] }) =>
          (100 * (byObjective[k] ?? 0)).toFixed(2),
      })),
    ],
    sortedLayers(record, told),
  );
