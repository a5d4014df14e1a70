/** The front of a study: the chart, the limits with the pick that follows from them, and the point that was clicked. */
import { limitsText } from '../../src/objectives/limits.ts';
import { headline } from '../../src/report/front/headline.ts';
import type { FrontAnswer } from '../../src/serve/api/front.ts';
import { type ChartFigure, chartFigure } from '../chart.ts';
import { fill, h } from '../dom.ts';
import { axesFor, type FrontAxis } from '../front/axes.ts';
import { chosenPanel } from '../front/chosen.ts';
import { frameOf, wholeOf } from '../front/frame.ts';
import { limitControls, limitsIn, slidersFor } from '../front/limits.ts';
import { frontMarks } from '../front/marks.ts';
import { frontOption, trialOf } from '../front/option.ts';
import { frontTable } from '../front/table.ts';
import { verdictOf } from '../front/verdict.ts';
import { zoomButtons } from '../front/zoom.ts';
import { liveRecord } from '../live-record.ts';
import { emptyState } from '../states.ts';
import { tableBehind } from '../table.ts';
import type { View, ViewContext } from '../view.ts';

export const view: View = {
  name: 'front',
  title: 'Front',
  mount: (element, context) => {
    let page: FrontPage | null = null;
    liveRecord(context, element, { reader: 'front' }, (answer, first) => {
      if (first || !answer.fronts) page = null;
      if (!answer.fronts) {
        const why = answer.doubts[0] ?? 'The dense model has not been measured yet: the front appears with it.';
        fill(
          element,
          emptyState(why, 'A search first gathers statistics and computes factors; that takes some minutes.'),
        );
      } else if (page) page.update(answer);
      else page = frontPage(element, context, answer);
    });
  },
};

interface FrontPage {
  readonly update: (answer: FrontAnswer) => void;
}

