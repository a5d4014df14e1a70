/** At which load the answer changes, in sentences. */
import type { BreakEven } from '../money/break-even.ts';
import type { Reckoning } from '../money/reckon.ts';
import type { RoiStudy } from './roi-study.ts';
import { callsText, deviceNames, monthsText, optionName } from './roi-words.ts';

/** More changes than this are machines that come and go, and no list that anybody reads. */
const mostStretches = 5;

/** Of factorising on the device of today against staying dense. */
export function breakEvenSentences({ breakEven, figures }: Reckoning): string[] {
  if (!breakEven) return [];
  const { value, low, high } = breakEven;
  const months = monthsText(figures.horizonMonths);
  if (value.first === null && value.always === null)
    return [
      `Break-even: factorising pays at no load up to ${callsText(value.lookedTo)} calls a day, over ${months} months.`,
    ];
  return [
    ...(value.first === null
      ? []
      : [`Break-even: from ${callsText(value.first)} calls a day on, factorising can pay within ${months} months.`]),
    value.always === null
      ? `It depends on the load from there on: whole machines come and go.`
      : `It always pays from ${atMost(value)} calls a day on${endsOf(low, high)}.`,
  ];
}

/** A bound beyond what was looked at is said to be one. */
const atMost = ({ always, lookedTo }: BreakEven): string =>
  always === null ? 'no number of' : `${always > lookedTo ? 'at most ' : ''}${callsText(always)}`;

/** The greater speed-up first: it pays sooner. */
const endsOf = (low: BreakEven, high: BreakEven): string =>
  low.always === high.always ? '' : ` (95 %: ${atMost(high)} to ${atMost(low)})`;

/** Which option is cheapest at which load. */
export function winnerSentences(answer: Reckoning, studies: readonly RoiStudy[]): string[] {
  const { stretches, lookedTo } = answer.winners;
  const names = deviceNames(studies);
  const nameOf = (index: number): string => {
    const option = answer.options[index];
    return option ? `"${optionName(answer, option, names)}"` : '';
  };
  const [first, second] = stretches;
  const last = stretches.at(-1);
  if (!first || !last) return [];
  if (!second) return [`At every load up to ${callsText(lookedTo)} calls a day, ${nameOf(first.winner)} is cheapest.`];
  if (stretches.length <= mostStretches)
    return [
      `Cheapest up to ${callsText(second.from - 1n)} calls a day: ${nameOf(first.winner)}.`,
      ...stretches.slice(1).map(({ from, winner }) => `From ${callsText(from)}: ${nameOf(winner)}.`),
    ];
  const changes = stretches.length - 1;
  return [
    `Cheapest up to ${callsText(second.from - 1n)} calls a day: ${nameOf(first.winner)}.`,
    `Up to ${callsText(last.from)} it changes ${changes} times, as whole machines come and go.`,
    `From there to ${callsText(lookedTo)}, as far as was looked: ${nameOf(last.winner)}.`,
  ];
}
