/** The numbers of an answer as tables of at most 100 columns. */
import { mapEnds } from '../money/options.ts';
import { floor, toNumber } from '../money/rational.ts';
import type { Answer, Reckoned } from '../money/reckon.ts';
import type { Swing } from '../money/sensitivity.ts';
import type { RoiStudy } from './roi-study.ts';
import { amount, callsText, deviceNames, monthsText, msText, optionName, paybackText, withEnds } from './roi-words.ts';
import { type Column, clipped, textTable } from './text-table.ts';

type Row = Reckoned;

const nameColumn = (answer: Answer, names: readonly string[]): Column<Row> => ({
  header: 'option',
  align: 'left',
  cell: option => clipped(optionName(answer, option, names), 34) + (option.feasible ? '' : ' !'),
});

/** What each option needs. */
export function needTable(answer: Answer, studies: readonly RoiStudy[]): string[] {
  return textTable<Row>(
    [
      nameColumn(answer, deviceNames(studies)),
      { header: 'ms a call', align: 'right', cell: ({ callMs }) => withEnds(callMs, msText, true) },
      {
        header: 'machines',
        align: 'right',
        cell: ({ outcome }) =>
          withEnds(
            mapEnds(outcome, each => each.machines),
            callsText,
            true,
          ),
      },
      {
        header: 'per million calls',
        align: 'right',
        cell: ({ outcome }) =>
          withEnds(
            mapEnds(outcome, each => each.perMillionCalls),
            amount,
            true,
          ),
      },
    ],
    answer.options,
  );
}

/** What each option costs, against staying dense. */
export function costTable(answer: Answer, studies: readonly RoiStudy[]): string[] {
  return textTable<Row>(
    [
      nameColumn(answer, deviceNames(studies)),
      { header: 'up front', align: 'right', cell: ({ outcome }) => amount(outcome.value.upFront) },
      {
        header: 'per month',
        align: 'right',
        cell: ({ outcome }) =>
          withEnds(
            mapEnds(outcome, each => each.perMonth),
            amount,
            true,
          ),
      },
      {
        header: 'saves a month',
        align: 'right',
        cell: option =>
          isToday(option)
            ? ''
            : withEnds(
                mapEnds(option.outcome, each => each.savingPerMonth),
                amount,
              ),
      },
      {
        header: 'pays back',
        align: 'right',
        cell: option =>
          isToday(option)
            ? ''
            : withEnds(
                mapEnds(option.outcome, each => each.payback),
                paybackText,
                true,
              ),
      },
    ],
    answer.options,
  );
}

/** The saving over the horizon, with everything paid. */
export function savingTable(answer: Answer, studies: readonly RoiStudy[]): string[] {
  const names = deviceNames(studies);
  const rows = answer.options.filter(option => !isToday(option));
  return textTable<Row>(
    [
      nameColumn(answer, names),
      {
        header: `saves over ${monthsText(answer.figures.horizonMonths)} months`,
        align: 'right',
        cell: ({ outcome }) =>
          withEnds(
            mapEnds(outcome, each => each.saving),
            amount,
          ),
      },
    ],
    rows,
  );
}

/** Lists are in the order of the options; with more than two devices only the cheapest is told. */
export function loadTable(answer: Answer, studies: readonly RoiStudy[]): string[] {
  const names = deviceNames(studies);
  const bestName = (best: number | null): string => {
    const option = best === null ? undefined : answer.options[best];
    return option ? optionName(answer, option, names) : 'none';
  };
  const shown = (best: number | null, index: number): boolean => studies.length <= 2 || index === best;
  const list = (
    row: Answer['loads'][number],
    cell: (each: Answer['loads'][number]['outcomes'][number]['value']) => string,
  ) => row.outcomes.flatMap(({ value }, index) => (shown(row.best, index) ? [cell(value)] : [])).join(' / ');
  return textTable(
    [
      { header: 'load', align: 'right', cell: ({ share }) => `${Math.round(100 * toNumber(share))} %` },
      { header: 'calls a day', align: 'right', cell: ({ callsPerDay }) => callsText(floor(callsPerDay)) },
      { header: 'machines', align: 'right', cell: row => list(row, ({ machines }) => callsText(machines)) },
      { header: 'per month', align: 'right', cell: row => list(row, ({ perMonth }) => amount(perMonth)) },
      { header: 'cheapest', align: 'left', cell: ({ best }) => clipped(bestName(best), 34) },
    ],
    answer.loads,
  );
}

/** What the saving over the horizon becomes. */
export const swingTable = (swings: readonly Swing[]): string[] =>
  textTable(
    [
      { header: 'figure', align: 'left', cell: ({ path }) => clipped(path, 40) },
      { header: 'at -25 %', align: 'right', cell: ({ less }) => amount(less) },
      { header: 'at +25 %', align: 'right', cell: ({ more }) => amount(more) },
      { header: '', align: 'left', cell: ({ turns }) => (turns ? 'decides' : '') },
    ],
    swings,
  );

const isToday = ({ kind, device }: Reckoned): boolean => kind === 'dense' && device === 0;
