/** Axes of the front say what accuracy means in the study. */
import { expect, test } from 'vitest';
import { axesFor } from '../../page/front/axes.ts';
import { figureText, metricOf } from '../../src/metric/metric.ts';

const kinds = ['latency', 'accuracy'];
const accuracyOf = (name: string) => axesFor(kinds, ['latency', name]).find(({ key }) => key === 'accuracy')!;

test.each([
  ['top1', 'Top-1 accuracy (%)', '91.50 %'],
  ['top5', 'Top-5 accuracy (%)', '91.50 %'],
  ['agreement', 'Agreement with the dense model (%)', '91.50 %'],
  ['fidelity', 'Fidelity (%)', '91.50 %'],
  ['RMSE [px, 0 to 12]', 'RMSE as quality (%): 100 is 0 px, 0 is 12 px', '1.02 px'],
])('%s', (name, title, text) => {
  const axis = accuracyOf(name);
  expect(axis.title).toBe(title);
  expect(axis.text(91.5)).toBe(text);
  expect(axis.text(91.5)).toBe(figureText(metricOf([name]), 0.915));
});

test('an interval of grades has no images to count', () => {
  const point = { accuracy: 0.8, drop: 0.05, dropStandardError: 0.01, images: 10 } as never as Parameters<
    ReturnType<typeof accuracyOf>['interval']
  >[0];
  const axis = accuracyOf('fidelity');
  const [counted, graded] = [axis.interval(point)!, axis.interval({ ...point, graded: true })!];
  expect(graded[1] - graded[0]).toBeCloseTo(2 * 1.959964 * 1, 5);
  expect(counted[1] - counted[0]).toBeGreaterThan(graded[1] - graded[0]);
});
