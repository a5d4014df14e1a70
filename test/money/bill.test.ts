/** Costs against closed forms, and what must not change them. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { machines, perMonth, running, total, upFront } from '../../src/money/bill.ts';
import { billOf } from '../../src/money/bill-of.ts';
import { payback } from '../../src/money/payback.ts';
import { compare, exactly, multiply, rational, toNumber, zero } from '../../src/money/rational.ts';
import { bill, figures } from './fixture.ts';

type More = Parameters<typeof figures>[0];

const billFor = (modelMs: number, more: More = {}, batch = 1n, lostPoints = 0) => {
  const all = figures(more);
  const [device] = all.devices;
  if (!device) throw new Error('no device');
  return {
    calls: all.callsPerDay,
    bill: billOf(all, device, { modelMs: exactly(modelMs), batch, lostPoints: exactly(lostPoints), oneOff: zero }),
  };
};

test('ten calls a second of 300 ms keep exactly three machines busy, and a hair more takes a fourth', () => {
  const count = (ms: number): bigint => {
    const { bill: each, calls } = billFor(ms);
    return machines(each, calls);
  };
  expect([count(300), count(300.0000001), count(299.9999999), count(100), count(0.001)]).toEqual([3n, 4n, 3n, 1n, 1n]);
});

test('1.27x on three machines frees none where the third is mostly busy, and one where it is hardly', () => {
  const count = (ms: number): bigint => {
    const { bill: each, calls } = billFor(ms);
    return machines(each, calls);
  };
  expect([count(290), count(290 / 1.27)]).toEqual([3n, 3n]);
  expect([count(210), count(210 / 1.27)]).toEqual([3n, 2n]);
});

test('utilisation, peak, calls at once, spare machines and batches each do what they say', () => {
  const count = (more: More, batch = 1n): bigint => {
    const { bill: each, calls } = billFor(300, more, batch);
    return machines(each, calls);
  };
  expect(count({ mostUtilisation: 0.6 })).toBe(5n);
  expect(count({ peakFactor: 2.5 })).toBe(8n);
  expect(count({ callsAtOnce: 2 })).toBe(2n);
  expect(count({ spareMachines: 2 })).toBe(5n);
  expect(count({ fixedMs: 100 })).toBe(4n);
  expect(count({ fixedMs: 100 }, 3n)).toBe(2n);
});

test('rent, by hand: 3 machines at 0.10 for 730 hours', () => {
  const { bill: each, calls } = billFor(300);
  expect(perMonth(each, calls)).toEqual(rational(219));
  expect(total(each, calls, rational(10))).toEqual(rational(2190));
  expect(upFront(each, calls)).toEqual(zero);
});

test('a purchase, by hand: 3 needed, 1 there, 2 bought at 1,000, worth 280 after 2 years', () => {
  const bought = { pricePerHour: undefined, purchasePrice: 1000, resalePrice: 280, lifeYears: 2, machinesOwned: 1 };
  const { bill: each, calls } = billFor(300, bought);
  expect(upFront(each, calls)).toEqual(rational(2000));
  expect(perMonth(each, calls)).toEqual(rational(60));
  expect(running(each, calls)).toEqual(zero);
});

test('metered use, by hand: 864,000 calls of 300 ms are 72 busy hours a day', () => {
  const { bill: each, calls } = billFor(300, { pricePerHour: undefined, pricePerBusyHour: 0.2 });
  expect(perMonth(each, calls)).toEqual(multiply(rational(72n * 365n, 12n), exactly(0.2)));
  expect(machines(each, calls)).toBe(0n);
});

test('energy, by hand: waiting for 730 hours, more while at work', () => {
  const energy = { pricePerHour: 0, loadWatts: 300, idleWatts: 100, pricePerKwh: 0.25, energyOverhead: 1.2 };
  const { bill: each, calls } = billFor(250, energy);
  // 3 machines wait at 100 W; 60 machine-hours a day are at work, at 200 W more.
  const kWh = (3 * 730 * 100 + 60 * (365 / 12) * 200) / 1000;
  expect(toNumber(perMonth(each, calls))).toBeCloseTo(kWh * 1.2 * 0.25, 9);
  // Two at once share the machine: half of the time at work, and two machines.
  const { bill: shared } = billFor(250, { ...energy, callsAtOnce: 2 });
  expect(toNumber(perMonth(shared, calls))).toBeCloseTo(((2 * 730 * 100 + 30 * (365 / 12) * 200) / 1000) * 0.3, 9);
});

test('a lost point costs what is said at the load that is given, in proportion at others, and a gain nothing', () => {
  const more = { pricePerHour: 0, lostPointPerMonth: 50 };
  const { bill: each, calls } = billFor(300, more, 1n, 1.5);
  expect(perMonth(each, calls)).toEqual(rational(75));
  expect(perMonth(each, multiply(calls, rational(1n, 3n)))).toEqual(rational(25));
  expect(perMonth(billFor(300, more, 1n, -2).bill, calls)).toEqual(zero);
});

const price = fc.integer({ min: 0, max: 10_000 }).map(cents => cents / 100);

test('twice the prices are twice the costs', () => {
  fc.assert(
    fc.property(price, price, price, fc.integer({ min: 1, max: 500 }), (hour, kWh, lost, ms) => {
      const with_ = (times: number) =>
        billFor(
          ms,
          {
            pricePerHour: hour * times,
            loadWatts: 90,
            idleWatts: 40,
            pricePerKwh: kWh * times,
            lostPointPerMonth: lost * times,
          },
          1n,
          2,
        );
      const { bill: once, calls } = with_(1);
      expect(compare(perMonth(with_(2).bill, calls), multiply(perMonth(once, calls), rational(2)))).toBe(0);
    }),
  );
});

test('a day of twice the calls with half the time each needs the same machines, and metered the same money', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 5000 }), fc.integer({ min: 1, max: 1_000_000 }), (ms, calls) => {
      const half = billFor(ms / 2, { callsPerDay: 2 * calls });
      const whole = billFor(ms, { callsPerDay: calls });
      expect(machines(half.bill, half.calls)).toBe(machines(whole.bill, whole.calls));
      const metered = { pricePerHour: undefined, pricePerBusyHour: 0.3 };
      const a = billFor(ms / 2, { ...metered, callsPerDay: 2 * calls });
      const b = billFor(ms, { ...metered, callsPerDay: calls });
      expect(compare(perMonth(a.bill, a.calls), perMonth(b.bill, b.calls))).toBe(0);
    }),
  );
});

test('more calls, more time and more price never cost less', () => {
  const load = fc.integer({ min: 1, max: 5_000_000 });
  const ms = fc.integer({ min: 1, max: 400 });
  fc.assert(
    fc.property(load, load, ms, ms, price, price, (q1, q2, t1, t2, p1, p2) => {
      const cost = (callsPerDay: number, time: number, pricePerHour: number) => {
        const each = billFor(time, { callsPerDay, pricePerHour, loadWatts: 60, idleWatts: 20, pricePerKwh: 0.3 });
        return perMonth(each.bill, each.calls);
      };
      const [least, most] = [
        cost(Math.min(q1, q2), Math.min(t1, t2), Math.min(p1, p2)),
        cost(Math.max(q1, q2), Math.max(t1, t2), Math.max(p1, p2)),
      ];
      expect(compare(least, most)).toBeLessThanOrEqual(0);
    }),
  );
});

test('payback: at once, after months, until a month, never', () => {
  const calls = rational(30);
  const now = bill({ perMachine: 100, purchase: 500 }, [1, 10]);
  const rented = (oneOff: number, need: readonly [number, number]) =>
    bill({ oneOff, perMachine: 100, purchase: 500 }, need);
  // A machine less: 500 not spent on it, 100 less a month.
  expect(payback(now, rented(400, [1, 15]), calls)).toEqual({ kind: 'at-once' });
  expect(payback(now, rented(750, [1, 15]), calls)).toEqual({ kind: 'months', months: rational(5n, 2n) });
  expect(payback(now, rented(1, [1, 10]), calls)).toEqual({ kind: 'never' });
  expect(payback(now, now, calls)).toEqual({ kind: 'never' });
  expect(payback(now, bill({ perMachine: 200 }, [1, 10]), calls)).toEqual({ kind: 'until', months: rational(5) });
  expect(payback(now, bill({ oneOff: 1500, perMachine: 200 }, [1, 10]), calls)).toEqual({ kind: 'never' });
});
