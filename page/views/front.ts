/** The front of a study: the chart, the limits with the pick that follows from them, and the point that was clicked. */
import { limitsText } from '../../src/objectives/limits.ts';
import { headline } from '../../src/report/front/headline.ts';
import type { FrontAnswer } from '../../src/serve/api/front.ts';
import { chartFigure } from '../chart.ts';
import { type Child, fill, h } from '../dom.ts';
import { chosenPanel } from '../front/chosen.ts';
import { frontControls } from '../front/controls.ts';
import { limitControls, slidersFor } from '../front/limits.ts';
import { type Look, lookOf } from '../front/look.ts';
import { frontOption } from '../front/option.ts';
import { onPoint } from '../front/pointing.ts';
import { frontTable } from '../front/table.ts';
import { zoomButtons } from '../front/zoom.ts';
import { liveRecord } from '../live-record.ts';
import { emptyState } from '../states.ts';
import { tableBehind } from '../table.ts';
import type { Params, View, ViewContext } from '../view.ts';

export const view: View = {
  name: 'front',
  title: 'Front',
  mount: (element, context) => {
    let page: FrontPage | null = null;
    liveRecord(context, element, { reader: 'front' }, (answer, first) => {
      if (first || !answer.fronts) page = null;
      if (!answer.fronts) {
        const why = answer.doubts[0] ?? 'The dense model has not been measured yet: the front appears with it.';
        const wait = 'A search first gathers statistics and computes factors; that takes some minutes.';
        fill(element, emptyState(why, wait));
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
  let look = looked(answer);
  // Whether the chart goes back to where it is at first; a zoom stays otherwise.
  let reframe = true;

  function looked(of: FrontAnswer): Look {
    const found = lookOf(of, state);
    if (!found) throw new Error('a front page needs a front');
    return found;
  }

  const opening = h('div', { class: 'opening' });
  const further = h('section', { class: 'card further', 'aria-label': 'How far it is known' });
  const pick = h('div', { class: 'pick', role: 'status', 'aria-live': 'polite' });
  const sliders = h('div', {});
  const chosen = h('section', { class: 'card chosen', 'aria-label': 'Chosen trial' });
  const tablePlace = h('div', {});
  const controls = h('div', { class: 'row controls' });
  const figure = chartFigure(context, {
    title: 'Front',
    words: '',
    height: 'tall',
    option: (theme, size) => frontOption({ ...look, frame: reframe ? look.frames : null }, theme, size),
  });
  figure.element.append(zoomButtons(figure.chart, () => look));

  function redraw(): void {
    figure.redraw();
    reframe = false;
    const { report, x, y } = look;
    figure.describe(
      `${y.title} against ${x.title} of ${report.points.length} members of the front. ${headline(report)[0] ?? ''} The table below has all of them.`,
    );
  }
  function choose(trial: number): void {
    state.set({ trial: String(trial) }, 'push');
    look = looked(answer);
    showChosen();
    redraw();
    chosen.querySelector('h2')?.focus();
  }
  function showChosen(): void {
    chosen.hidden = look.chosen === null;
    fill(chosen, look.chosen === null ? null : chosenPanel({ answer, look, trial: look.chosen, choose, context }));
  }
  function showTable(): void {
    const open = tablePlace.querySelector('details')?.open ?? false;
    const content = tableBehind('The front as a table', frontTable(look.report, choose));
    content.toggleAttribute('open', open);
    fill(tablePlace, content);
  }
  function showSliders(): void {
    const moved = (): void => {
      look = looked(answer);
      fill(pick, pickPart(look, choose));
      redraw();
    };
    fill(sliders, limitControls(slidersFor(look.best, answer.kinds), state, moved));
  }
  function changed(changes: Params, axesToo: boolean): void {
    state.set(changes);
    reframe ||= axesToo;
    show();
  }
  function show(): void {
    look = looked(answer);
    fill(opening, openingPart(look, answer.doubts));
    fill(further, furtherPart(look));
    fill(controls, frontControls(answer, look, state, changed));
    fill(pick, pickPart(look, choose));
    showChosen();
    showTable();
    redraw();
  }

  onPoint(figure, () => look, choose);
  state.onChange(() => {
    showSliders();
    show();
  });
  element.append(
    opening,
    controls,
    h(
      'div',
      { class: 'split' },
      figure.element,
      h('section', { class: 'card', 'aria-label': 'Limits and pick' }, h('h2', {}, 'Your limits'), sliders, pick),
    ),
    tablePlace,
    chosen,
    further,
  );
  showSliders();
  show();
  return {
    update: now => {
      answer = now;
      look = looked(answer);
      // A slider that is being moved stays under the hand.
      if (!sliders.contains(document.activeElement)) showSliders();
      show();
    },
  };
}

/** What it comes to in a sentence; the rest of what is said of a front stands below the chart. */
const openingPart = ({ report }: Look, doubts: readonly string[]): Child => [
  h('p', { class: 'lead' }, headline(report)[0] ?? ''),
  doubts.map(line => h('p', { class: 'warning' }, line)),
];

function furtherPart({ report }: Look): Child {
  const lines = headline(report).slice(1);
  const limits = limitsText(report.limits);
  const told = limits === '' || lines.some(line => line.includes('limits'));
  return [
    h('h2', {}, 'How far it is known'),
    lines.map(line => h('p', {}, line)),
    told ? null : h('p', {}, `Limits of the study: ${limits}.`),
  ];
}

function pickPart({ verdict: { picked, bargain, next } }: Look, choose: (trial: number) => void): Child {
  const trial = picked.state === 'picked' ? picked.point.trial : null;
  return [
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
  ];
}
