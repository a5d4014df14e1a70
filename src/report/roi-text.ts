/** The answer of `rankfront roi` as a page for someone who decides. */
import { oneLine } from '../errors/printable.ts';
import type { Given } from '../money/figures.ts';
import { floor } from '../money/rational.ts';
import type { Reckoning } from '../money/reckon.ts';
import type { Swing } from '../money/sensitivity.ts';
import { leftOut } from './roi-left-out.ts';
import { breakEvenSentences, winnerSentences } from './roi-loads.ts';
import type { RoiStudy } from './roi-study.ts';
import { loadTable, optionTable, swingTable } from './roi-tables.ts';
import { callSentences, verdict } from './roi-verdict.ts';
import { amount, callsText, deviceNames, monthsText, optionName, wrapped } from './roi-words.ts';
import { clipped } from './text-table.ts';

export interface RoiPage {
  readonly answer: Reckoning;
  readonly studies: readonly RoiStudy[];
  readonly given: Given;
  /** Index of the option whose saving the swings are of; null where there is nothing but staying dense. */
  readonly swung: number | null;
  /** The widest first. */
  readonly swings: readonly Swing[];
}

/** How many figures are told that the answer depends on most. */
const told = 3;

/**
 * Lines of at most 100 characters, joined by newlines.
 *
 * @param whole whether names are written whole, however long: a file or pipe has no end of line that they could cross
 */
export function roiText({ answer, studies: named, given, swung, swings }: RoiPage, whole = false): string {
  const studies = whole ? named : named.map(withShortNames);
  const { currency, callsPerDay } = answer.figures;
  const infeasible = answer.options.some(({ feasible }) => !feasible);
  return [
    ...paragraph(verdict(answer, studies)),
    '',
    ...callSentences(answer, studies).flatMap(sentence => wrapped(sentence)),
    '',
    ...wrapped(
      `At ${callsText(floor(callsPerDay))} calls a day. Money is in ${currency}. In brackets: the ends of the 95 % interval, where they differ.`,
    ),
    ...optionTable(answer, studies, whole),
    ...(infeasible ? ['! not known to keep the latency limit, and so no choice'] : []),
    '',
    ...loadHeading(answer, studies),
    ...loadTable(answer, studies, whole),
    ...wrapped(breakEvenSentences(answer).join(' ')),
    ...(answer.options.length > 2 ? wrapped(winnerSentences(answer, studies).join(' ')) : []),
    ...swingLines(answer, studies, swung, swings, whole),
    '',
    'Left out of account:',
    ...leftOut(answer, given).flatMap(sentence => bullet(sentence)),
  ]
    .map(oneLine)
    .join('\n');
}

const withShortNames = (study: RoiStudy): RoiStudy => ({
  ...study,
  device: clipped(study.device, 24),
  measured: { ...study.measured, study: clipped(study.measured.study, 24) },
});

const paragraph = ([first = '', ...rest]: readonly string[]): string[] => [
  ...wrapped(first),
  ...wrapped(rest.join(' ')),
];

const bullet = (sentence: string): string[] => wrapped(`- ${sentence}`, '  ');

function loadHeading(answer: Reckoning, studies: readonly RoiStudy[]): string[] {
  if (studies.length > 2) return ['The cheapest at parts of that load:'];
  const names = deviceNames(studies);
  return wrapped(
    `At parts of that load, in this order: ${answer.options.map(option => optionName(answer, option, names)).join(' / ')}.`,
  );
}

function swingLines(
  answer: Reckoning,
  studies: readonly RoiStudy[],
  swung: number | null,
  swings: readonly Swing[],
  whole: boolean,
): string[] {
  const option = swung === null ? undefined : answer.options[swung];
  if (!option) return [];
  const name = optionName(answer, option, deviceNames(studies));
  const months = monthsText(answer.figures.horizonMonths);
  const saving = `What "${name}" saves over ${months} months (${amount(option.outcome.value.saving)})`;
  return swings.length === 0
    ? ['', ...wrapped(`${saving} does not change with any one figure that is 25 % off.`)]
    : ['', ...wrapped(`${saving} depends most on:`), ...swingTable(swings.slice(0, told), whole)];
}
