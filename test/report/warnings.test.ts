import { expect, test } from 'vitest';
import type { Happening } from '../../src/events/event.ts';
import { noWarnings, warned, warningsLeft } from '../../src/report/warnings.ts';

const warning = (trial: number, about?: string): Happening => ({
  kind: 'warning',
  trial,
  message: `of ${trial}`,
  ...(about === undefined ? {} : { about }),
});

test('each kind is told once, and counted at the end; what is of no kind is always told', () => {
  const events = [
    warning(1, 'noisy'),
    warning(2, 'noisy'),
    warning(2, 'other-load'),
    warning(3),
    warning(3),
    warning(4, 'noisy'),
  ];
  let counts = noWarnings;
  const told = events.map(event => {
    const seen = warned(counts, event);
    counts = seen.counts;
    return seen.tell;
  });
  expect(told).toEqual([true, false, true, true, true, false]);
  expect(warningsLeft(counts)).toEqual(['Warned of noisy calls in 3 trials; "rankfront show N" has each.']);
});
