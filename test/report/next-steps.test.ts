import { expect, test } from 'vitest';
import { frontReport } from '../../src/report/front/front-report.ts';
import { nextSteps } from '../../src/report/next-steps.ts';
import { study } from './fixture.ts';

const confirmed = frontReport(study([[4, [0.5, 0.001], [0.5, 0.0]]], true));

test('the recommended trial, in commands that can be copied', () => {
  expect(nextSteps(confirmed, '')).toEqual([
    'Next:',
    '  choose by your limits  rankfront pick --max-drop 1pp --study small',
    '  write its model        rankfront export --trial 4 --out trial-4.onnx --study small',
    '  win back accuracy      rankfront retrain --trial 4 --out trial-4.onnx --study small',
  ]);
});

test('confirming comes first where it is due, and the store is named', () => {
  const steps = nextSteps(frontReport(study([[4, [0.5, 0.001], null]])), ' --store s.sqlite');
  expect(steps[1]).toMatch(/^ {2}measure what is not confirmed {2}rankfront confirm --study small --store s\.sqlite$/);
});

test('a name that a shell would break is quoted', () => {
  expect(nextSteps({ ...confirmed, study: "it's mine" }, '').join('\n')).toContain(String.raw`--study 'it'\''s mine'`);
});
