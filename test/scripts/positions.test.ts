import { join } from 'node:path';
import { expect, test } from 'vitest';
import { positionsIn, positionViolations } from '../../scripts/positions.ts';

test('no place and no number of objectives is written down in src', () => {
  expect(positionViolations(join(import.meta.dirname, '..', '..', 'src'))).toEqual([]);
});

test.each([
  'const ratio = trial.values[0] ?? Number.NaN;',
  'const e = trial.standardErrors![1];',
  'const e = values.at(-1);',
  'const [ratio, error] = trial.values;',
  'const [ratio = 1] = prediction ?? [];',
  'const of = ({ values: [latency] }: Trial) => latency;',
  'const rest = values.slice(1);',
  'const problem = { ladderLengths, objectives: 2 };',
  'return [{ objective: 0, max }];',
  'if (observations.length >= 2) return true;',
  'const same = values.length === 2 && other;',
])('%s is refused where objectives are known', line => {
  expect(positionsIn('study/search/loop.ts', `const a = 1;\n${line}\n`)).toMatchObject([{ line: 2 }]);
  expect(positionsIn('tuner/early-stopping.ts', line)).toHaveLength(1);
});

test.each([
  'const [low, high] = latency.interval;',
  'const first = samples[0];',
  'const [first] = samples;',
  "const names = { objectives: ['latency', 'top1'] };",
  'const value = values[place];',
  'if (values.length === 0) return;',
  'if (observations.length > 0) await write();',
  ' * such as `values[0]`',
  'const all = { ...of, values, standardErrors };',
])('%s is nobody’s place', line => {
  expect(positionsIn('report/front/front-report.ts', line)).toEqual([]);
});

test('vectors of numeric rooms are their own', () => {
  for (const path of ['linalg/svd.ts', 'tuner/gp/models.ts', 'stats/robust.ts', 'onnx/read.ts'])
    expect(positionsIn(path, 'const a = values[0];')).toEqual([]);
});
