/** The front of a study. */
import { drawable } from '../../src/report/chart/drawable.ts';
import { frontChart } from '../../src/report/chart/front-chart.ts';
import { chartFigure } from '../chart.ts';
import { liveRecord } from '../live-record.ts';
import { emptyState } from '../states.ts';
import type { View } from '../view.ts';

export const view: View = {
  name: 'front',
  title: 'Front',
  mount: (element, context) => {
    liveRecord(context, element, { reader: 'front' }, ({ fronts }) => {
      if (!fronts) {
        element.replaceChildren(emptyState('The dense model has not been measured yet.'));
        return;
      }
      const figure = chartFigure(context, {
        title: 'Front',
        words: 'Latency against accuracy.',
        height: 'tall',
        option: () => drawable(frontChart(fronts.best)),
      });
      element.replaceChildren(figure.element);
    });
  },
};
