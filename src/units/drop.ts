/** A loss of accuracy as people write it: `1pp`, `0.5%`, `0.01`. */
import { UserError } from '../errors/user-error.ts';

/**
 * A drop as a fraction of all images: `1pp`, `1%` and `0.01` are all 0.01. Both signs mean percentage points of top-1,
 * never a share of the dense accuracy.
 *
 * @param name what the text is called in an error, such as `--max-drop`
 * @throws UserError unless it is a number from 0 to below 1, or with a sign from 0 to 100
 */
export function parseDrop(text: string, name = 'the drop'): number {
  const match = /^(\d+(?:\.\d*)?|\.\d+)\s*(pp|%)?$/.exec(text.trim().toLowerCase());
  const value = Number(match?.[1] ?? Number.NaN);
  const drop = match?.[2] ? value / 100 : value;
  // A bare 1 is meant as one point, and would be all of them.
  const meant = match?.[2] ? drop <= 1 : drop < 1;
  if (drop >= 0 && meant) return drop;
  throw new UserError(
    `Cannot read ${name}: expected a drop of 0 to 100 points such as 1pp, 0.5% or 0.01, found ${JSON.stringify(text)}.`,
    text.trim().startsWith('-')
      ? 'A loss of accuracy is positive: leave out the minus.'
      : value >= 1 && !match?.[2]
        ? `Write ${value}pp for percentage points.`
        : 'Write a number, and pp for percentage points.',
  );
}
