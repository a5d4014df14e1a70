import { describe, expect, test } from 'vitest';
import { seededRng } from '../../../src/random/rng.ts';
import { winnersCurse } from '../../../src/report/audit/winners-curse.ts';
import { madeAnswers } from './made.ts';

const bits = (text: string): Uint8Array => Uint8Array.from(text, Number);
const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);
const shareRight = (answers: Uint8Array): number => sum([...answers]) / answers.length;

describe('winnersCurse', () => {
  test('by hand', () => {
    const dense = { proxy: bits('1100'), heldBack: bits('1110') };
    // On the proxy images it gains 1/4, on those held back it loses 1/4.
    const one = { proxy: bits('1110'), heldBack: bits('1100') };
    const { front, control, difference } = winnersCurse(dense, [one], [dense]);
    expect(front).toMatchObject({ configurations: 1, cost: 0.5 });
    // Gains 0 0 1 0 and 0 0 -1 0: both have the variance 1/4, over 4 images.
    expect(front!.standardError).toBeCloseTo(Math.sqrt(1 / 16 + 1 / 16), 15);
    expect(control).toEqual({ configurations: 1, cost: 0, standardError: 0 });
    expect(difference).toEqual({ cost: 0.5, standardError: front!.standardError });
  });

  test('ten copies of a configuration say no more than one', () => {
    const rng = seededRng(2);
    const [denseProxy, proxy] = madeAnswers([0.9, 0.8], 200, 0.3, rng);
    const [denseHeld, heldBack] = madeAnswers([0.9, 0.8], 400, 0.3, rng);
    const dense = { proxy: denseProxy!, heldBack: denseHeld! };
    const one = { proxy: proxy!, heldBack: heldBack! };
    const [{ front: single }, { front: many }] = [
      winnersCurse(dense, [one], []),
      winnersCurse(dense, new Array(10).fill(one), []),
    ];
    expect(many!.cost).toBeCloseTo(single!.cost, 12);
    expect(many!.standardError).toBeCloseTo(single!.standardError, 12);
  });

  test('is nothing where none was chosen, by as much as its standard error says; and what choosing the best brings in', () => {
    const rng = seededRng(8);
    const worlds = 400;
    const unchosen: number[] = [];
    const errors: number[] = [];
    const chosen: number[] = [];
    const hoped: number[] = [];
    for (let world = 0; world < worlds; world++) {
      const accuracies = [0.9, ...new Array<number>(8).fill(0.8)];
      const [proxy, heldBack] = [madeAnswers(accuracies, 100, 0.5, rng), madeAnswers(accuracies, 150, 0.5, rng)];
      const at = (i: number) => ({ proxy: proxy[i]!, heldBack: heldBack[i]! });
      const all = Array.from({ length: 8 }, (_, i) => at(i + 1));
      const { front } = winnersCurse(at(0), all, []);
      unchosen.push(front!.cost);
      errors.push(front!.standardError);
      const best = all.toSorted((a, b) => shareRight(b.proxy) - shareRight(a.proxy))[0]!;
      const others = all.filter(each => each !== best);
      chosen.push(winnersCurse(at(0), [best], others).difference!.cost);
      hoped.push(shareRight(best.proxy) - sum(others.map(({ proxy: answers }) => shareRight(answers))) / 7);
    }
    const mean = (values: readonly number[]): number => sum(values) / worlds;
    const spread = Math.sqrt(sum(unchosen.map(cost => (cost - mean(unchosen)) ** 2)) / (worlds - 1));
    expect(Math.abs(mean(unchosen))).toBeLessThan((3 * spread) / Math.sqrt(worlds));
    expect(Math.abs(mean(errors) / spread - 1)).toBeLessThan(0.12);
    // All eight are equally good: what the best of them seems to be better by is all curse.
    expect(mean(chosen)).toBeGreaterThan(0.02);
    expect(mean(chosen)).toBeCloseTo(mean(hoped), 2);
  });

  test('no configuration, no cost', () => {
    const dense = { proxy: bits('10'), heldBack: bits('11') };
    expect(winnersCurse(dense, [], [])).toEqual({ front: null, control: null, difference: null });
  });
});
