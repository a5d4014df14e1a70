import { describe, expect, it } from 'vitest';
import { type DenseCase, denseVerdict, nearChance, sameClassVerdict } from '../../src/evaluate/check-dense.ts';
import { scoreOf } from '../../src/evaluate/score.ts';
import { seededRng } from '../../src/random/rng.ts';

const images = 1000;
const classes = 10;
const labels = Int32Array.from({ length: images }, (_, i) => i % classes);
/** Right with probability `share`, else any class; then renamed. */
function network(share: number, rename: (label: number) => number = label => label): Uint16Array {
  const rng = seededRng(5);
  return Uint16Array.from(labels, label => (rng.uniform() < share ? rename(label) : rng.integer(classes)));
}
function given(predictions: Uint16Array, others: DenseCase['others'] = []): DenseCase {
  const score = scoreOf(
    { predictions, further: [], labelRanks: null, classes, wallMs: 0 },
    { classes: labels, further: [] },
  );
  return { score, labels, classes, used: 'torchvision', now: score.correct.subarray(0, 128), others };
}
const reading = (normalize: 'tf' | 'unit', right: number): DenseCase['others'][number] => ({
  reading: { normalize, channels: 'rgb' },
  correct: new Uint8Array(128).fill(1, 0, right),
});

describe('nearChance', () => {
  it.each([
    [0.1, 1000, 10, true],
    [0.12, 1000, 10, true],
    [0.2, 1000, 10, false],
    [0.01, 350, 1000, true],
    [0.6257, 350, 1000, false],
    [0.5, 100, 2, true],
    [0.8, 100, 2, false],
  ])('%f on %i images of %i classes: %s', (accuracy, n, width, expected) => {
    expect(nearChance(accuracy, n, width)).toBe(expected);
  });
});

describe('denseVerdict', () => {
  it('says nothing of a network that works', () => {
    expect(denseVerdict(given(network(0.9)))).toBeNull();
  });
  it('names chance and the likely causes of guessing', () => {
    expect(denseVerdict(given(network(0)))).toMatch(
      /^The dense model scores \d+\.\d % on 1000 images, near chance \(10\.0 %\)\. Likely causes: the normalisation \(now torchvision\), the order of the labels, BGR/,
    );
  });
  it('names the normalisation that scores best', () => {
    expect(denseVerdict(given(network(0), [reading('unit', 60), reading('tf', 110)]))).toContain(
      'with --normalize tf it scores 85.9 % on 128 of them',
    );
  });
  it('names no normalisation that is better by luck', () => {
    const said = denseVerdict(given(network(0.4), [reading('tf', 60)]));
    expect(said).toBeNull();
  });
  it('finds labels that are shifted by one', () => {
    expect(denseVerdict(given(network(0.9, label => (label + 1) % classes)))).toContain('shifted by 1 they score');
  });
  it('finds labels in another order', () => {
    const reversed = network(0.9, label => [7, 4, 9, 0, 6, 1, 3, 2, 5, 8][label] ?? 0);
    expect(denseVerdict(given(reversed))).toMatch(
      /order of the labels: in another order they would score about 9\d\.\d %/,
    );
  });
  it('takes a network that always says the same for no other order', () => {
    expect(denseVerdict(given(new Uint16Array(images).fill(3)))).toContain('Likely causes: the normalisation');
  });
});

describe('sameClassVerdict', () => {
  it('names a class that is seen everywhere', () => {
    expect(sameClassVerdict(new Uint16Array(100).fill(3), 'unit')).toContain('sees class 3 in 100 of 100 images');
    expect(sameClassVerdict(network(1), 'unit')).toBeNull();
  });
});
