/** The table of trials in elements: which states are shown, the heads that sort, and the cells of a row. */
import { type Child, h } from '../dom.ts';
import type { ViewContext } from '../view.ts';
import { stateText, type TrialColumn } from './columns.ts';
import type { Row, Rows } from './rows.ts';

const inOrder = ['complete', 'pruned', 'failed', 'running', 'waiting'] as const satisfies readonly Row['state'][];

/** @param changed the states that are to be shown, as the address has them; all for none */
export function stateChips({ all }: Rows, wanted: ReadonlySet<string>, changed: (states: string) => void): Child {
  const totals = Map.groupBy(all, row => row.state);
  return inOrder.map(state => {
    const pressed = wanted.has(state);
    const next = pressed ? [...wanted].filter(each => each !== state) : [...wanted, state];
    return h(
      'button',
      { type: 'button', 'aria-pressed': String(pressed), onclick: () => changed(next.join(',')) },
      `${stateText[state]} ${totals.get(state)?.length ?? 0}`,
    );
  });
}

/** @param sort the key of a column, with a minus for the greatest first */
export function columnHeads(columns: readonly TrialColumn[], sort: string, changed: (sort: string) => void): Child {
  return columns.map(({ key, header, align }) => {
    const direction = sort === key ? 'ascending' : sort === `-${key}` ? 'descending' : null;
    const press = (): void => changed(direction === 'ascending' ? `-${key}` : key);
    const arrow = direction === 'ascending' ? ' ▲' : direction === 'descending' ? ' ▼' : '';
    return h(
      'th',
      { scope: 'col', class: align === 'right' ? 'number' : '', 'aria-sort': direction, 'data-column': key },
      h(
        'button',
        { type: 'button', class: 'quiet', 'aria-label': header, onclick: press },
        header,
        h('span', { 'aria-hidden': 'true' }, arrow),
      ),
    );
  });
}

export function cells(row: Row | undefined, columns: readonly TrialColumn[], { link }: ViewContext): readonly Node[] {
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
