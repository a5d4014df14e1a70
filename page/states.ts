/** What stands in place of content that is not there. */
import { h } from './dom.ts';

export const loadingState = (what = 'Reading the store'): HTMLElement =>
  h('p', { class: 'state', role: 'status' }, h('span', { class: 'spinner', 'aria-hidden': 'true' }), `${what} ...`);

/** @param wayOut what to do, such as a command */
export const emptyState = (sentence: string, wayOut = ''): HTMLElement =>
  h('div', { class: 'state' }, h('p', {}, sentence), wayOut === '' ? null : h('p', { class: 'faint' }, wayOut));

export const errorState = (sentence: string, wayOut: string, again: () => void): HTMLElement =>
  h(
    'div',
    { class: 'state error', role: 'alert' },
    h('p', {}, sentence),
    h('p', { class: 'faint' }, wayOut),
    h('button', { type: 'button', onclick: again }, 'Try again'),
  );
