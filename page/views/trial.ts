/** One trial: everything that `rankfront show` tells, and the samples behind its latencies. */
import type { TrialAnswer } from '../../src/serve/api/trial.ts';
import { commandList, trialCommands } from '../commands.ts';
import { fill, h } from '../dom.ts';
import { liveRecord } from '../live-record.ts';
import { tableBehind } from '../table.ts';
import {
  environment,
  measured,
  openingOf,
  ranks,
  section,
  times,
  trainings,
  troubles,
  warnings,
} from '../trial/sections.ts';
import { leftOut, traceFigure } from '../trial/trace.ts';
import type { View, ViewContext } from '../view.ts';

export const view: View = {
  name: 'trial',
  title: 'Trial',
  mount: (element, context) => {
    const { state } = context;
    const number = (): string => state.get('number', '0');
    let [shown, from] = ['', context.signal];
    let drawing = new AbortController();
    const live = liveRecord(context, element, { reader: 'trial', query: () => ({ number: number() }) }, answer => {
      // Another trial may change the study while this one stays as it is.
      const now = JSON.stringify([answer, from.aborted]);
      if (now === shown && element.childElementCount > 0) return;
      shown = now;
      drawing.abort();
      drawing = new AbortController();
      from = AbortSignal.any([context.signal, drawing.signal]);
      show(element, { ...context, signal: from }, answer, next => {
        state.set({ number: String(next) }, 'push');
        live.again();
      });
    });
    state.onChange(live.again);
  },
};

function show(element: HTMLElement, context: ViewContext, answer: TrialAnswer, go: (number: number) => void): void {
  const { view: trial, traces, store, last } = answer;
  const step = (to: number, words: string): HTMLElement =>
    h('button', { type: 'button', disabled: to < 0 || to > last, onclick: () => go(to) }, words);
  const number = h('input', {
    type: 'number',
    min: 0,
    max: last,
    value: String(trial.trial),
    'aria-label': 'Number of the trial',
  });
  const jump = (event: Event): void => {
    event.preventDefault();
    if (/^\d+$/.test(number.value)) go(Number(number.value));
  };
  const figures = traces.map(trace => traceFigure(context, trace, trial.trial === 0));
  fill(
    element,
    h(
      'form',
      { class: 'row controls', onsubmit: jump },
      step(trial.trial - 1, 'Previous'),
      number,
      h('button', { type: 'submit' }, 'Go'),
      step(trial.trial + 1, 'Next'),
      h('span', { class: 'faint' }, `of 0 to ${last}`),
    ),
    h('h2', {}, trial.trial === 0 ? 'Trial 0, the dense model' : `Trial ${trial.trial}`),
    h('p', {}, openingOf(trial)),
    troubles(trial),
    measured(trial),
    figures.map((figure, i) => {
      const trace = traces[i];
      const above = trace ? leftOut(trace) : 0;
      if (above > 0)
        figure.element.append(h('p', { class: 'faint' }, `${above} slow samples lie above the end of the chart.`));
      if (trace) figure.element.append(samplesBehind(trace));
      return figure.element;
    }),
    warnings(trial),
    trial.state === 'complete'
      ? section('Go on', commandList(trialCommands({ study: trial.study, store, trial: trial.trial }), context))
      : null,
    ranks(answer),
    trainings(trial),
    times(answer),
    environment(trial),
  );
  for (const figure of figures) figure.redraw();
}

function samplesBehind({ candidateMs, denseMs }: TrialAnswer['traces'][number]): HTMLElement {
  const all = [quantiles('candidate', candidateMs), quantiles('dense model', denseMs)];
  const list = h(
    'table',
    {},
    h(
      'thead',
      {},
      h(
        'tr',
        {},
        ['', 'Least', '25 %', 'Median', '75 %', '95 %', 'Most (ms)'].map(title =>
          h('th', { scope: 'col', class: 'number' }, title),
        ),
      ),
    ),
    h('tbody', {}, all),
  );
  return tableBehind(
    'The samples in numbers',
    h('div', { class: 'scroll', tabindex: '0', role: 'region', 'aria-label': 'Quantiles of the samples' }, list),
  );
}

function quantiles(name: string, samples: readonly number[]): HTMLElement {
  const sorted = [...samples].sort((a, b) => a - b);
  const at = (share: number): string => sorted[Math.round(share * (sorted.length - 1))]?.toPrecision(4) ?? '-';
  return h(
    'tr',
    {},
    h('th', { scope: 'row' }, name),
    [0, 0.25, 0.5, 0.75, 0.95, 1].map(share => h('td', { class: 'number' }, at(share))),
  );
}
