/** All trials of a study in one table: to sort, filter, jump in and take away. */
import { csv } from '../../src/report/csv.ts';
import { fill, h } from '../dom.ts';
import { liveRecord } from '../live-record.ts';
import { saveFile } from '../save.ts';
import { emptyState } from '../states.ts';
import { columnsFor, type TrialColumn } from '../trials/columns.ts';
import { merged, noRows, type Row, type Rows, shownRows } from '../trials/rows.ts';
import { virtualTable } from '../trials/virtual-table.ts';
import type { View, ViewContext } from '../view.ts';

const states: Readonly<Record<Row['state'], string>> = {
  complete: 'complete',
  pruned: 'stopped early',
  failed: 'failed',
  running: 'running',
  waiting: 'waiting',
};

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

  function showChips(): void {
    const now = wanted();
    const totals = Map.groupBy(rows.all, row => row.state);
    fill(
      chips,
      Object.entries(states).map(([key, words]) => {
        const pressed = now.has(key);
        const next = pressed ? [...now].filter(each => each !== key) : [...now, key];
        const press = (): void => {
          state.set({ states: next.join(',') });
          draw();
          chips.querySelector<HTMLElement>(`[data-state="${key}"]`)?.focus();
        };
        return h(
          'button',
          { type: 'button', 'data-state': key, 'aria-pressed': String(pressed), onclick: press },
          `${words} ${totals.get(key as Row['state'])?.length ?? 0}`,
        );
      }),
    );
  }
  function showHead(): void {
    const now = sort();
    fill(
      head,
      columns.map(({ key, header, align }) => {
        const direction = now === key ? 'ascending' : now === `-${key}` ? 'descending' : null;
        const press = (): void => {
          state.set({ sort: direction === 'ascending' ? `-${key}` : key });
          draw();
          head.querySelector<HTMLElement>(`[data-column="${key}"] button`)?.focus();
        };
        const arrow = direction === 'ascending' ? ' ▲' : direction === 'descending' ? ' ▼' : '';
        return h(
          'th',
          { scope: 'col', class: align === 'right' ? 'number' : '', 'aria-sort': direction, 'data-column': key },
          h(
            'button',
            { type: 'button', class: 'quiet', onclick: press },
            header,
            h('span', { 'aria-hidden': 'true' }, arrow),
          ),
        );
      }),
    );
  }
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
    showChips();
    showHead();
    count.textContent = `${shown.length} of ${rows.all.length} trials`;
    list.show(shown.length, index => cells(shown[index], columns, context));
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
  const find = h('input', { type: 'search', value: state.get('find'), oninput: () => typed() });
  const typed = (): void => {
    state.set({ find: find.value });
    draw();
  };
  const frontOnly = h('input', {
    type: 'checkbox',
    checked: state.get('front') === 'yes',
    onchange: () => {
      state.set({ front: frontOnly.checked ? 'yes' : '' });
      draw();
    },
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

function cells(row: Row | undefined, columns: readonly TrialColumn[], { link }: ViewContext): readonly Node[] {
  if (!row) return [];
  return columns.map(column => {
    const text = column.text(row);
    if (column.key === 'number') {
      const target = link({ view: 'trial', params: { number: text } });
      return h('th', { scope: 'row', class: 'number' }, h('a', { href: target, tabindex: '-1' }, text));
    }
    const badge = column.key === 'state' ? h('span', { class: `state-mark ${row.state}` }, text) : text;
    return h(
      'td',
      {
        class: column.align === 'right' ? 'number' : 'clip',
        title: column.align === 'left' && text.length > 24 ? text : null,
      },
      badge,
    );
  });
}
