/** The tuner: how well it predicts, whether its intervals hold, which layers matter, and what it would try next. */

import type { TunerRecord } from '../../src/serve/api/tuner.ts';
import { formatPercent } from '../../src/units/format.ts';
import { type ChartOption, chartFigure } from '../chart.ts';
import { fill, h } from '../dom.ts';
import { liveRecord } from '../live-record.ts';
import { renewing } from '../renewed.ts';
import { emptyState } from '../states.ts';
import { tableBehind } from '../table.ts';
import type { Theme } from '../theme.ts';
import { changeUnit, coverageOption, importanceOption, leftOutOption, type Told } from '../tuner/charts.ts';
import { nextPart } from '../tuner/next.ts';
import { calibrationTable, importanceTable } from '../tuner/tables.ts';
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
