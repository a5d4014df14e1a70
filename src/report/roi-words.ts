/** Amounts, loads and options of an answer in words. */
import type { Ends } from '../money/options.ts';
import type { Payback } from '../money/payback.ts';
import { compare, divide, type Rational, rational, toDecimal, toNumber } from '../money/rational.ts';
import type { Reckoned, Reckoning } from '../money/reckon.ts';
import { formatMs } from '../units/format.ts';
import type { RoiStudy } from './roi-study.ts';

/** `12.3 M`, `1,234,567`, `219.00`, `0.0123`: whole from a thousand on, else two decimals, and three digits of what is small. */
export function amount(value: Rational): string {
  const size = value.numerator < 0n ? { ...value, numerator: -value.numerator } : value;
  if (compare(size, million(10n)) >= 0) return `${grouped(toDecimal(divide(value, million(1n)), 1))} M`;
  if (compare(size, rational(1000n)) >= 0) return grouped(toDecimal(value, 0));
  if (size.numerator === 0n || compare(size, rational(1n, 10n)) >= 0) return toDecimal(value, 2);
  const zeros = Math.max(0, -Math.floor(Math.log10(toNumber(size) || 1e-15)) - 1);
  return toDecimal(value, Math.min(15, zeros + 3));
}

const million = (times: bigint): Rational => rational(1_000_000n * times);

/** Whole calls, with commas. */
export const callsText = (calls: bigint): string => grouped(String(calls));

const grouped = (digits: string): string => digits.replaceAll(/(?<!\.\d*)\B(?=(\d{3})+(?:\.|$))/g, ',');

/** `2`, or `2 [2, 3]` where the ends of the interval say otherwise; the lower of the two first. */
export function withEnds<T>({ value, low, high }: Ends<T>, text: (each: T) => string, turned = false): string {
  const [middle, first, second] = [text(value), text(turned ? high : low), text(turned ? low : high)];
  return first === middle && second === middle ? middle : `${middle} [${first}, ${second}]`;
}

export const msText = (value: Rational): string => formatMs(toNumber(value)).replace(' ms', '');

/** `5.1 months`, `at once`, `never`. */
export function paybackText(payback: Payback): string {
  switch (payback.kind) {
    case 'at-once':
      return 'at once';
    case 'months':
      return `${monthsText(payback.months)} months`;
    case 'until':
      return `gone by month ${monthsText(payback.months)}`;
    case 'never':
      return 'never';
    default:
      return payback satisfies never;
  }
}

/** One decimal; none where there is nothing behind it. */
export const monthsText = (months: Rational): string => toDecimal(months, 1).replace(/\.0$/, '');

/** What the devices are called: by their names, or by their studies where two devices have one name. */
export function deviceNames(studies: readonly RoiStudy[]): string[] {
  const names = studies.map(({ device }) => device);
  const own = new Set(names).size === names.length;
  return studies.map(({ device, measured }) => (own ? device : measured.study));
}

/** `stay dense`, `factorise`, `buy Jetson`, `buy Jetson and factorise`. */
export function optionName({ figures }: Reckoning, { kind, device }: Reckoned, names: readonly string[]): string {
  if (device === 0) return kind === 'dense' ? 'stay dense' : 'factorise';
  const move = `${verbs[figures.devices[device]?.price.kind ?? 'rent']} ${names[device] ?? ''}`;
  return kind === 'dense' ? move : `${move} and factorise`;
}

const verbs = { purchase: 'buy', rent: 'rent', metered: 'use' } as const;

/** Lines of at most `width` characters, those behind the first with an indent; words are never broken. */
export function wrapped(text: string, indent = '', width = 100): string[] {
  const lines: string[] = [];
  for (const word of text.split(' ').filter(each => each !== '')) {
    const line = lines.at(-1);
    if (line !== undefined && line.length + 1 + word.length <= width) lines[lines.length - 1] = `${line} ${word}`;
    else lines.push(line === undefined ? word : `${indent}${word}`);
  }
  return lines;
}
