/** The answer of `rankfront roi`, by the same code, as elements. */

import type { Ends } from '../src/money/options.ts';
import { mapEnds } from '../src/money/options.ts';
import { floor, toNumber } from '../src/money/rational.ts';
import type { CostOutcome, Reckoned } from '../src/money/reckon.ts';
import { roiJson } from '../src/report/roi-json.ts';
import { leftOut } from '../src/report/roi-left-out.ts';
import { breakEvenSentences, winnerSentences } from '../src/report/roi-loads.ts';
import type { RoiPage } from '../src/report/roi-text.ts';
import { callSentences, pays, verdict } from '../src/report/roi-verdict.ts';
import {
  amount,
  callsText,
  deviceNames,
  monthsText,
  msText,
  optionName,
  paybackText,
  withEnds,
} from '../src/report/roi-words.ts';
import type { ChartOption } from './chart.ts';
import { h } from './dom.ts';
import { plot, tip } from './plot.ts';
import { saveFile } from './save.ts';
import { table, tableBehind } from './table.ts';
import type { Theme } from './theme.ts';

export function answerPart(page: RoiPage, chart: HTMLElement): HTMLElement {
  const { answer, studies, given } = page;
  const [first = '', ...rest] = verdict(answer, studies);
  const json = roiJson(page);
  return h(
    'div',
    { class: 'answer' },
    h(
      'section',
      { class: `card verdict ${pays(answer) ? 'pays' : ''}` },
      h('h2', { role: 'status' }, first),
      rest.map(sentence => h('p', {}, sentence)),
      callSentences(answer, studies).map(sentence => h('p', { class: 'faint' }, sentence)),
    ),
    h(
      'section',
      { class: 'card' },
      h('h2', {}, 'What each way costs'),
      optionsTable(page),
      h(
        'p',
        { class: 'faint' },
        `At ${callsText(floor(answer.figures.callsPerDay))} calls a day. Money is in ${answer.figures.currency}. In brackets: the ends of the 95 % interval, where they differ.`,
      ),
    ),
    chart,
    h(
      'section',
      { class: 'card' },
      h('h2', {}, 'At other loads'),
      loadsTable(page),
      h('p', {}, breakEvenSentences(answer).join(' ')),
      answer.options.length > 2 ? h('p', {}, winnerSentences(answer, studies).join(' ')) : null,
    ),
    swingsPart(page),
    h(
      'section',
      { class: 'card' },
      h('h2', {}, 'Left out of account'),
      h(
        'ul',
        {},
        leftOut(answer, given).map(sentence => h('li', {}, sentence)),
      ),
    ),
    h(
      'section',
      { class: 'card' },
      h('button', { type: 'button', onclick: () => saveFile('return.json', 'application/json', json) }, 'Save as JSON'),
      tableBehind(
        'As JSON, as "rankfront roi --json" prints it',
        h('pre', { class: 'scroll', tabindex: '0', id: 'return-json' }, json),
      ),
    ),
  );
}

function optionsTable({ answer, studies }: RoiPage): HTMLElement {
  const names = deviceNames(studies);
  const ends =
    <T>(of: (each: CostOutcome) => T, text: (each: T) => string, turned: boolean) =>
    ({ outcome }: Reckoned): string =>
      withEnds<T>(mapEnds(outcome as Ends<CostOutcome>, of), text, turned);
  const isToday = ({ kind, device }: Reckoned): boolean => kind === 'dense' && device === 0;
  const against =
    (cell: (option: Reckoned) => string) =>
    (option: Reckoned): string =>
      isToday(option) ? '' : cell(option);
  const right = 'right' as const;
  return table(
    'What each way to serve the calls needs and costs',
    [
      {
        header: 'Way',
        cell: option =>
          `${optionName(answer, option, names)}${option.feasible ? '' : ' (not known to keep the latency limit)'}`,
      },
      { header: 'ms a call', align: right, cell: ({ callMs }) => withEnds(callMs, msText, true) },
      { header: 'Machines', align: right, cell: ends(each => each.machines, callsText, true) },
      { header: 'Per million calls', align: right, cell: ends(each => each.perMillionCalls, amount, true) },
      { header: 'Per month', align: right, cell: ends(each => each.perMonth, amount, true) },
      { header: 'Up front', align: right, cell: ends(each => each.upFront, amount, true) },
      { header: 'Saves a month', align: right, cell: against(ends(each => each.savingPerMonth, amount, false)) },
      {
        header: `Saves in ${monthsText(answer.figures.horizonMonths)} months`,
        align: right,
        cell: against(ends(each => each.saving, amount, false)),
      },
      { header: 'Pays back', align: right, cell: against(ends(each => each.payback, paybackText, true)) },
    ],
    answer.options,
  );
}

