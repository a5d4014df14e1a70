/** The answer of a return: what pays, what each way costs, and what was left out of account. */
import { floor, toNumber } from '../../src/money/rational.ts';
import { roiJson } from '../../src/report/roi-json.ts';
import { leftOut } from '../../src/report/roi-left-out.ts';
import { breakEvenSentences, winnerSentences } from '../../src/report/roi-loads.ts';
import type { RoiPage } from '../../src/report/roi-text.ts';
import { callSentences, pays, verdict } from '../../src/report/roi-verdict.ts';
import { callsText, deviceNames, optionName } from '../../src/report/roi-words.ts';
import type { ChartOption } from '../chart.ts';
import { h } from '../dom.ts';
import { plot, tip } from '../plot.ts';
import { saveFile } from '../save.ts';
import { tableBehind } from '../table.ts';
import type { Theme } from '../theme.ts';
import { loadsTable, optionsTable, swingsPart } from './tables.ts';

export function answerPart(page: RoiPage, chart: HTMLElement): HTMLElement {
  const { answer, studies, given } = page;
  const [first = '', ...rest] = verdict(answer, studies);
  const json = roiJson(page);
  return h(
    'div',
    {},
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
