/** The layers of the network: what they cost, which matter, where the front stands on each, and what MACs say of milliseconds. */
import type { LayersRecord } from '../../src/serve/api/layers.ts';
import { thinned } from '../../src/serve/api/thinned.ts';
import type { TunerRecord } from '../../src/serve/api/tuner.ts';
import { formatMacs, formatMs } from '../../src/units/format.ts';
import { counted } from '../amounts.ts';
import { chartFigure } from '../chart.ts';
import { fill, h } from '../dom.ts';
import { checkField } from '../form.ts';
import { macsOption, macsWords, predictedOption, predictedWords } from '../layers/charts.ts';
import { heatMap } from '../layers/heat-map.ts';
import { liveRecord } from '../live-record.ts';
import { ReadError } from '../read.ts';
import { renewing } from '../renewed.ts';
import { emptyState } from '../states.ts';
import type { View, ViewContext } from '../view.ts';

const mostColumns = 16;

export const view: View = {
  name: 'layers',
  title: 'Layers',
  mount: (element, context) => {
    const renewed = renewing(context);
    let importance: ReturnType<typeof importanceOf> = null;
    let last: LayersRecord | null = null;
    const draw = (): void => {
      if (last) show(element, renewed(), last, importance, draw);
    };
    liveRecord(context, element, { reader: 'layers' }, record => {
      last = record;
      draw();
    });
    context.state.onChange(draw);
    // The tuner takes seconds to say what it believes: the rest does not wait for it.
    const learn = async (): Promise<void> => {
      try {
        importance = importanceOf(await context.fetchJson('tuner', { study: context.study }));
        draw();
      } catch (error) {
        if (!(error instanceof ReadError) && !context.signal.aborted) throw error;
      }
    };
    void learn();
  },
};

/** By the sum of the shares in all objectives, as `explain` sorts them. */
function importanceOf({ view: told, objectives }: TunerRecord) {
  const found = told?.importance;
  if (!found || found.length === 0) return null;
  const totals = objectives.map((_, k) => found.reduce((sum, { byObjective }) => sum + (byObjective[k] ?? 0), 0));
  const share = (values: readonly number[]): number =>
    values.reduce((sum, each, k) => sum + each / (totals[k] || 1), 0);
  const most = Math.max(...found.map(({ byObjective }) => share(byObjective)), 1e-12);
  return new Map(
    found.map(({ site, byObjective }) => [
      site,
      {
        share: share(byObjective) / most,
        words: objectives
          .map(
            ({ kind }, k) => `${kind} ${(100 * (byObjective[k] ?? 0)).toFixed(1)}${kind === 'accuracy' ? ' pp' : ' %'}`,
          )
          .join(', '),
      },
    ]),
  );
}

function show(
  element: HTMLElement,
  context: ViewContext,
  record: LayersRecord,
  importance: ReturnType<typeof importanceOf>,
  again: () => void,
): void {
  if (record.layers.length === 0) {
    fill(element, emptyState('No trial was begun yet, so nothing is known of the layers.'));
    return;
  }
  const all = context.state.get('members') === 'all';
  const members = all
    ? record.members
    : thinned(record.members, mostColumns, ({ confirmed }) => confirmed && record.members.length <= 2 * mostColumns);
  const choose = (checked: boolean): void => {
    context.state.set({ members: checked ? 'all' : '' });
    again();
  };
  const chart = (title: string, words: string, option: Parameters<typeof chartFigure>[1]['option']) =>
    chartFigure(context, { title, words, option }).element;
  const scrolled = element.querySelector('.heat')?.parentElement?.scrollLeft ?? 0;
  fill(
    element,
    h(
      'section',
      { class: 'card' },
      h('h2', {}, 'Layers and the front'),
      h('p', { class: 'faint' }, introduction(record)),
      record.members.length > mostColumns
        ? checkField(`All ${record.members.length} members of the front`, all, choose)
        : null,
      record.members.length === 0 ? h('p', {}, 'No trial is on the front yet.') : null,
      heatMap({
        record,
        members,
        importance,
        trialLink: trial => context.link({ view: 'trial', params: { number: String(trial) } }),
      }),
      h(
        'p',
        { class: 'faint' },
        h('span', { class: 'ramp', 'aria-hidden': 'true' }),
        'from dense to the cheapest rung. Numbers are ranks.',
      ),
      notes(record, importance !== null).map(note => h('p', { class: 'faint' }, note)),
    ),
    h(
      'div',
      { class: 'columns' },
      chart('MACs against milliseconds', macsWords(record), theme => macsOption(theme, record)),
      record.swept
        ? chart('Predicted against measured latency', predictedWords(record), theme => predictedOption(theme, record))
        : null,
    ),
  );
  const scroller = element.querySelector('.heat')?.parentElement;
  if (scroller) scroller.scrollLeft = scrolled;
}

const introduction = ({ dense, layers, members }: LayersRecord): string =>
  `${counted(layers.length, 'layer')} that may be factorised. The dense model has ${formatMacs(dense.macs)}${dense.latencyMs === null ? '' : ` and takes ${formatMs(dense.latencyMs)}`}. Columns are the ${counted(members.length, 'member')} of the front, the fastest first.`;

const notes = ({ modelRead, swept, layers }: LayersRecord, tuned: boolean): string[] => [
  ...(swept
    ? [
        '"Saves alone" was measured: what the cheapest rung of a layer takes off the dense latency, all others dense, ± 95 %.',
        ...(layers.some(({ alone }) => alone?.halfWidth === 0)
          ? ['Without ± it is computed, or what all layers together say, since its own measurement says no more.']
          : []),
      ]
    : ['Single layers were not swept in this study. "rankfront profile" measures where the time goes.']),
  ...(modelRead
    ? []
    : ['The model is not where it was, so its MACs are not known. Colours go by the place of the rung.']),
  ...(tuned
    ? ['"Matters" is how far the choice of rung moves each objective around the front, as the tuner believes.']
    : []),
];
