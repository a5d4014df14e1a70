/** Fronts of several studies in one chart: other devices, other search spaces, other seeds. */
import type { ComparedPoint, ComparedStudy, CompareRecord } from '../../src/serve/api/compare.ts';
import { formatMs, formatPercent, formatSpeedup } from '../../src/units/format.ts';
import { chartFigure } from '../chart.ts';
import { type Across, axes, changeText, option, speedupText } from '../compare-chart.ts';
import { fill, h } from '../dom.ts';
import { selectField } from '../form.ts';
import { liveRecord } from '../live-record.ts';
import { renewing } from '../renewed.ts';
import { emptyState } from '../states.ts';
import { studyChoice } from '../study-choice.ts';
import { table } from '../table.ts';
import type { View, ViewContext } from '../view.ts';

export const view: View = {
  name: 'compare',
  title: 'Compare',
  mount: (element, context) => {
    const renewed = renewing(context);
    const query = () => ({ ...(context.state.get('studies') === '' ? {} : { studies: context.state.get('studies') }) });
    let last: CompareRecord | null = null;
    const draw = (): void => {
      if (last) show(element, renewed(), last, draw, live.again);
    };
    const live = liveRecord(context, element, { reader: 'compare', query, of: null }, record => {
      last = record;
      draw();
    });
    context.state.onChange(live.again);
  },
};

const acrossOf = (context: ViewContext): Across => (context.state.get('x') === 'ms' ? 'ms' : 'speedup');

function show(
  element: HTMLElement,
  context: ViewContext,
  record: CompareRecord,
  draw: () => void,
  again: () => void,
): void {
  if (record.names.length === 0) {
    fill(element, emptyState('This store holds no study yet.', 'Start one with "rankfront search".'));
    return;
  }
  const across = acrossOf(context);
  const measured = record.studies.filter(({ points }) => points !== null);
  fill(
    element,
    h(
      'div',
      { class: 'card row' },
      studyChoice(
        record.names,
        record.studies.map(({ study }) => study),
        chosen => {
          context.state.set({ studies: JSON.stringify(chosen) }, 'push');
          again();
        },
      ),
      selectField(
        'Across',
        Object.entries(axes).map(([value, words]) => ({ value, words })),
        across,
        value => {
          context.state.set({ x: value === 'ms' ? 'ms' : '' });
          draw();
        },
      ),
    ),
    record.unknown.length > 0
      ? h(
          'p',
          { class: 'card' },
          `The store has no study called ${record.unknown.map(name => `"${name}"`).join(', ')}.`,
        )
      : null,
    measured.length === 0
      ? emptyState('Choose studies whose dense model is measured.')
      : [
          chartFigure(context, {
            title: `Change of accuracy against ${across === 'ms' ? 'latency' : 'speed-up'}`,
            words: measured.map(words).join(' '),
            height: 'tall',
            option: theme => option(theme, measured, across),
          }).element,
          new Set(measured.map(({ model }) => model.sha256)).size > 1
            ? h(
                'p',
                { class: 'card' },
                'These studies are not of one network: compare what they reach, not which is better.',
              )
            : null,
          h('section', { class: 'card' }, h('h2', {}, 'Within one point of accuracy'), summary(context, measured)),
          h('section', { class: 'card' }, h('h2', {}, 'Every point'), pointTable(context, measured)),
        ],
  );
}

/** The fastest that loses at most a point, by the measured value. */
const bestWithin = ({ points }: ComparedStudy): ComparedPoint | undefined =>
  (points ?? []).filter(({ change }) => change >= -0.01).sort((a, b) => b.speedup - a.speedup)[0];

const words = (study: ComparedStudy): string => {
  const best = bestWithin(study);
  return `${study.study}: ${(study.points ?? []).length - 1} trials on the front${best ? `, up to ${formatSpeedup(best.speedup)} within one point` : ''}.`;
};

const studyLink = (context: ViewContext, study: string): HTMLElement =>
  h('a', { href: context.link({ view: 'front', study }) }, study);

const summary = (context: ViewContext, studies: readonly ComparedStudy[]): HTMLElement => {
  const cell =
    (of: (point: ComparedPoint) => string) =>
    (study: ComparedStudy): string => {
      const best = bestWithin(study);
      return best ? of(best) : '-';
    };
  return table(
    'The fastest of each study that loses at most one point',
    [
      { header: 'Study', cell: ({ study }) => studyLink(context, study) },
      { header: 'Device', cell: ({ device, computed }) => `${device ?? '-'}${computed ? ', computed' : ''}` },
      { header: 'Trial', align: 'right', cell: cell(({ trial }) => (trial === 0 ? 'dense' : String(trial))) },
      { header: 'Latency', align: 'right', cell: cell(({ latencyMs }) => formatMs(latencyMs)) },
      { header: 'Speed-up [95 %]', align: 'right', cell: cell(speedupText) },
      { header: 'Change [95 %]', align: 'right', cell: cell(changeText) },
      {
        header: 'Figures',
        cell: cell(({ confirmed, trial }) => (trial === 0 ? '' : confirmed ? 'confirmed' : 'of the search')),
      },
    ],
    studies,
  );
};

const pointTable = (context: ViewContext, studies: readonly ComparedStudy[]): HTMLElement =>
  table(
    'Every member of the fronts',
    [
      { header: 'Study', cell: ({ study }) => studyLink(context, study) },
      { header: 'Trial', align: 'right', cell: ({ point }) => (point.trial === 0 ? 'dense' : point.trial) },
      { header: 'Latency', align: 'right', cell: ({ point }) => formatMs(point.latencyMs) },
      { header: 'Speed-up [95 %]', align: 'right', cell: ({ point }) => speedupText(point) },
      { header: 'Accuracy', align: 'right', cell: ({ point }) => formatPercent(point.accuracy) },
      { header: 'Change [95 %]', align: 'right', cell: ({ point }) => changeText(point) },
      { header: 'Figures', cell: ({ point }) => (point.confirmed ? 'confirmed' : 'of the search') },
    ],
    studies.flatMap(({ study, points }) => (points ?? []).map(point => ({ study, point }))),
  );
