/**
 * The answer as `roi --json` prints it. Money is written as decimal texts, rounded to six places, for no program shall make binary
 * fractions of it by reading; times and shares are numbers.
 */
import type { BreakEven } from '../money/break-even.ts';
import { type Ends, mapEnds } from '../money/options.ts';
import type { Payback } from '../money/payback.ts';
import { type Rational, toDecimal, toNumber } from '../money/rational.ts';
import type { CostOutcome, Reckoned } from '../money/reckon.ts';
import { leftOut } from './roi-left-out.ts';
import type { RoiPage } from './roi-text.ts';
import { pays } from './roi-verdict.ts';
import { deviceNames, optionName } from './roi-words.ts';

export const roiJson = (page: RoiPage): string => JSON.stringify(roiRecord(page), null, 2);

/** The same as a record. */
export function roiRecord({ answer, studies, given, swung, swings }: RoiPage) {
  const names = deviceNames(studies);
  const optionRecord = (option: Reckoned) => ({
    name: optionName(answer, option, names),
    kind: option.kind,
    study: studies[option.device]?.measured.study ?? null,
    feasible: option.feasible,
    latency: option.latency,
    callMs: mapEnds(option.callMs, toNumber),
    responseMs: mapEnds(option.responseMs, toNumber),
    ...outcomeRecord(option.outcome),
  });
  return {
    currency: answer.figures.currency,
    callsPerDay: toNumber(answer.figures.callsPerDay),
    horizonMonths: toNumber(answer.figures.horizonMonths),
    /** Whether leaving the dense model on the device of today is known to cost less; the exit status says the same. */
    pays: pays(answer),
    /** Indices of `options`: what costs least, and what may cost less within the intervals. */
    best: answer.best,
    rivals: answer.rivals,
    studies: studies.map(({ measured, device, computed, point, why }) => ({
      ...measured,
      device,
      computed,
      confirmed: point?.confirmed ?? null,
      why,
    })),
    options: answer.options.map(optionRecord),
    breakEven: answer.breakEven && mapEnds(answer.breakEven, breakEvenRecord),
    loads: answer.loads.map(({ share, callsPerDay, outcomes, best }) => ({
      share: toNumber(share),
      callsPerDay: toNumber(callsPerDay),
      options: outcomes.map(outcomeRecord),
      best,
    })),
    winners: {
      stretches: answer.winners.stretches.map(({ from, winner }) => ({ from: Number(from), best: winner })),
      lookedTo: Number(answer.winners.lookedTo),
    },
    speedupToFree: answer.speedupToFree && toNumber(answer.speedupToFree),
    sensitivity: {
      option: swung,
      figures: swings.map(({ path, less, more, turns }) => ({ path, less: money(less), more: money(more), turns })),
    },
    leftOut: leftOut(answer, given),
  };
}

const outcomeRecord = (outcome: Ends<CostOutcome>) => ({
  machines: mapEnds(outcome, each => Number(each.machines)),
  perMonth: mapEnds(outcome, each => money(each.perMonth)),
  perMillionCalls: mapEnds(outcome, each => money(each.perMillionCalls)),
  upFront: mapEnds(outcome, each => money(each.upFront)),
  savingPerMonth: mapEnds(outcome, each => money(each.savingPerMonth)),
  payback: mapEnds(outcome, each => paybackRecord(each.payback)),
  saving: mapEnds(outcome, each => money(each.saving)),
});

const paybackRecord = (payback: Payback) =>
  'months' in payback ? { kind: payback.kind, months: toNumber(payback.months) } : payback;

const breakEvenRecord = ({ first, always, lookedTo }: BreakEven) => ({
  first: first === null ? null : Number(first),
  always: always === null ? null : Number(always),
  lookedTo: Number(lookedTo),
});

/** `438`, `0.0123`: no zeros at the end. */
const money = (value: Rational): string => toDecimal(value, 6).replace(/\.?0+$/, '');
