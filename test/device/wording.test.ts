import { expect, test } from 'vitest';
import type { Cause } from '../../src/device/conditions.ts';
import { wordCause } from '../../src/device/wording.ts';

test.each<[Cause, string]>([
  [{ kind: 'waited-for-cores', share: 0.234 }, 'The threads that measured waited for a core for 23 % of the time.'],
  [
    { kind: 'other-load', busyCores: 1.04, names: ['python3 (process 812)', 'node (process 7)'] },
    'Other processes kept 1.0 core busy, most of all python3 (process 812) and node (process 7).',
  ],
  [{ kind: 'other-load', busyCores: 2.5, names: [] }, 'Other processes kept 2.5 cores busy.'],
  [
    { kind: 'stolen', share: 0.051 },
    'The host of this virtual machine gave 5.1 % of the processor time to other guests.',
  ],
  [{ kind: 'slow-reference', slowdown: 1.234 }, 'The dense model took 1.23 times as long as on the quiet machine.'],
  [{ kind: 'few-cores', cores: 1, threads: 2 }, 'The process may use 1 core, and the profile has 2 threads.'],
])('%o is told in words, with what helps', (cause, seen) => {
  expect(wordCause(cause).seen).toBe(seen);
  expect(wordCause(cause).remedy).toMatch(/^[A-Z].*\.$/);
});
