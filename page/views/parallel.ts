/** Every trial as a line over its layers and objectives; what is brushed there is what the chart of the front beside it shows. */
import type { ParallelRecord } from '../../src/serve/api/parallel.ts';
import { counted } from '../amounts.ts';
import { type ChartFigure, chartFigure } from '../chart.ts';
import { fill, h } from '../dom.ts';
import { checkField, selectField } from '../form.ts';
import { liveRecord } from '../live-record.ts';
import { axesOf, parallelOption } from '../parallel/lines.ts';
import { rangesPart } from '../parallel/ranges.ts';
import { chosenList, sameTrialsOption } from '../parallel/same-trials.ts';
import { keepsTo, type Range, type Selection, selectionFrom, selectionText } from '../parallel/selection.ts';
import { renewing } from '../renewed.ts';
import { emptyState } from '../states.ts';
import type { Params, UrlState, View, ViewContext } from '../view.ts';

const shares = ['1', '5', '10', '25', '50', '100'];
const narrowPx = 640;

export const view: View = {
  name: 'parallel',
  title: 'Parallel coordinates',
  mount: (element, context) => {
    const renewed = renewing(context);
    const { state } = context;
    let last: ParallelRecord | null = null;
    const draw = (): void => {
      if (last) show(element, renewed(), last, draw, () => live.again());
    };
    const live = liveRecord(
      context,
      element,
      { reader: 'parallel', query: () => ({ ...given(state, 'top'), ...given(state, 'by') }) },
      record => {
        last = record;
        draw();
      },
    );
    state.onChange(() => live.again());
  },
};

const given = (state: UrlState, name: string): Params => (state.get(name) === '' ? {} : { [name]: state.get(name) });

function show(
  element: HTMLElement,
  context: ViewContext,
  record: ParallelRecord,
  draw: () => void,
  again: () => void,
): void {
  const { state } = context;
  const { axes, constant } = axesOf(record);
  const set = (changes: Readonly<Record<string, string>>, then: () => void): void => {
    state.set(changes);
    then();
  };
  const controls = h(
    'div',
    { class: 'card row' },
    selectField(
      'Show the best',
      [...new Set([...shares, String(record.top)])].map(value => ({ value, words: `${value} %` })),
      String(record.top),
      top => set({ top }, again),
    ),
    selectField(
      'Best by',
      [
        { value: 'front', words: 'nearness to the front' },
        ...record.objectives.map(({ name, words }) => ({ value: name, words })),
      ],
      state.get('by', 'front'),
      by => set({ by }, again),
    ),
    checkField('Logarithmic', state.get('log') === '1', log => set({ log: log ? '1' : '' }, draw)),
  );
  if (record.lines.length < 2 || axes.length < 2) {
    fill(
      element,
      controls,
      emptyState('There are too few complete trials to compare.', 'They appear here by themselves.'),
    );
    return;
  }
  let selection: Selection = new Map(
    [...selectionFrom(state.get('range'))].filter(([key]) => axes.some(axis => axis.key === key)),
  );
  const chosen = (): readonly boolean[] =>
    record.lines.map((_, i) => keepsTo(selection, key => axes.find(axis => axis.key === key)?.values[i] ?? null));
  const lines = chartFigure(context, {
    title: 'Trials over objectives and layers',
    words: '',
    height: 'tall',
    option: (theme, { width }) =>
      parallelOption(theme, { record, axes, log: state.get('log') === '1', upright: width < narrowPx }),
    replace: ['series', 'parallelAxis'],
  });
  const front = chartFigure(context, {
    title: 'The same trials',
    words: '',
    option: theme => sameTrialsOption(theme, record, chosen()),
  });
  const place = lines.element.querySelector<HTMLElement>('.chart');
  if (place && document.documentElement.clientWidth < narrowPx)
    place.style.height = `${Math.max(420, 24 * axes.length + 60)}px`;
  const under = h('div', {});
  const told = (): void => {
    const kept = chosen();
    const count = kept.filter(Boolean).length;
    const words = `${count} of ${counted(record.lines.length, 'line')} keep to ${selection.size === 0 ? 'no range, as none is set' : counted(selection.size, 'range')}.`;
    lines.describe(words);
    front.describe(words);
    front.redraw();
    fill(under, rangesPart(axes, selection, words, change), chosenList(context, record, kept));
  };
  const remember = (next: Selection): void => {
    selection = next;
    state.set({ range: selectionText(selection) });
  };
  /** Of a range that was typed or taken away: the chart is told. */
  function change(key: string, range: Range | null): void {
    const next = new Map(selection);
    if (range) next.set(key, range);
    else next.delete(key);
    remember(next);
    mark(lines, key, range);
    told();
    context.announce(`${chosen().filter(Boolean).length} trials are chosen.`);
  }
  lines.chart.on('axisareaselected', event => {
    const { parallelAxisId: key, intervals } = event as unknown as {
      parallelAxisId: string;
      intervals: readonly Range[];
    };
    const next = new Map(selection);
    const [first] = intervals;
    if (first) next.set(key, [Math.min(...intervals.flat()), Math.max(...intervals.flat())]);
    else next.delete(key);
    if (selectionText(next) === selectionText(selection)) return;
    remember(next);
    told();
  });
  fill(
    element,
    controls,
    h('p', { class: 'faint' }, introduction(record, constant)),
    lines.element,
    h('div', { class: 'columns' }, front.element, under),
  );
  told();
  // Axes have their ranges once they are drawn.
  requestAnimationFrame(() => {
    for (const [key, range] of selection) mark(lines, key, range);
  });
}

const mark = ({ chart }: ChartFigure, key: string, range: Range | null): void => {
  if (!chart.isDisposed())
    chart.dispatchAction({ type: 'axisAreaSelect', parallelAxisId: key, intervals: range ? [range] : [] });
};

const introduction = ({ lines, chosen, complete, sites }: ParallelRecord, constant: number): string =>
  [
    `${counted(lines.length, 'line')}${lines.length < chosen ? `, spread over ${counted(chosen, 'trial')}` : ''} of ${counted(complete, 'complete trial')}.`,
    constant > 0
      ? `${counted(constant, 'axis').replace('axiss', 'axes')} with one value alone ${constant === 1 ? 'is' : 'are'} hidden.`
      : '',
    `Layers are numbered from 1 to ${sites.length} in the order of the network; up is dense.`,
    'Drag along an axis to choose a range, click it to let go.',
  ]
    .filter(sentence => sentence !== '')
    .join(' ');
