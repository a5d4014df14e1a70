import { expect, test } from 'vitest';
import { dropSentence, dropVerdict, speedSentence, speedVerdict } from '../../src/report/gate.ts';
import { confidenceWithin } from '../../src/stats/non-inferiority.ts';

/** n images, the dense model right on all but `gained`. */
function answers(n: number, lost: number, gained: number): [dense: Uint8Array, candidate: Uint8Array] {
  const dense = new Uint8Array(n).fill(1);
  const candidate = new Uint8Array(n).fill(1);
  candidate.fill(0, 0, lost);
  dense.fill(0, n - gained);
  return [dense, candidate];
}

test('a drop is within, beyond, or not to be told', () => {
  const yes = dropVerdict(...answers(2000, 4, 2), 0.005, 0.95);
  expect(yes).toMatchObject({ holds: 'yes', lost: 4, gained: 2, images: 2000, moreImages: null });
  expect(yes.confidence).toBe(confidenceWithin(4, 2, 2000, 0.005));
  expect(yes.drop).toBeCloseTo(0.001, 12);
  expect(yes.accuracy).toBeCloseTo(0.998, 12);
  const no = dropVerdict(...answers(2000, 40, 2), 0.005, 0.95);
  expect(no).toMatchObject({ holds: 'no', moreImages: null });
  const open = dropVerdict(...answers(200, 0, 0), 0.005, 0.95);
  expect(open.holds).toBe('cannot-tell');
  expect(confidenceWithin(0, 0, 200 + (open.moreImages ?? 0), 0.005)).toBeGreaterThanOrEqual(0.95);
  expect(dropSentence(open)).toMatch(/About \d+ more images would settle it/);
  expect(dropSentence(no)).toContain('does not keep within 0.50 pp');
});

test('a speed-up holds with its whole interval, and a disturbed one says nothing', () => {
  const timed = { ratio: 0.8, interval: [0.78, 0.82], candidateMs: 8, referenceMs: 10, quality: 'good' } as const;
  expect(speedVerdict(timed, 1.2)).toMatchObject({ holds: 'yes', speedup: 1.25, speedupCi: [1 / 0.82, 1 / 0.78] });
  expect(speedVerdict(timed, 1.25).holds).toBe('cannot-tell');
  expect(speedVerdict(timed, 1.3).holds).toBe('no');
  const disturbed = speedVerdict({ ...timed, quality: 'disturbed' }, 1.2);
  expect(disturbed.holds).toBe('cannot-tell');
  expect(speedSentence(disturbed)).toContain('is not known');
});
