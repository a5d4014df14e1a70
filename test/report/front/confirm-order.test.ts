import { describe, expect, test } from 'vitest';
import { nextToConfirm } from '../../../src/report/front/confirm-order.ts';
import type { FrontInput, TrialInput } from '../../../src/report/front/front.ts';
import { frontReport } from '../../../src/report/front/front-report.ts';
import { disturbedIn, study } from '../fixture.ts';

const searched: Parameters<typeof study>[0] = [
  [1, [0.4, 0.3], null],
  [2, [0.6, 0.009], null],
  [3, [0.7, 0.004], null],
  [4, [0.9, 0.001], null],
];

/** The order in which all would be confirmed, when confirming one shows what `seen` says: [ratio, drop]. */
function order(
  seen: (trial: number) => readonly [number, number],
  start: FrontInput = study(searched, true),
): number[] {
  let input = start;
  const open = new Set(input.trials.map(({ trial }) => trial));
  const done: number[] = [];
  while (open.size > 0) {
    const next = nextToConfirm(frontReport(input), [...open]);
    open.delete(next);
    done.push(next);
    const [measured] = study([[next, [0, 0], seen(next)]]).trials as [TrialInput];
    input = {
      ...input,
      trials: input.trials.map(each => (each.trial === next ? { ...each, confirm: measured.confirm } : each)),
    };
  }
  return done;
}

const asSearched = (trial: number): readonly [number, number] => searched.find(([number]) => number === trial)![1];

describe('what is confirmed first', () => {
  test('is what the headline recommends, then the knee and the most accurate', () => {
    expect(order(asSearched)).toEqual([2, 3, 4, 1]);
  });

  test('is looked for again where confirming one shows that it loses too much', () => {
    expect(order(trial => (trial === 2 ? [0.6, 0.05] : asSearched(trial)))).toEqual([2, 3, 4, 1]);
    expect(order(trial => (trial < 4 ? [0.6, 0.05] : asSearched(trial)))).toEqual([2, 3, 4, 1]);
  });

  test('may be a trial whose latency was disturbed: there is nothing better to go by', () => {
    const input = study(searched, true);
    const trials = input.trials.map(each => (each.trial === 2 ? disturbedIn(each, 'search') : each));
    expect(order(asSearched, { ...input, trials })[0]).toBe(2);
  });

  test('without one that seems to fit is the one that comes nearest', () => {
    expect(nextToConfirm(frontReport(study([searched[0]!, [5, [0.8, 0.05], null]], true)), [1, 5])).toBe(5);
  });

  test('is always one of those that are open', () => {
    expect(nextToConfirm(frontReport(study(searched, true)), [1])).toBe(1);
    expect(nextToConfirm(frontReport(study([], true)), [7])).toBe(7);
  });
});
