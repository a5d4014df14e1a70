import { expect, test } from 'vitest';
import { currentOwner } from '../../src/host/process-identity.ts';
import { clockSkewMs, isLost, renewal } from '../../src/store/lease.ts';

const here = currentOwner();
const gone = { ...here, startTime: 'never' };
const elsewhere = { ...here, bootId: 'another machine' };

test('on this machine the process decides, whatever the lease says', () => {
  expect(isLost({ owner: here, leaseUntilMs: 0 }, here, 1e12)).toBe(false);
  expect(isLost({ owner: gone, leaseUntilMs: 2e12 }, here, 1e12)).toBe(true);
});

test('of another machine the lease decides, with room for clocks that differ', () => {
  expect(isLost({ owner: elsewhere, leaseUntilMs: 1000 }, here, 1000 + clockSkewMs)).toBe(false);
  expect(isLost({ owner: elsewhere, leaseUntilMs: 1000 }, here, 1001 + clockSkewMs)).toBe(true);
  // One that an older version began, which knew of no leases.
  expect(isLost({ owner: elsewhere, leaseUntilMs: null }, here, 1e12)).toBe(true);
});

test('renewing goes on after a failure, never twice at once, and ends when it is stopped', async () => {
  let [calls, at, most] = [0, 0, 0];
  const renewing = renewal(30, async () => {
    calls++;
    most = Math.max(most, ++at);
    await new Promise(resolve => setTimeout(resolve, 25));
    at--;
    if (calls === 1) throw new Error('the disk is full');
  });
  renewing.start();
  renewing.start();
  while (calls < 3) await new Promise(resolve => setTimeout(resolve, 5));
  await renewing.stop();
  expect([most, at]).toEqual([1, 0]);
  const before = calls;
  await new Promise(resolve => setTimeout(resolve, 60));
  expect(calls).toBe(before);
});