function loadsTable({ answer, studies }: RoiPage): HTMLElement {
  const names = deviceNames(studies);
  const nameOf = (index: number | null): string => {
    const option = index === null ? undefined : answer.options[index];
    return option ? optionName(answer, option, names) : 'none';
  };
  return table(
    'What the ways cost at parts of the load',
    [
      { header: 'Load', align: 'right', cell: ({ share }) => `${Math.round(100 * toNumber(share))} %` },
      { header: 'Calls a day', align: 'right', cell: ({ callsPerDay }) => callsText(floor(callsPerDay)) },
      ...answer.options.map((option, k) => ({
        header: `${optionName(answer, option, names)}, per month`,
        align: 'right' as const,
        cell: ({ outcomes }: (typeof answer.loads)[number]) =>
          outcomes[k]
            ? `${amount(outcomes[k].value.perMonth)} (${callsText(outcomes[k].value.machines)} machines)`
            : '-',
      })),
      { header: 'Cheapest', cell: ({ best }) => nameOf(best) },
    ],
    answer.loads,
  );
}

function swingsPart({ answer, studies, swung, swings }: RoiPage): HTMLElement | null {
  const option = swung === null ? undefined : answer.options[swung];
  if (!option) return null;
  const saving = `What "${optionName(answer, option, deviceNames(studies))}" saves over ${monthsText(answer.figures.horizonMonths)} months (${amount(option.outcome.value.saving)})`;
  return h(
    'section',
    { class: 'card' },
    h('h2', {}, 'What decides'),
    h(
      'p',
      {},
      swings.length === 0
        ? `${saving} does not change with any one figure that is 25 % off.`
        : `${saving}, with one figure a quarter lower or higher:`,
    ),
    swings.length === 0
      ? null
      : table(
          'What the saving becomes',
          [
            { header: 'Figure', cell: ({ path }) => path },
            { header: 'At -25 %', align: 'right', cell: ({ less }) => amount(less) },
            { header: 'At +25 %', align: 'right', cell: ({ more }) => amount(more) },
            { header: '', cell: ({ turns }) => (turns ? 'decides whether it pays' : '') },
          ],
          swings,
        ),
  );
}

/** Running cost per month at the loads of the table. */
export function costOption(theme: Theme, { answer, studies }: RoiPage): ChartOption {
  const names = deviceNames(studies);
  const symbols = ['circle', 'diamond', 'triangle', 'rect'];
  return plot(
    theme,
    { name: 'calls a day', min: 0 },
    { name: `${answer.figures.currency} a month`, min: 0 },
    answer.options.map((option, k) => {
      const name = optionName(answer, option, names);
      return {
        name,
        type: 'line',
        symbol: symbols[k % symbols.length],
        symbolSize: 8,
        lineStyle: { width: 2, type: k % 2 === 1 ? 'dashed' : 'solid', color: theme.series[k % theme.series.length] },
        itemStyle: { color: theme.series[k % theme.series.length] },
        data: answer.loads.map(({ callsPerDay, outcomes }) => [
          toNumber(callsPerDay),
          outcomes[k] ? toNumber(outcomes[k].value.perMonth) : '-',
        ]),
        tooltip: {
          formatter: ({ value }: { value: [number, number] }) =>
            tip(
              name,
              `${Math.floor(value[0]).toLocaleString('en')} calls a day`,
              `${value[1].toLocaleString('en', { maximumFractionDigits: 2 })} ${answer.figures.currency} a month`,
            ),
        },
      };
    }),
  );
}
