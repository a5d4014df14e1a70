import fc from 'fast-check';
import { expect, test } from 'vitest';
import { completeFigures } from '../../src/money/figures.ts';
import { compare, exactly, rational, toNumber } from '../../src/money/rational.ts';
import { reckon, savingOf } from '../../src/money/reckon.ts';
import { swings } from '../../src/money/sensitivity.ts';
import { candidate, figures, given, measured } from './fixture.ts';

test('1.27x on three machines frees none: nothing is saved, and no effort comes back', () => {
  const answer = reckon(figures({ personDays: 1, pricePerPersonDay: 500 }), [measured(290, candidate(1.27))]);
  const [dense, fast] = answer.options;
  expect([dense?.outcome.value.machines, fast?.outcome.value.machines]).toEqual([3n, 3n]);
  expect(fast?.outcome.value).toMatchObject({
    savingPerMonth: rational(0),
    saving: rational(-500),
    payback: { kind: 'never' },
  });
  expect(answer).toMatchObject({ best: 0, rivals: [] });
});

test('the speed-up that frees a machine does, and a hair less does not', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 50, max: 900 }),
      fc.integer({ min: 0, max: 60 }),
      fc.constantFrom(0.5, 0.6, 1),
      (denseMs, fixedMs, mostUtilisation) => {
        const all = figures({ fixedMs, mostUtilisation });
        const free = reckon(all, [measured(denseMs, null)]).speedupToFree;
        fc.pre(free !== null);
        const needed = toNumber(free ?? rational(1));
        const freed = (speedup: number): bigint => {
          const [a, b] = reckon(all, [measured(denseMs, candidate(speedup))]).options;
          return (a?.outcome.value.machines ?? 0n) - (b?.outcome.value.machines ?? 0n);
        };
        expect(freed(needed * (1 + 1e-9))).toBeGreaterThanOrEqual(1n);
        if (needed > 1 + 1e-6) expect(freed(needed * (1 - 1e-9))).toBe(0n);
      },
    ),
    { numRuns: 60 },
  );
});

test('no speed-up frees the last machine, or what the network does not use', () => {
  expect(reckon(figures(), [measured(90, null)]).speedupToFree).toBeNull();
  expect(reckon(figures({ fixedMs: 200 }), [measured(50, null)]).speedupToFree).toBeNull();
});

test('time that is not the network does not become shorter', () => {
  const [dense, fast] = reckon(figures({ fixedMs: 30 }), [measured(60, candidate(2))]).options;
  expect([dense?.callMs.value, fast?.callMs.value]).toEqual([rational(90), rational(60)]);
});

test('both ends of the interval are carried into machines, money and payback', () => {
  const fast = candidate(1.5, { speedupCi: [1.2, 2], lostPoints: 1, lostPointsCi: [0.5, 2] });
  const all = figures({ lostPointPerMonth: 10, personDays: 1, pricePerPersonDay: 100 });
  const [, option] = reckon(all, [measured(290, fast)]).options;
  // Dense: 3 machines, 219 a month. 290 / 1.5 = 193.3 ms take 2, 290 / 1.2 = 241.7 ms take 3, 145 ms take 2.
  expect(option?.outcome.value).toMatchObject({ machines: 2n, savingPerMonth: rational(63) });
  expect(option?.outcome.low).toMatchObject({
    machines: 3n,
    savingPerMonth: rational(-20),
    payback: { kind: 'never' },
  });
  expect(option?.outcome.high).toMatchObject({ machines: 2n, savingPerMonth: rational(68) });
  expect(option?.outcome.value.payback).toEqual({ kind: 'months', months: rational(100n, 63n) });
});

