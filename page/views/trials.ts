/** All trials of a study in one table: to sort, filter, jump in and take away. */
import { csv } from '../../src/report/csv.ts';
import { fill, h } from '../dom.ts';
import { liveRecord } from '../live-record.ts';
import { saveFile } from '../save.ts';
import { emptyState } from '../states.ts';
import { cells, columnHeads, stateChips } from '../trials/cells.ts';
import { columnsFor, type TrialColumn } from '../trials/columns.ts';
import { merged, noRows, type Row, type Rows, shownRows } from '../trials/rows.ts';
import { virtualTable } from '../trials/virtual-table.ts';
import type { Params, View, ViewContext } from '../view.ts';

export const view: View = {
  name: 'trials',
  title: 'Trials',
  mount: (element, context) => {
    let rows: Rows = noRows;
    let page: ((rows: Rows) => void) | null = null;
    const live = liveRecord(
      context,
      element,
      { reader: 'trials', query: () => (rows.sequence === null ? {} : { after: String(rows.sequence) }) },
      (record, first) => {
        if (first) page = null;
        const now = merged(rows, record);
        rows = now ?? noRows;
        if (!now) live.again();
        else if (now.all.length === 0)
          fill(element, emptyState('This study has no trial yet.', 'The first is the dense model.'));
        else {
          if (!page) element.replaceChildren();
          page ??= trialsPage(element, context);
          page(now);
        }
      },
    );
  },
};

/** Returns how to show other rows. */
function trialsPage(element: HTMLElement, context: ViewContext): (rows: Rows) => void {
  const { state, study } = context;
  let rows: Rows = noRows;
  let shown: readonly Row[] = [];
  let columns: readonly TrialColumn[] = [];
  const head = h('tr', { 'aria-rowindex': 1 });
  const open = (index: number): void => {
    const row = shown[index];
    if (row) location.hash = context.link({ view: 'trial', params: { number: String(row.number) } });
  };
  const list = virtualTable('Trials', head, open, context.signal);
  const count = h('span', { class: 'faint', role: 'status' });
  const chips = h('div', { class: 'chips', role: 'group', 'aria-label': 'States' });
  const missing = h('span', { class: 'warning', role: 'alert', hidden: true });

  const wanted = (): ReadonlySet<string> => new Set(state.get('states').split(',').filter(Boolean));
  const sort = (): string => state.get('sort', 'number');

  function draw(): void {
    columns = columnsFor(rows);
    const byKey = new Map(columns.map(column => [column.key, column]));
    const filter = {
      states: wanted(),
      frontOnly: state.get('front') === 'yes',
      find: state.get('find').trim().toLowerCase(),
      sort: sort(),
    };
    shown = shownRows(rows, filter, key => byKey.get(key)?.sort ?? (row => row.number));
    fill(
      chips,
      stateChips(rows, wanted(), states => set({ states })),
    );
    fill(
      head,
      columnHeads(columns, sort(), by => set({ sort: by })),
    );
    count.textContent = `${shown.length} of ${rows.all.length} trials`;
    list.show(shown.length, index => cells(shown[index], columns, context));
  }
  function set(changes: Params): void {
    state.set(changes);
    draw();
  }
  const save = (): void => {
    const text = csv([columns.map(({ key }) => key), ...shown.map(row => columns.map(column => column.csv(row)))]);
    saveFile(`${study}-trials.csv`, 'text/csv', text);
  };
  const jump = (event: Event): void => {
    event.preventDefault();
    const index = shown.findIndex(row => row.number === Number(number.value));
    missing.hidden = index >= 0;
    missing.textContent = index >= 0 ? '' : `Trial ${number.value || '?'} is not among those that are shown.`;
    if (index >= 0) list.focusRow(index);
  };
  const number = h('input', { type: 'number', min: 0, step: 1, inputmode: 'numeric', id: 'jump' });
  const find = h('input', { type: 'search', value: state.get('find'), oninput: () => set({ find: find.value }) });
  const frontOnly = h('input', {
    type: 'checkbox',
    checked: state.get('front') === 'yes',
    onchange: () => set({ front: frontOnly.checked ? 'yes' : '' }),
  });
  element.append(
    chips,
    h(
      'div',
      { class: 'row controls' },
      h('label', { class: 'field' }, 'Find in state, strategy and reason', find),
      h(
        'form',
        { class: 'field', onsubmit: jump },
        h('label', { for: 'jump' }, 'Jump to trial'),
        h('span', { class: 'joined' }, number, h('button', { type: 'submit' }, 'Go')),
      ),
      h('label', { class: 'check' }, frontOnly, 'Only the front'),
      h('button', { type: 'button', onclick: save }, 'Save as CSV'),
      count,
      missing,
    ),
    list.element,
  );
  state.onChange(() => {
    find.value = state.get('find');
    frontOnly.checked = state.get('front') === 'yes';
    draw();
  });
  return now => {
    rows = now;
    draw();
  };
}
