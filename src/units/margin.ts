/** How sure one wants to be: `95%` or `0.95`. */
import { UserError } from '../errors/user-error.ts';

/** A share: 0.95. Throws a UserError unless it is at least 50 % and below 100 %. */
export function parseMargin(text: string, name = '--margin'): number {
  const match = /^(\d+(?:\.\d*)?|\.\d+)\s*(%)?$/.exec(text.trim());
  const value = Number(match?.[1] ?? Number.NaN);
  const share = match?.[2] ? value / 100 : value;
  if (share >= 0.5 && share < 1) return share;
  throw new UserError(
    `Cannot read ${name}: expected 50 % to below 100 %, found ${JSON.stringify(text)}.`,
    value >= 1 && !match?.[2] && value < 100 ? `Write ${value}% for per cent.` : `Give, for example, ${name} 95%.`,
  );
}

/** `95 %`, `99.5 %` */
export const marginWords = (share: number): string => `${Number((100 * share).toPrecision(6))} %`;