test('the ends enclose the value, whatever is measured', () => {
  const speed = fc.tuple(...[0, 1, 2].map(() => fc.double({ min: 0.8, max: 4, noNaN: true })));
  fc.assert(
    fc.property(speed, fc.integer({ min: 10, max: 2000 }), (speeds, denseMs) => {
      const [low = 1, value = 1, high = 1] = [...speeds].sort((a, b) => a - b);
      const all = figures({ fixedMs: 5, loadWatts: 50, idleWatts: 20, pricePerKwh: 0.3 });
      const [, option] = reckon(all, [measured(denseMs, candidate(value, { speedupCi: [low, high] }))]).options;
      const saving = (end: 'low' | 'value' | 'high') => option?.outcome[end].saving ?? rational(0);
      expect(compare(saving('low'), saving('value'))).toBeLessThanOrEqual(0);
      expect(compare(saving('value'), saving('high'))).toBeLessThanOrEqual(0);
    }),
    { numRuns: 60 },
  );
});

test('where the interval holds both answers, neither is known', () => {
  const fast = candidate(1.5, { speedupCi: [1.2, 2] });
  const all = figures({ personDays: 1, pricePerPersonDay: 100 });
  expect(reckon(all, [measured(290, fast)])).toMatchObject({ best: 1, rivals: [0] });
  expect(reckon(all, [measured(290, candidate(1.2, { speedupCi: [1.1, 1.5] }))])).toMatchObject({
    best: 0,
    rivals: [1],
  });
  expect(reckon(all, [measured(290, candidate(1.5, { speedupCi: [1.46, 2] }))])).toMatchObject({ best: 1, rivals: [] });
});

test('a model that misses the latency limit is no choice, and one whose interval holds it is not known to keep it', () => {
  const all = figures({ latencyLimitMs: 100, fixedMs: 10 });
  const at = (speedup: number, low: number, high: number) =>
    reckon(all, [measured(120, candidate(speedup, { speedupCi: [low, high] }))]);
  const kept = at(1.5, 1.4, 1.6);
  expect(kept.options.map(({ latency }) => latency)).toEqual(['misses', 'meets']);
  expect(kept).toMatchObject({ best: 1, rivals: [] });
  expect(at(1.35, 1.3, 1.4)).toMatchObject({ best: null });
  expect(at(1.35, 1.3, 1.4).options[1]?.latency).toBe('cannot-tell');
  expect(at(1.1, 1.05, 1.2).options[1]?.latency).toBe('misses');
});

test('a caller waits for the whole batch, a machine spends its part', () => {
  const all = figures({ latencyLimitMs: 100, fixedMs: 10 });
  const [option] = reckon(all, [{ ...measured(80, null), batch: 4 }]).options;
  expect(option).toMatchObject({ callMs: { value: rational(30) }, responseMs: { value: rational(90) } });
});

/** 300 ms today at 0.10 an hour; another device at 0.25 that takes 100 ms. */
const two = (calls: number) =>
  reckon(
    figures(
      {
        callsPerDay: calls,
        personDays: 1,
        pricePerPersonDay: 400,
        devices: { b: { pricePerHour: 0.25, moveCost: 1000 } },
      },
      ['a', 'b'],
    ),
    [measured(300, candidate(1.5), 'a'), measured(100, candidate(2.5), 'b')],
  );

test('stay, factorise, move, or both: each is best at its load', () => {
  // Over ten months: a machine of today is 730, one of the other device 1825. 288,000 calls keep one of today busy.
  const best = (calls: number) => two(calls).best;
  expect(best(200_000)).toBe(0); //   730 | 1130
  expect(best(400_000)).toBe(1); //  1460 |  730 + 400
  expect(best(1_150_000)).toBe(1); // 2920 | 2190 + 400 | 3650 + 1000 | 1825 + 1400
  expect(best(2_100_000)).toBe(3); // 5840 | 3650 + 400 | 5475 + 1000 | 1825 + 1400
  const { options } = two(2_100_000);
  expect(options.map(({ outcome }) => toNumber(outcome.value.saving))).toEqual([
    0,
    5840 - 4050,
    5840 - 6475,
    5840 - 3225,
  ]);
});

