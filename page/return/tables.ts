/** The numbers of a return as tables. */

import type { Ends } from '../../src/money/options.ts';
import { mapEnds } from '../../src/money/options.ts';
import { floor, toNumber } from '../../src/money/rational.ts';
import type { CostOutcome, Reckoned } from '../../src/money/reckon.ts';
import type { RoiPage } from '../../src/report/roi-text.ts';
import {
  amount,
  callsText,
  deviceNames,
  monthsText,
  msText,
  optionName,
  paybackText,
  withEnds,
} from '../../src/report/roi-words.ts';
import { h } from '../dom.ts';
import { table } from '../table.ts';

export function optionsTable({ answer, studies }: RoiPage): HTMLElement {
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

const machinesText = (count: bigint): string => `${callsText(count)} machine${count === 1n ? '' : 's'}`;

export function loadsTable({ answer, studies }: RoiPage): HTMLElement {
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
          outcomes[k] ? `${amount(outcomes[k].value.perMonth)} (${machinesText(outcomes[k].value.machines)})` : '-',
      })),
      { header: 'Cheapest', cell: ({ best }) => nameOf(best) },
    ],
    answer.loads,
  );
}

export function swingsPart({ answer, studies, swung, swings }: RoiPage): HTMLElement | null {
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
