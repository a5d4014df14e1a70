/** What was opened is let go of. */
import { expect, test } from 'vitest';
import { closeAll } from '../../src/host/close-all.ts';

test('one that cannot be closed is told, and the others are closed all the same, the last first', async () => {
  const done: string[] = [];
  const closers = [
    () => done.push('first'),
    () => {
      throw new Error('it hangs');
    },
    async () => {
      done.push('last');
    },
  ];
  const notes: string[] = [];
  await closeAll(closers, message => notes.push(message));
  expect([done, notes, closers]).toEqual([['last', 'first'], ['Something could not be closed: it hangs.'], []]);
});
