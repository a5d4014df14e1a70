/** The numbers of an answer as tables of at most 100 columns. */
import { mapEnds } from '../money/options.ts';
import { floor, toNumber } from '../money/rational.ts';
import type { CostOutcome, LoadRow, Reckoned, Reckoning } from '../money/reckon.ts';
import type { Swing } from '../money/sensitivity.ts';
import type { RoiStudy } from './roi-study.ts';
import { amount, callsText, deviceNames, monthsText, msText, optionName, paybackText, withEnds } from './roi-words.ts';
import { type Column, clipped, textTable } from './text-table.ts';

const widest = 100;

const short = (text: string, whole: boolean): string => (whole ? text : clipped(text, 40));

/** What each option needs and costs; savings are against staying dense. */
export function optionTable(answer: Reckoning, studies: readonly RoiStudy[], whole: boolean): string[] {
  const names = deviceNames(studies);
  const name: Column<Reckoned> = {
    header: 'option',
    align: 'left',
    cell: option => short(optionName(answer, option, names), whole) + (option.feasible ? '' : ' !'),
  };
  const cell = <T>(header: string, of: (each: CostOutcome) => T, text: (each: T) => string, lowFirst: boolean) => ({
    header,
    align: 'right' as const,
    // A greater speed-up costs less and saves more: the smaller of two ends is written first.
    cell: ({ outcome }: Reckoned) => withEnds(mapEnds(outcome, of), text, !lowFirst),
  });
  const against = (column: Column<Reckoned>): Column<Reckoned> => ({
    ...column,
    cell: option => (option.kind === 'dense' && option.device === 0 ? '' : column.cell(option)),
  });
  const columns: Column<Reckoned>[] = [
    { header: 'ms a call', align: 'right', cell: ({ callMs }) => withEnds(callMs, msText, true) },
    cell('machines', each => each.machines, callsText, false),
    cell('per million calls', each => each.perMillionCalls, amount, false),
    cell('per month', each => each.perMonth, amount, false),
    cell('up front', each => each.upFront, amount, false),
    against(cell('saves a month', each => each.savingPerMonth, amount, true)),
    against(cell(`saves in ${monthsText(answer.figures.horizonMonths)} months`, each => each.saving, amount, true)),
    against(cell('pays back', each => each.payback, paybackText, false)),
  ];
  return stacked(name, answer.options.length > 1 ? columns : columns.slice(0, 5), answer.options);
}

/** Lists are in the order of the options; with more than two devices only the cheapest is told. */
export function loadTable(answer: Reckoning, studies: readonly RoiStudy[], whole: boolean): string[] {
  const names = deviceNames(studies);
  const bestName = (best: number | null): string => {
    const option = best === null ? undefined : answer.options[best];
    return option ? optionName(answer, option, names) : 'none';
  };
  const shown = (best: number | null, index: number): boolean => studies.length <= 2 || index === best;
  const list = ({ outcomes, best }: LoadRow, cell: (each: CostOutcome) => string): string =>
    outcomes.flatMap(({ value }, index) => (shown(best, index) ? [cell(value)] : [])).join(' / ');
  return stacked<LoadRow>(
    { header: 'load', align: 'right', cell: ({ share }) => `${Math.round(100 * toNumber(share))} %` },
    [
      { header: 'calls a day', align: 'right', cell: ({ callsPerDay }) => callsText(floor(callsPerDay)) },
      { header: 'machines', align: 'right', cell: row => list(row, ({ machines }) => callsText(machines)) },
      { header: 'per month', align: 'right', cell: row => list(row, ({ perMonth }) => amount(perMonth)) },
      { header: 'cheapest', align: 'left', cell: ({ best }) => short(bestName(best), whole) },
    ],
    answer.loads,
  );
}

/** What the saving over the horizon becomes. */
export const swingTable = (swings: readonly Swing[], whole: boolean): string[] =>
  textTable(
    [
      { header: 'figure', align: 'left', cell: ({ path }) => short(path, whole) },
      { header: 'at -25 %', align: 'right', cell: ({ less }) => amount(less) },
      { header: 'at +25 %', align: 'right', cell: ({ more }) => amount(more) },
      { header: '', align: 'left', cell: ({ turns }) => (turns ? 'decides whether it pays' : '') },
    ],
    swings,
  );

/** As few tables as fit, one under the other, each beginning with `first`. */
function stacked<Row>(first: Column<Row>, columns: readonly Column<Row>[], rows: readonly Row[]): string[] {
  const stack: Column<Row>[][] = [];
  for (const column of columns) {
    const last = stack.at(-1);
    const wider = [...(last ?? [first]), column];
    const fits = textTable(wider, rows).every(line => line.length <= widest);
    if (last && fits) stack[stack.length - 1] = wider;
    else stack.push([first, column]);
  }
  return stack.flatMap((table, index) => [...(index > 0 ? [''] : []), ...textTable(table, rows)]);
}
