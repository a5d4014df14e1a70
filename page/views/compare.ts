/** Several studies in one chart, and what each gains: other devices, other search spaces, other seeds. */
import { limitWords } from '../../src/report/change.ts';
import type { ComparedStudy, CompareRecord } from '../../src/serve/api/compare.ts';
import { chartFigure } from '../chart.ts';
import { type Across, axes, option } from '../compare/chart.ts';
import { gainTable, pointTable, siteTable } from '../compare/tables.ts';
import { type Child, fill, h } from '../dom.ts';
import { selectField } from '../form.ts';
import { liveRecord } from '../live-record.ts';
import { renewing } from '../renewed.ts';
import { emptyState } from '../states.ts';
import { studyChoice } from '../study-choice.ts';
import type { View, ViewContext } from '../view.ts';

const drops = ['0', '0.5', '1', '2', '3', '5', '10'];

export const view: View = {
  name: 'compare',
  title: 'Compare',
  mount: (element, context) => {
    const renewed = renewing(context);
    const given = (name: string) => (context.state.get(name) === '' ? {} : { [name]: context.state.get(name) });
    const query = () => ({ ...given('studies'), ...given('drop') });
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
  const measured = record.studies.filter(({ points }) => points !== null);
  fill(
    element,
    controls(context, record, draw, again),
    record.unknown.length > 0
      ? h(
          'p',
          { class: 'card' },
          `The store has no study called ${record.unknown.map(name => `"${name}"`).join(', ')}.`,
        )
      : null,
    measured.length === 0
      ? emptyState('Choose studies whose dense model is measured.')
      : compared(context, record, measured),
  );
}

function controls(context: ViewContext, record: CompareRecord, draw: () => void, again: () => void): HTMLElement {
  const chosen = record.studies.map(({ study }) => study);
  const drop = String(100 * record.maxDrop);
  return h(
    'div',
    { class: 'card row' },
    studyChoice(record.names, chosen, names => {
      context.state.set({ studies: JSON.stringify(names) }, 'push');
      again();
    }),
    selectField(
      'Lose at most',
      [...new Set([...drops, drop])].map(value => ({ value, words: limitWords(Number(value) / 100) })),
      drop,
      value => {
        context.state.set({ drop: value === '1' ? '' : value });
        again();
      },
    ),
    selectField(
      'Across',
      Object.entries(axes).map(([value, words]) => ({ value, words })),
      acrossOf(context),
      value => {
        context.state.set({ x: value === 'ms' ? 'ms' : '' });
        draw();
      },
    ),
  );
}

function compared(context: ViewContext, record: CompareRecord, measured: readonly ComparedStudy[]): Child {
  const across = acrossOf(context);
  const section = (title: string, ...content: Child[]): HTMLElement =>
    h('section', { class: 'card' }, h('h2', {}, title), content);
  const networks = new Set(measured.map(({ model }) => model.sha256)).size;
  const notes = record.differences?.notes ?? [];
  return [
    chartFigure(context, {
      title: `Change of accuracy against ${across === 'ms' ? 'latency' : 'speed-up'}`,
      words: measured.map(words).join(' '),
      height: 'tall',
      option: theme => option(theme, measured, across),
    }).element,
    networks > 1
      ? h('p', { class: 'card' }, 'These studies are not of one network: compare what they reach, not which is better.')
      : null,
    section(
      `Within ${limitWords(record.maxDrop)} of accuracy`,
      gainTable(context, record),
      measured.map(({ study, told }) => h('p', {}, `${study}: ${told?.sentence ?? ''}`)),
    ),
    notes.length > 0
      ? section(
          'What else differs',
          h(
            'ul',
            {},
            notes.map(note => h('li', {}, note)),
          ),
        )
      : null,
    record.differences ? section('Where ranks differ', siteTable(record)) : null,
    section('Every point', pointTable(context, measured)),
  ];
}

const words = ({ study, points, told }: ComparedStudy): string =>
  `${study}: ${(points ?? []).length - 1} trials on the front. ${told?.sentence ?? ''}`;
