/** Break-even loads and winners against trying every load. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type Bill, total } from '../../src/money/bill.ts';
import { breakEven } from '../../src/money/break-even.ts';
import { compare, rational } from '../../src/money/rational.ts';
import { winners } from '../../src/money/winner.ts';
import { bill } from './fixture.ts';

const small = (max: number) => fc.integer({ min: 0, max });
const anyBill: fc.Arbitrary<Bill> = fc
  .record({
    oneOff: small(300),
    perCall: fc.constantFrom(0, 0, 0.25, 1, 1.5),
    perMachine: small(60),
    wear: small(20),
    owned: small(4),
    spare: small(1),
    need: fc.tuple(small(9), fc.integer({ min: 20, max: 200 })),
  })
  .map(({ need, ...parts }) => bill(parts, need));
const horizon = rational(6);
const last = 400;

const costs = (each: Bill) => Array.from({ length: last }, (_, q) => total(each, rational(q + 1), horizon));

test('the first load that pays, and the one from which on it always does', () => {
  let always = 0;
  fc.assert(
    fc.property(anyBill, anyBill, (now, then) => {
      const found = breakEven(now, then, horizon, BigInt(last));
      const [a, b] = [costs(now), costs(then)];
      const paying = a.map((cost, index) => compare(b[index] ?? cost, cost) < 0);
      const first = paying.indexOf(true);
      if (found.first === null || found.first > BigInt(last)) expect(first).toBe(-1);
      else expect(found.first).toBe(BigInt(first + 1));
      expect(found.lookedTo).toBeGreaterThanOrEqual(BigInt(last));
      if (found.always === null) return;
      always++;
      if (found.always > BigInt(last)) return;
      // From there on without a gap, and not one call earlier.
      expect(paying.slice(Number(found.always) - 1)).not.toContain(false);
      if (found.always > 1n) expect(paying[Number(found.always) - 2]).toBe(false);
    }),
    { numRuns: 300 },
  );
  expect(always).toBeGreaterThan(20);
});

test('far beyond what was looked at, it still always pays', () => {
  fc.assert(
    fc.property(anyBill, anyBill, fc.bigInt({ min: 0n, max: 10n ** 7n }), (now, then, more) => {
      const { always } = breakEven(now, then, horizon, 10n);
      fc.pre(always !== null);
      const calls = rational((always ?? 0n) + more);
      expect(compare(total(then, calls, horizon), total(now, calls, horizon))).toBe(-1);
    }),
    { numRuns: 200 },
  );
});

test('by closed form: two machines must be freed, and 2.00x frees half', () => {
  const now = bill({ perMachine: 10 }, [1, 100]);
  const then = bill({ perMachine: 10, oneOff: 70 }, [1, 200]);
  // 6 months: one machine less is 60, two are 120. ceil(q/100) - ceil(q/200) is 2 from 301 to 400, 2 again from 401 on.
  expect(breakEven(now, then, horizon, 1000n)).toMatchObject({ first: 301n, always: 301n });
  // With three to be freed it pays from 501, and from there on.
  expect(breakEven(now, { ...then, oneOff: rational(121) }, horizon, 1000n)).toMatchObject({
    first: 501n,
    always: 501n,
  });
});

test('never, where nothing is gained', () => {
  const now = bill({ perMachine: 10 }, [1, 100]);
  expect(breakEven(now, { ...now, oneOff: rational(1) }, horizon, 5000n)).toEqual({
    first: null,
    always: null,
    lookedTo: 5000n,
  });
});

test('the winner at every load', () => {
  let changes = 0;
  fc.assert(
    fc.property(fc.array(anyBill, { minLength: 1, maxLength: 5 }), bills => {
      const { stretches, lookedTo } = winners(bills, horizon, BigInt(last));
      expect(lookedTo).toBe(BigInt(last));
      changes += stretches.length - 1;
      const all = bills.map(costs);
      const tried: { from: bigint; winner: number }[] = [];
      for (let q = 0; q < last; q++) {
        let winner = 0;
        for (const [index, cost] of all.entries())
          if (compare(cost[q] ?? rational(0), all[winner]?.[q] ?? rational(0)) < 0) winner = index;
        if (tried.at(-1)?.winner !== winner) tried.push({ from: BigInt(q + 1), winner });
      }
      expect(stretches).toEqual(tried);
    }),
    { numRuns: 300 },
  );
  expect(changes).toBeGreaterThan(100);
});
