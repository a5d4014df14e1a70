import { expect, test } from 'vitest';
import type { Rung } from '../../../src/decompose/method.ts';
import type { Space } from '../../../src/space/space.ts';
import type { Trial } from '../../../src/store/trial.ts';
import { demandSameLadders } from '../../../src/study/propose/same-ladders.ts';

const dense: Rung = { method: 'dense' };
const spaceOf = (...ranks: number[]) =>
  ({
    sites: [{ site: { name: 'conv' }, ladder: [...ranks.map((rank): Rung => ({ method: 'spatial', rank })), dense] }],
    kept: [],
  }) as unknown as Space;
const trial = (rung: number, assigned: Rung) =>
  ({ configuration: [rung], assignment: { conv: assigned } }) as unknown as Trial;

test('a study goes on with the rungs that its trials stand for, and with no others', () => {
  const trials = [trial(2, dense), trial(1, { method: 'spatial', rank: 8 })];
  expect(() => demandSameLadders(spaceOf(4, 8), trials, 'night')).not.toThrow();
  for (const other of [spaceOf(4, 12), spaceOf(8), spaceOf(4, 8, 12)])
    expect(() => demandSameLadders(other, trials, 'night')).toThrow(/study "night".*other rungs now/);
});