test('the loads at which the winner changes are those at which it does', () => {
  const { winners, best } = two(400_000);
  expect(best).toBe(1);
  for (const [index, { from, winner }] of winners.stretches.entries()) {
    expect(two(Number(from)).best).toBe(winner);
    if (index > 0) expect(two(Number(from) - 1).best).toBe(winners.stretches[index - 1]?.winner);
  }
  expect(winners.stretches.length).toBeGreaterThan(2);
});

test('the rows of the table are the answers at those loads', () => {
  const { loads } = two(2_000_000);
  expect(loads.map(({ callsPerDay }) => toNumber(callsPerDay))).toEqual([100_000, 500_000, 1_000_000, 2_000_000]);
  for (const { callsPerDay, outcomes, best } of loads) {
    const there = two(toNumber(callsPerDay));
    expect(best).toBe(there.best);
    expect(outcomes).toEqual(there.options.map(({ outcome }) => outcome));
  }
});

test('a price that is twice as high everywhere changes no choice and doubles every saving', () => {
  const at = (times: number) =>
    reckon(figures({ pricePerHour: 0.1 * times, personDays: 1, pricePerPersonDay: 100 * times }), [
      measured(290, candidate(1.6)),
    ]);
  const [once, twice] = [at(1), at(2)];
  expect(twice.best).toBe(once.best);
  expect(twice.breakEven).toEqual(once.breakEven);
  const saving = (answer: typeof once) => toNumber(answer.options[1]?.outcome.value.saving ?? rational(0));
  expect(saving(twice)).toBe(2 * saving(once));
});

test('swings are what the whole answer says with that figure', () => {
  const all = given({ personDays: 1, pricePerPersonDay: 300, horizonMonths: 8 });
  const seen = [measured(290, candidate(1.6))];
  const found = swings(all, seen, 1);
  const one = found.find(({ path }) => path === 'horizonMonths');
  // One machine less is 73 a month; 300 are paid: 8 months give 284, 6 give 138, 10 give 430.
  expect(one).toMatchObject({ less: rational(138), more: rational(430), width: rational(292), turns: false });
  const price = found.find(({ path }) => path === 'pricePerHour');
  expect(price).toMatchObject({ less: exactly(138), more: exactly(430) });
  // 3 and 2 machines, 4 and 3, 3 and 2 again: a quarter of the load changes nothing here.
  expect(found.map(({ path }) => path)).not.toContain('callsPerDay');
  for (const [index, { width }] of found.entries())
    if (index > 0) expect(compare(found[index - 1]?.width ?? width, width)).toBeGreaterThanOrEqual(0);
  expect(found.map(({ path }) => path)).not.toContain('maxDrop');
});

test('a swing of the load is that of an answer at that load', () => {
  const all = given({ personDays: 1, pricePerPersonDay: 300 });
  const seen = [measured(310, candidate(1.6))];
  const load = swings(all, seen, 1).find(({ path }) => path === 'callsPerDay');
  const there = (share: bigint) => completeFigures(all, { path: 'callsPerDay', factor: rational(share, 4n) });
  expect(load?.less).toEqual(savingOf(there(3n), seen, 1));
  expect(load?.more).toEqual(reckon(there(5n), seen).options[1]?.outcome.value.saving);
  expect(load?.turns).toBe(false);
});

test('a figure of one device is varied alone', () => {
  const all = given({ devices: { b: { pricePerHour: 0.05, moveCost: 100 } } }, ['a', 'b']);
  const seen = [measured(290, null, 'a'), measured(290, null, 'b')];
  const paths = swings(all, seen, 1).map(({ path }) => path);
  expect(paths).toContain('devices.b.pricePerHour');
  expect(paths).toContain('devices.b.moveCost');
  // Two figures of the same kind: the one of today moves the dense bill alone.
  expect(paths).toContain('pricePerHour');
});

test('ten thousand machines are reckoned in a moment', () => {
  const answer = reckon(figures({ callsPerDay: 2_880_000_000 }), [measured(290.123456789, candidate(1.61803398875))]);
  expect(answer.options[0]?.outcome.value.machines).toBeGreaterThan(9000n);
  expect(answer.breakEven?.value.first).not.toBeNull();
});
