import { expect, test } from 'vitest';
import { parsePolicy } from '../../../src/train/freezing/parse.ts';
import { type FreezingPhase, phasesOf } from '../../../src/train/freezing/phases.ts';
import { prepareNetwork } from '../../../src/train/network/prepare.ts';
import { factorisedNetwork } from '../factorised-network.ts';

const network = prepareNetwork(factorisedNetwork());
const names = network.weights.map(({ name }) => name);
const phases = (policy: string, epochs: number): FreezingPhase[] => phasesOf(parsePolicy(policy), network, epochs);
const spans = (of: readonly FreezingPhase[]): number[][] => of.map(({ from, to }) => [from, to]);

test('without freezing there is one phase, with everything trainable and nothing settled', () => {
  expect(phases('none', 7)).toEqual([
    { from: 0, to: 7, set: { trainable: new Set(names), settled: new Set() }, frozenShare: 0 },
  ]);
});

test('what rests throughout is settled, and counts by its numbers', () => {
  const [only, ...more] = phases('first-factor', 7);
  expect(more).toEqual([]);
  const outer = ['body/svd_0.weight', 'tail/tucker2_0.weight', 'tail/tucker2_2.weight'];
  expect([...only!.set.settled]).toEqual(outer);
  // 2 x 4 x 3 x 3 + 3 x 5 + 4 x 2, of these and the stem 4 x 27, the norms 2 (4 + 5 + 4), 5 x 2 + 5, 2 x 3 x 9, fc 12 + 3
  const frozen = 72 + 15 + 8;
  expect(only!.frozenShare).toBeCloseTo(frozen / (frozen + 108 + 26 + 15 + 54 + 15), 12);
});

test('halves that take turns share two sets, in which nothing is settled that the other half trains', () => {
  const found = phases('sequential', 5);
  expect(spans(found)).toEqual([
    [0, 1],
    [1, 2],
    [2, 3],
    [3, 4],
    [4, 5],
  ]);
  expect(new Set(found.map(({ set }) => set)).size).toBe(2);
  expect(found[0]!.set).toBe(found[4]!.set);
  for (const { set } of found) expect(set.settled.size).toBe(0);
});

test('a set that comes only once settles what it freezes: later phases are others', () => {
  // Two epochs: each half rests once, and what rests in epoch 0 is trained only after it.
  const [first, second] = phases('sequential', 2);
  for (const { set } of [first!, second!])
    expect(set.settled).toEqual(new Set(names.filter(name => !set.trainable.has(name))));
});

test('a growing prefix is cut into phases by epoch, each settled', () => {
  const found = phases('progressive:0.125', 12);
  expect(spans(found)).toEqual([
    [0, 2],
    [2, 4],
    [4, 7],
    [7, 12],
  ]);
  for (const { set } of found) expect(set.settled).toEqual(new Set(names.filter(name => !set.trainable.has(name))));
  const shares = found.map(({ frozenShare }) => frozenShare);
  expect(shares).toEqual([...shares].sort((a, b) => a - b));
});

test('an epoch with nothing to train is a UserError that names it', () => {
  expect(() => phases('list:*', 3)).toThrow('Cannot train epoch 1 of 3: all 15 weights are frozen');
});
