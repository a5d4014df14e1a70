/** Against the scores that made what is stored. */
import { expect, test } from 'vitest';
import { partialScoreOf, scoreOf } from '../../../src/evaluate/score.ts';
import { randomOrder } from '../../../src/evaluate/scoring.ts';
import { seededRng } from '../../../src/random/rng.ts';
import type { StoredObservation } from '../../../src/store/observation.ts';
import { accuracyObservation } from '../../../src/study/measure/observe.ts';
import { answersAgainst, recountAccuracy } from '../../../src/study/recount/recount-accuracy.ts';
import { environment } from '../../store/samples.ts';

type Accuracy = Extract<StoredObservation, { kind: 'accuracy' }>;

const images = 90;
const rng = seededRng(5);
const truth = Int32Array.from({ length: images }, () => rng.integer(10));
const answer = (share: number) => ({
  predictions: Uint16Array.from(truth, label => (rng.uniform() < share ? label : (label + 1) % 10)),
  further: [],
  labelRanks: null,
  classes: 10,
  wallMs: 1,
});

const stored = (scored: ReturnType<typeof scoreOf>): Accuracy => {
  const observation = accuracyObservation({ ...scored, environment, load: 0.5 });
  if (observation.kind !== 'accuracy') throw new Error('expected an accuracy');
  return { ...observation, phase: 'search', storedAtMs: 0 };
};
const denseScore = scoreOf(answer(0.9), { classes: truth, further: [] });
const dense = stored(denseScore);
const candidate = stored(scoreOf(answer(0.7), { classes: truth, further: [] }));

/** Of the first 40 in random order. */
function partial(): Accuracy {
  const places = randomOrder(images);
  const whole = answer(0.6);
  const some = { ...whole, predictions: Uint16Array.from(places.slice(0, 40), at => whole.predictions[at] ?? 0) };
  const rule = {
    truth: { classes: Int32Array.from(places, at => truth[at] ?? 0), further: [] },
    dense: Uint8Array.from(places, at => denseScore.correct[at] ?? 0),
    chances: [],
    below: 0.01,
  };
  return stored(partialScoreOf(some, places, rule, denseScore));
}

test('what was scored follows from the answers, also of a part of the images', () => {
  const part = partial();
  for (const each of [dense, candidate, part]) expect(recountAccuracy(each, dense).differences).toEqual([]);
  expect(part.places).toHaveLength(40);
  expect(recountAccuracy(part, dense).accuracy).toBe(part.value);
});

test('one image more or less is found, wherever it was changed', () => {
  const wrong = (change: Partial<Accuracy>): string[] =>
    recountAccuracy({ ...candidate, ...change }, dense).differences.map(({ figure }) => figure);
  expect(wrong({ value: candidate.value + 1 / images })).toEqual(['accuracy']);
  const correct = candidate.correct.slice();
  correct[3] = 1 - (correct[3] ?? 0);
  expect(wrong({ correct })).toEqual(['accuracy', 'accuracy standard error', 'accuracy interval']);
  expect(wrong({ standardError: candidate.standardError + 1e-6 })).toEqual(['accuracy standard error']);
  expect(wrong({ interval: [candidate.interval[0], candidate.interval[1] + 1e-6] })).toEqual(['accuracy interval']);
  expect(wrong({ images: images - 1, correct: candidate.correct.slice(1) })).toEqual(['images']);
  const fewer = { ...partial(), places: partial().places!.slice(1) };
  expect(recountAccuracy(fewer, dense).differences.map(({ figure }) => figure)).toEqual(['images']);
});

test('no image at all is told of and not divided by', () => {
  const none = { ...candidate, images: 0, correct: new Uint8Array(), predictions: new Uint16Array() };
  expect(recountAccuracy(none, null)).toMatchObject({ accuracy: null, differences: [{ figure: 'images' }] });
});

test('answers are counted against the classes, those of a part at their places', () => {
  expect(answersAgainst(candidate, truth)).toBe(0);
  expect(answersAgainst(partial(), truth)).toBe(0);
  const [first = 0, ...rest] = truth;
  expect(answersAgainst(candidate, [(first + 5) % 10, ...rest])).toBe(candidate.correct[0] === 1 ? 1 : 0);
  expect(answersAgainst({ ...candidate, predictions: new Uint16Array(images).fill(99) }, truth)).toBe(
    Array.from(candidate.correct).reduce((sum, each) => sum + each, 0),
  );
});
