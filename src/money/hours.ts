/** A file of hours: how many calls came in each of them, one line an hour. */
import { UserError } from '../errors/user-error.ts';

/**
 * The last cell of each line, so that a time may stand before it; cells end at commas, semicolons or tabs. A first line without a number
 * is a heading. Empty lines are skipped.
 *
 * @throws UserError that names the line which is no number from 0 on, or a file without any call
 */
export function parseHours(text: string, fileName: string): number[] {
  const lines = text
    .split(/\r\n|\r|\n/)
    .map((line, index) => ({
      number: index + 1,
      cell:
        line
          .split(/[,;\t]/)
          .at(-1)
          ?.trim() ?? '',
      line,
    }))
    .filter(({ line }) => line.trim() !== '');
  const rows = Number.isNaN(numberOf(lines[0]?.cell)) ? lines.slice(1) : lines;
  const hours = rows.map(({ cell, number }) => {
    const calls = numberOf(cell);
    if (calls >= 0 && Number.isFinite(calls)) return calls;
    throw new UserError(
      `${fileName}:${number}: expected the calls of an hour, a number from 0 on, found ${JSON.stringify(cell)}.`,
      'Write one line an hour, with the number last: 2026-03-01 14:00,81250.',
    );
  });
  if (hours.some(calls => calls > 0)) return hours;
  throw new UserError(
    `${fileName}: expected the calls of each hour, found ${hours.length === 0 ? 'no hour' : 'no calls in any hour'}.`,
    'Write one line an hour, with the number last: 2026-03-01 14:00,81250.',
  );
}

const numberOf = (cell = ''): number => (/^-?\d+(?:\.\d+)?(?:e[+-]?\d+)?$/i.test(cell) ? Number(cell) : Number.NaN);
