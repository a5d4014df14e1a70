/** A plain table with a caption, for what fits on a page. */
import { type Child, h } from './dom.ts';

export interface Column<Row> {
  readonly header: string;
  /** Numbers stand on the right. */
  readonly align?: 'left' | 'right';
  readonly cell: (row: Row) => Child;
}

/** @param caption says what the table holds; seen by screen readers alone unless `shown` */
export function table<Row>(
  caption: string,
  columns: readonly Column<Row>[],
  rows: readonly Row[],
  { shown = false }: { readonly shown?: boolean } = {},
): HTMLElement {
  const side = ({ align = 'left' }: Column<Row>): string => (align === 'right' ? 'number' : '');
  return h(
    'div',
    { class: 'scroll', tabindex: '0', role: 'region', 'aria-label': caption },
    h(
      'table',
      {},
      h('caption', { class: shown ? '' : 'unseen' }, caption),
      h(
        'thead',
        {},
        h(
          'tr',
          {},
          columns.map(column => h('th', { scope: 'col', class: side(column) }, column.header)),
        ),
      ),
      h(
        'tbody',
        {},
        rows.map(row =>
          h(
            'tr',
            {},
            columns.map(column => h('td', { class: side(column) }, column.cell(row))),
          ),
        ),
      ),
    ),
  );
}

/** Under a chart: the same in numbers, folded away. */
export const tableBehind = (summary: string, content: Node): HTMLElement =>
  h('details', { class: 'behind' }, h('summary', {}, summary), content);
