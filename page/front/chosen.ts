/** One point of the front, close up: its figures, its ranks, and what to do with it. */

import type { FrontPoint } from '../../src/report/front/front.ts';
import { figuresWords, nameOf } from '../../src/report/front/wording.ts';
import type { FrontAnswer } from '../../src/serve/api/front.ts';
import { commandList, trialCommands } from '../commands.ts';
import { type Child, h } from '../dom.ts';
import { formatCount, formatMacs, formatPercent } from '../numbers.ts';
import { table } from '../table.ts';
import type { ViewContext } from '../view.ts';

/** @param point null for a trial that is none of the front */
export function chosenPanel(answer: FrontAnswer, trial: number, point: FrontPoint | null, context: ViewContext): Child {
  const { study, store, fronts } = answer;
  const whole = context.link({ view: 'trial', params: { number: String(trial) } });
  const name = trial === 0 ? 'The dense model' : `Trial ${trial}`;
  return [
    h('h2', { tabindex: '-1' }, name),
    point && h('p', {}, `${upper(nameOf(point))}: ${figuresWords(point)}.`),
    point && fronts && costs(point, fronts.best.dense),
    point ? null : h('p', { class: 'faint' }, 'It is not on the front.'),
    h('p', {}, h('a', { href: whole }, 'Everything about this trial')),
    commandList(trialCommands({ study, store, trial }), context),
    point && trial !== 0 ? ranks(point) : null,
  ];
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
