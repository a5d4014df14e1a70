import { expect, test } from 'vitest';
import { patienceOf } from '../../../src/study/measure/patience.ts';

test('after waiting in vain the next one waits for a tenth, until there was a quiet time', () => {
  const patience = patienceOf(1000);
  expect(patience.waitMs()).toBe(1000);
  patience.tell('disturbed');
  expect(patience.waitMs()).toBe(100);
  patience.tell('disturbed');
  expect(patience.waitMs()).toBe(100);
  patience.tell('good');
  expect(patience.waitMs()).toBe(1000);
});

test('never waits beyond the time of the run', () => {
  let left = 400;
  const patience = patienceOf(1000, () => left);
  expect(patience.waitMs()).toBe(400);
  left = -5;
  expect(patience.waitMs()).toBe(0);
});

test('whoever comes after one that waited in vain may be told not to wait at all', () => {
  const patience = patienceOf(1000, undefined, 0);
  expect(patience.waitMs()).toBe(1000);
  patience.tell('disturbed');
  expect(patience.waitMs()).toBe(0);
});
