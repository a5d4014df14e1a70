import { expect, test } from 'vitest';
import { addedSince, markMemory, parseStatus } from '../../../src/device/onnxruntime/process-memory.ts';

test('what Linux tells of a process', () => {
  const text = 'Name:\tnode\nVmPeak:\t 1200000 kB\nVmHWM:\t   95004 kB\nVmRSS:\t   90112 kB\n';
  expect(parseStatus(text, 'VmHWM')).toBe(95_004);
  expect(parseStatus(text, 'VmRSS')).toBe(90_112);
  expect(parseStatus(text, 'VmSwap')).toBeNull();
});

test('a peak that was not set back tells nothing until it is passed', () => {
  expect(addedSince({ residentKib: 50_000, peakKib: 50_000 }, 50_400)).toBe(400);
  expect(addedSince({ residentKib: 50_000, peakKib: 50_000 }, 49_000)).toBe(0);
  expect(addedSince({ residentKib: 50_000, peakKib: 80_000 }, 80_000)).toBeNull();
  expect(addedSince({ residentKib: 50_000, peakKib: 80_000 }, 90_000)).toBe(40_000);
});

test('memory that was taken and given back shows in the peak', () => {
  const mark = markMemory();
  let taken: Uint8Array | null = new Uint8Array(64 * 2 ** 20).fill(1);
  expect(taken[5]).toBe(1);
  taken = null;
  const added = addedSince(mark);
  // Where the peak cannot be set back, this process may have been larger before.
  if (added !== null) expect(added).toBeGreaterThan(60 * 1024);
});
