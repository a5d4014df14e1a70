/** The answer in a few sentences: what to do, why, and how sure it is. */
import { mapEnds } from '../money/options.ts';
import { compare, divide, toNumber, zero } from '../money/rational.ts';
import type { CostOutcome, Reckoned, Reckoning } from '../money/reckon.ts';
import { formatMs, formatSpeedup } from '../units/format.ts';
import { changeWords } from './change.ts';
import { speedupWords } from './front/wording.ts';
import type { RoiStudy } from './roi-study.ts';
import { amount, callsText, deviceNames, monthsText, msText, optionName, paybackText, withEnds } from './roi-words.ts';

/** Whether leaving the dense model on the device of today is known to cost less. */
export const pays = ({ best, rivals }: Reckoning): boolean => best !== null && best !== 0 && !rivals.includes(0);

/** The first sentence is the verdict. */
export function verdict(answer: Reckoning, studies: readonly RoiStudy[]): string[] {
  const names = deviceNames(studies);
  const nameOf = (index: number): string => {
    const option = answer.options[index];
    return option ? optionName(answer, option, names) : '';
  };
  return [...judgement(answer, nameOf), ...latencies(answer, names)];
}

function judgement(answer: Reckoning, nameOf: (index: number) => string): string[] {
  const { best, rivals, options, figures } = answer;
  const months = monthsText(figures.horizonMonths);
  const chosen = best === null ? undefined : options[best];
  if (best === null || !chosen)
    return [`No option is known to keep the latency limit of ${limitText(answer)}.`, 'So none is recommended.'];
  const others = rivals.map(index => `"${nameOf(index)}"`).join(' or ');
  const doubt = `At the measured speed-up "${nameOf(best)}" costs least over ${months} months; within the 95 % interval it may be ${others}.`;
  const sentences = best === 0 ? staying(answer) : leaving(answer, chosen, nameOf(best));
  return rivals.length > 0 ? ['It is not known which is best.', doubt, ...sentences.slice(1)] : sentences;
}

/** `leaving` and `staying` begin with the verdict. */
function leaving(answer: Reckoning, chosen: Reckoned, name: string): string[] {
  const { figures, options } = answer;
  const months = monthsText(figures.horizonMonths);
  const { value } = chosen.outcome;
  const today = options[0];
  const money = (each: CostOutcome['saving']): string => `${amount(each)} ${figures.currency}`;
  if (compare(value.saving, zero) <= 0)
    return [
      `It has to be "${name}": nothing that costs less keeps the latency limit.`,
      `It costs ${money(negated(value))} more over ${months} months than staying dense would.`,
    ];
  return [
    `It pays: ${name}.`,
    `Over ${months} months it saves ${withEnds(
      mapEnds(chosen.outcome, ({ saving }) => saving),
      amount,
    )} ${figures.currency}, with everything paid that it takes.`,
    `That is ${money(value.savingPerMonth)} a month; payback: ${paybackText(value.payback)}.`,
    ...(today ? [machinesSentence(today.outcome.value, value)] : []),
    ...(value.payback.kind === 'never' || isLate(value, answer)
      ? ['That payback is in cash; what bought machines are still worth at the end makes up the rest.']
      : []),
  ].filter(sentence => sentence !== '');
}

const isLate = ({ payback }: CostOutcome, { figures }: Reckoning): boolean =>
  payback.kind === 'months' && compare(payback.months, figures.horizonMonths) > 0;

const negated = ({ saving }: CostOutcome): CostOutcome['saving'] => ({ ...saving, numerator: -saving.numerator });

