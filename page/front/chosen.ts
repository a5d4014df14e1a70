/** One point of the front, close up: its figures, its ranks, and what to do with it. */

import type { FrontPoint } from '../../src/report/front/front.ts';
import { figuresWords, nameOf } from '../../src/report/front/wording.ts';
import type { FrontAnswer } from '../../src/serve/api/front.ts';
import { commandList, trialCommands } from '../commands.ts';
import { type Child, h } from '../dom.ts';
import { formatCount, formatMacs, formatPercent } from '../numbers.ts';
import { table } from '../table.ts';
import type { ViewContext } from '../view.ts';
import type { Look } from './look.ts';

interface Chosen {
  readonly answer: FrontAnswer;
  readonly look: Look;
  readonly trial: number;
  readonly choose: (trial: number) => void;
  readonly context: ViewContext;
}

export function chosenPanel({ answer, look, trial, choose, context }: Chosen): Child {
  const { study, store, fronts } = answer;
  const { dense, points, dominated } = look.report;
  const point = [dense, ...points, ...dominated].find(each => each.trial === trial) ?? null;
  const whole = context.link({ view: 'trial', params: { number: String(trial) } });
  const name = trial === 0 ? 'The dense model' : `Trial ${trial}`;
  return [
    h('h2', { tabindex: '-1' }, name),
    steps(points, trial, choose),
    point && h('p', {}, `${upper(nameOf(point))}: ${figuresWords(point)}.`),
    point && fronts && costs(point, fronts.best.dense),
    point ? null : h('p', { class: 'faint' }, 'It is not on the front.'),
    h('p', {}, h('a', { href: whole }, 'Everything about this trial')),
    commandList(trialCommands({ study, store, trial }), context),
    point && trial !== 0 ? ranks(point) : null,
  ];
}

/** From member to member, where points lie too close to be clicked, and for the keyboard. */
function steps(points: readonly FrontPoint[], trial: number, choose: (trial: number) => void): Child {
  const order = points.toSorted((a, b) => a.latencyMs - b.latencyMs);
  const at = order.findIndex(each => each.trial === trial);
  if (at < 0 || order.length < 2) return null;
  const step = (by: number, words: string): HTMLElement => {
    const to = order[at + by];
    return h('button', { type: 'button', disabled: !to, onclick: () => to && choose(to.trial) }, words);
  };
  return h(
    'div',
    { class: 'row controls', role: 'group', 'aria-label': 'Along the front' },
    step(-1, 'Faster'),
    step(1, 'Slower'),
    h('span', { class: 'faint' }, `${at + 1} of ${order.length} on the front, the fastest first`),
  );
}

const upper = (text: string): string => text.replace(/^./, first => first.toUpperCase());

const costs = ({ macs, params }: FrontPoint, dense: FrontPoint): HTMLElement =>
  h(
    'p',
    { class: 'faint' },
    `${formatMacs(macs)} (${formatPercent(macs / dense.macs, 1)} of dense), ${formatCount(params)} parameters (${formatPercent(params / dense.params, 1)}).`,
  );

function ranks({ configuration }: FrontPoint): HTMLElement {
  const rows = Object.entries(configuration);
  const changed = rows.filter(([, rung]) => rung.method !== 'dense').length;
  return table(
    `Ranks: ${changed} of ${rows.length} sites factorised`,
    [
      { header: 'Site', cell: ([site]) => h('span', { class: 'name' }, site) },
      { header: 'Method', cell: ([, rung]) => rung.method },
      { header: 'Rank', align: 'right', cell: ([, rung]) => (rung.method === 'dense' ? '-' : String(rung.rank)) },
    ],
    rows,
    { shown: true },
  );
}
