import { expect, test } from 'vitest';
import { atStore } from '../../src/cli/at-store.ts';

test('a command that is told finds its store, wherever that is', () => {
  const text = 'To go on: rankfront confirm --study night';
  expect(atStore(text, 'night', 'results/rankfront.sqlite')).toBe(text);
  expect(atStore(`${text} --trial 4`, 'night', '/data/$&.sqlite')).toBe(`${text} --store /data/$&.sqlite --trial 4`);
  expect(atStore(text, 'day', 'other.sqlite')).toBe(text);
});
