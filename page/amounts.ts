/** Values of objectives in words, as the command line says them. */
import { objectives } from '../src/objectives/objectives.ts';
import type { ObjectiveName } from '../src/serve/api/figures.ts';
import { formatPercent } from '../src/units/format.ts';

/** `6.13 ms`, `69.1 %`; a dash where it is not known. */
export const amountText = ({ kind }: Pick<ObjectiveName, 'kind'>, amount: number | null): string =>
  amount === null ? '-' : objectives[kind].amountText(amount);

/** A share is drawn in per cent. */
export const drawn = ({ unit }: ObjectiveName, amount: number): number =>
  unit === null ? 100 * amount : unit === 'B' ? amount / 1e6 : amount;

/** `latency (ms)`. */
export const axisName = ({ words, unit }: ObjectiveName): string =>
  `${words} (${unit === null ? '%' : unit === 'B' ? 'MB' : unit})`;

/** `41.2 % ± 1.3`. */
export const plusMinus = (share: number, half: number, digits = 1): string =>
  Number.isFinite(share) ? `${formatPercent(share, digits)} ± ${(100 * half).toFixed(digits)}` : '-';

/** `3 of 1,200 trials`. */
export const counted = (count: number, noun: string): string =>
  `${count.toLocaleString('en')} ${noun}${count === 1 ? '' : 's'}`;
