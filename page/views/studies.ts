/** The studies of the store. */
import { formatSpeedup } from '../../src/units/format.ts';
import { fill, h } from '../dom.ts';
import { liveRecord } from '../live-record.ts';
import { emptyState } from '../states.ts';
import { table } from '../table.ts';
import type { View } from '../view.ts';

export const view: View = {
  name: 'studies',
  title: 'Studies',
  mount: (element, context) => {
    liveRecord(context, element, { reader: 'studies', of: null }, ({ studies }) => {
      fill(
        element,
        studies.length === 0
          ? emptyState('This store holds no study yet.', 'Start one with "rankfront search".')
          : table(
              'Studies',
              [
                {
                  header: 'Study',
                  cell: row => h('a', { href: context.link({ view: 'front', study: row.study }) }, row.study),
                },
                { header: 'State', cell: row => row.state },
                {
                  header: 'Best within 1 pp',
                  align: 'right',
                  cell: row => (row.bestSpeedup === null ? '-' : formatSpeedup(row.bestSpeedup)),
                },
              ],
              studies,
            ),
      );
    });
  },
};