/** That it is known or not is said by whoever asks. */
function staying(answer: Reckoning): string[] {
  const { options, figures } = answer;
  const months = monthsText(figures.horizonMonths);
  const factorised = options.find(({ kind, device }) => kind === 'factorised' && device === 0);
  const today = options[0];
  if (!today || options.length === 1) return ['Stay dense: no confirmed trial is known to be faster within the limit.'];
  if (!factorised) return ['Stay dense: nothing else costs less.'];
  if (!factorised.feasible)
    return ['Stay dense: the factorised network is not known to keep the latency limit, and nothing else costs less.'];
  const { value } = factorised.outcome;
  const freed = today.outcome.value.machines - value.machines;
  const money = (each: CostOutcome['saving']): string => `${amount(each)} ${figures.currency}`;
  const effort = `It takes ${money(figures.effort)} to get there`;
  return [
    'Stay dense: nothing else costs less.',
    machinesSentence(today.outcome.value, value),
    ...(freed === 0n ? [freeingSentence(answer)] : []),
    compare(value.savingPerMonth, zero) > 0
      ? `${effort} and saves ${money(value.savingPerMonth)} a month: too little for ${months} months.`
      : `${effort}, and it saves nothing.`,
  ].filter(sentence => sentence !== '');
}

function machinesSentence(now: CostOutcome, then: CostOutcome): string {
  if (now.machines === 0n && then.machines === 0n) return '';
  const needed = `Machines needed at the peak: ${callsText(now.machines)} now, ${callsText(then.machines)} then.`;
  return now.machines === then.machines ? `${needed} None is freed.` : needed;
}

function freeingSentence({ speedupToFree }: Reckoning): string {
  return speedupToFree
    ? `Factorising frees one where the network becomes ${formatSpeedup(upTo(toNumber(speedupToFree)))} as fast.`
    : '';
}

/** To two decimals, upwards: less would not do. */
const upTo = (speedup: number): number => Math.ceil(speedup * 100 - 1e-9) / 100;

const limitText = ({ figures }: Reckoning): string =>
  figures.latencyLimitMs ? formatMs(toNumber(figures.latencyLimitMs)) : '';

function latencies(answer: Reckoning, names: readonly string[]): string[] {
  return answer.options.flatMap(({ kind, device, latency, responseMs }) => {
    if (latency === null || latency === 'meets') return [];
    const which = `On ${names[device] ?? ''} the ${kind === 'dense' ? 'dense' : 'factorised'} model`;
    const takes = `${withEnds(responseMs, msText, true)} ms a call, and ${limitText(answer)} are allowed`;
    return [
      latency === 'misses'
        ? `${which} misses the latency limit: ${takes}.`
        : `${which} may miss the latency limit: ${takes}.`,
    ];
  });
}

/** For every device, what the speed-up of the network is worth to a call (Amdahl 1967). */
export function callSentences(answer: Reckoning, studies: readonly RoiStudy[]): string[] {
  const names = deviceNames(studies);
  return studies.flatMap(({ point, why, computed, quiet }, device) => {
    const dense = answer.options.find(each => each.kind === 'dense' && each.device === device);
    const fast = answer.options.find(each => each.kind === 'factorised' && each.device === device);
    const fixed = answer.figures.devices[device]?.fixedMs;
    const notes = [
      ...(computed ? [`The latencies of ${names[device]} are computed from a model of it, not measured.`] : []),
      ...(quiet ? [] : [`The milliseconds on ${names[device]} are rough: other work slowed the machine.`]),
    ];
    if (!dense || !fast || !fixed || !point) return [`${names[device]}: ${why}`, ...notes];
    const gain = (end: 'value' | 'low' | 'high'): string =>
      toNumber(divide(dense.callMs[end], fast.callMs[end])).toFixed(2);
    return [
      `${names[device]}: trial ${point.trial} (confirmed) makes the network ${speedupWords(point)} as fast.`,
      `Its accuracy changes by ${changeWords(point.judged)}, before any retraining.`,
      `A call takes ${msText(dense.callMs.value)} ms. ${msText(fixed)} ms of it stay, so it becomes ${gain('value')}x [${gain('low')}, ${gain('high')}] as fast.`,
      ...notes,
    ];
  });
}