function frontPage(element: HTMLElement, context: ViewContext, first: FrontAnswer): FrontPage {
  const { state } = context;
  let answer = first;
  // Where the chart is at first; null once it is drawn, so that a zoom stays.
  let reframe = true;
  const reportOf = () => {
    const { fronts } = answer;
    if (!fronts) throw new Error('a front page needs a front');
    return state.get('figures') === 'search' ? fronts.search : fronts.best;
  };
  const axes = (): readonly FrontAxis[] => axesFor(answer.kinds, reportOf().objectives);
  const axis = (side: 'x' | 'y'): FrontAxis => {
    const usual = side === 'x' ? 'latency' : 'accuracy';
    const found = axes().find(({ key }) => key === state.get(side, usual)) ?? axes().find(({ key }) => key === usual);
    if (!found) throw new Error(`no axis ${usual}`);
    return found;
  };
  const best = () => answer.fronts?.best ?? reportOf();
  const chosenTrial = (): number | null => (/^\d+$/.test(state.get('trial')) ? Number(state.get('trial')) : null);
  const shows = (what: string, usual: boolean): boolean => state.get(what, usual ? 'yes' : 'no') === 'yes';

  const opening = h('div', { class: 'opening' });
  const verdict = h('div', { class: 'verdict', role: 'status', 'aria-live': 'polite' });
  const sliders = h('div', {});
  const chosen = h('section', { class: 'card chosen', 'aria-label': 'Chosen trial' });
  const tablePlace = h('div', {});
  const controls = h('div', { class: 'row controls' });

  const drawn = () => {
    const report = reportOf();
    const [x, y] = [axis('x'), axis('y')];
    const dominated = shows('dominated', true) ? answer.dominated : null;
    const beyond = shows('beyond', false) ? answer.beyond : null;
    const frames = [frameOf(report, x), frameOf(report, y)] as const;
    const all = [dominated, beyond].filter(each => each !== null);
    const whole = [wholeOf(report, all, x, frames[0]), wholeOf(report, all, y, frames[1])] as const;
    const limits = limitsIn(slidersFor(best(), answer.kinds), state);
    const picked = verdictOf(best(), limits).picked;
    return {
      ...{ report, dominated, beyond, x, y, whole, frames },
      picked: picked.state === 'picked' ? picked.point.trial : null,
      chosen: chosenTrial(),
      limits: frontMarks(limits, report),
    };
  };
  const figure: ChartFigure = chartFigure(context, {
    title: 'Front',
    words: '',
    height: 'tall',
    option: (theme, size) => {
      const { frames, ...rest } = drawn();
      return frontOption({ ...rest, frame: reframe ? frames : null }, theme, size);
    },
    replace: ['series'],
  });
  figure.element.append(zoomButtons(figure.chart, () => drawn()));

  const redraw = (): void => {
    figure.redraw();
    reframe = false;
    const { report, x, y } = drawn();
    figure.describe(
      `${y.title} against ${x.title} of ${report.points.length} members of the front. ${headline(report)[0] ?? ''} The table below has all of them.`,
    );
  };
  const judge = (): void => {
    const { picked, bargain, next } = verdictOf(best(), limitsIn(slidersFor(best(), answer.kinds), state));
    const trial = picked.state === 'picked' ? picked.point.trial : null;
    fill(
      verdict,
      h('p', { class: 'why' }, picked.why),
      bargain === '' ? null : h('p', {}, bargain),
      next === '' ? null : h('p', { class: 'faint' }, next),
      trial === null
        ? null
        : h(
            'button',
            { type: 'button', onclick: () => choose(trial) },
            trial === 0 ? 'Show the dense model' : `Show trial ${trial}`,
          ),
    );
  };
  const choose = (trial: number): void => {
    state.set({ trial: String(trial) }, 'push');
    showChosen();
    redraw();
    chosen.querySelector('h2')?.focus({ preventScroll: false });
  };
  const showChosen = (): void => {
    const trial = chosenTrial();
    const report = reportOf();
    const point = [report.dense, ...report.points, ...report.dominated].find(each => each.trial === trial) ?? null;
    chosen.hidden = trial === null;
    fill(chosen, trial === null ? null : chosenPanel(answer, trial, point, context));
  };
  const showControls = (): void => {
    const select = (side: 'x' | 'y', title: string) =>
      field(
        title,
        h(
          'select',
          { onchange: (event: Event) => changed({ [side]: (event.target as HTMLSelectElement).value }, true) },
          axes().map(({ key, title: words }) => h('option', { value: key, selected: key === axis(side).key }, words)),
        ),
      );
    const check = (name: string, title: string, usual: boolean) =>
      h(
        'label',
        { class: 'check' },
        h('input', {
          type: 'checkbox',
          checked: shows(name, usual),
          onchange: (event: Event) =>
            changed(
              { [name]: (event.target as HTMLInputElement).checked === usual ? '' : usual ? 'no' : 'yes' },
              false,
            ),
        }),
        title,
      );
    const figures = h(
      'select',
      {
        onchange: (event: Event) =>
          changed({ figures: (event.target as HTMLSelectElement).value === 'search' ? 'search' : '' }, true),
      },
      h('option', { value: '', selected: state.get('figures') !== 'search' }, 'Confirmed where there are any'),
      h('option', { value: 'search', selected: state.get('figures') === 'search' }, 'Of the search'),
    );
    fill(
      controls,
      select('x', 'Across'),
      select('y', 'Upwards'),
      answer.fronts?.best.confirmed ? field('Figures', figures) : null,
      check('dominated', `Dominated trials (${answer.dominated.trial.length})`, true),
      answer.beyond.trial.length > 0
        ? check('beyond', `Beyond the limits (${answer.beyond.trial.length})`, false)
        : null,
    );
  };
  const changed = (changes: Record<string, string>, axesToo: boolean): void => {
    state.set(changes);
    reframe ||= axesToo;
    all();
  };
  const showOpening = (): void => {
    const report = reportOf();
    const limits = limitsText(report.limits);
    fill(
      opening,
      headline(report).map(line => h('p', {}, line)),
      limits === '' || headline(report).some(line => line.includes('limits'))
        ? null
        : h('p', { class: 'faint' }, `Limits of the study: ${limits}.`),
      answer.doubts.map(line => h('p', { class: 'warning' }, line)),
    );
  };
  const showTable = (): void => {
    const open = tablePlace.querySelector('details')?.open ?? false;
    const content = tableBehind('The front as a table', frontTable(reportOf(), choose));
    content.toggleAttribute('open', open);
    fill(tablePlace, content);
  };
  const showSliders = (): void => {
    fill(
      sliders,
      limitControls(slidersFor(best(), answer.kinds), state, () => {
        judge();
        redraw();
      }),
    );
  };
  function all(): void {
    showOpening();
    showControls();
    judge();
    showChosen();
    showTable();
    redraw();
  }

  figure.chart.on('click', ({ data }) => {
    const trial = trialOf(data);
    if (trial !== undefined) choose(trial);
  });
  state.onChange(() => {
    showSliders();
    all();
  });
  element.append(
    opening,
    controls,
    h(
      'div',
      { class: 'split' },
      figure.element,
      h('section', { class: 'card', 'aria-label': 'Limits and pick' }, h('h2', {}, 'Your limits'), sliders, verdict),
    ),
    tablePlace,
    chosen,
  );
  showSliders();
  all();
  return {
    update: now => {
      answer = now;
      // A slider that is being moved stays under the hand.
      if (!sliders.contains(document.activeElement)) showSliders();
      all();
    },
  };
}

const field = (title: string, control: HTMLElement): HTMLElement => h('label', { class: 'field' }, title, control);
