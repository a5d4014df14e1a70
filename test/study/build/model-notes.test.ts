import { expect, test } from 'vitest';
import { outputsNote } from '../../../src/study/build/model-notes.ts';

const note = (judged: readonly string[], unjudged: readonly string[], idle: readonly string[] = []) =>
  outputsNote({ outputs: { judged, unjudged }, idle });

test('says which outputs are judged and which are not, and nothing of a single one', () => {
  expect(note(['y'], [])).toBeNull();
  expect(note([], ['a', 'b'])).toBeNull();
  expect(note(['a', 'b', 'c'], [])).toBe(
    'All 3 outputs are judged: an image counts as right where "a" is right and "b" and "c" say the same class as in the dense model.',
  );
  expect(note(['y'], ['mask'], ['up1', 'up2'])).toBe(
    'Of 2 outputs only "y" is judged; "mask" is not: layers that feed both change it by what no figure shows, and those that feed nothing else stay dense (up1, up2).',
  );
  expect(note(['y', 'z'], ['m', 'n'], ['1', '2', '3', '4', '5', '6', '7'])).toMatch(
    /^Of 4 outputs only "y" and "z" are judged \(an image .* "z" says the same .*\); "m" and "n" are not: .* change them .*5 and 2 more\)\.$/,
  );
});
