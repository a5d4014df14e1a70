import { expect, test } from 'vitest';
import { takeTurns } from '../../src/agent/turns.ts';
import { seededRng } from '../../src/random/rng.ts';

const never = new AbortController().signal;
const pause = (ms = 0): Promise<void> => new Promise(resolve => setTimeout(resolve, ms));

test('one at a time, in the order of asking, whatever fails and whoever leaves', async () => {
  const turns = takeTurns();
  const rng = seededRng(8);
  const order: number[] = [];
  let running = 0;
  const left = new Set<number>();
  const all = Array.from({ length: 60 }, (_, i) => {
    const leaving = new AbortController();
    const leaves = i > 0 && rng.integer(3) === 0;
    const taken = turns.take(leaving.signal, async () => {
      expect(++running).toBe(1);
      order.push(i);
      await pause(rng.integer(3));
      running--;
      if (i % 7 === 3) throw new Error(`work ${i}`);
      return i;
    });
    if (leaves) {
      left.add(i);
      leaving.abort();
    }
    return taken.catch((error: Error) => error.message);
  });
  const results = await Promise.all(all);
  const came = Array.from({ length: 60 }, (_, i) => i).filter(i => !left.has(i));
  expect(order).toEqual(came);
  expect(results).toEqual(results.map((_, i) => (left.has(i) ? null : i % 7 === 3 ? `work ${i}` : i)));
  expect(left.size).toBeGreaterThan(5);
});

test('everybody who waits is told the place, each time it changes', async () => {
  const turns = takeTurns();
  const told: string[] = [];
  const first = Promise.withResolvers<void>();
  const leaving = new AbortController();
  const run = (name: string, signal = never, work: () => Promise<unknown> = async () => {}): Promise<unknown> =>
    turns.take(signal, work, (place, of) => told.push(`${name} ${place}/${of}`));
  const all = [run('a', never, () => first.promise), run('b', leaving.signal), run('c'), run('d')];
  await pause();
  expect(told.splice(0)).toEqual(['b 1/1', 'b 1/2', 'c 2/2', 'b 1/3', 'c 2/3', 'd 3/3']);
  leaving.abort();
  expect(told.splice(0)).toEqual(['c 1/2', 'd 2/2']);
  first.resolve();
  await Promise.all(all);
  expect(told[0]).toBe('d 1/1');
});
