import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { UserError } from '../../src/errors/user-error.ts';
import { parseYaml } from '../../src/units/parse-yaml.ts';

const schema = z.strictObject({
  name: z.string(),
  threads: z.int().min(1).default(2),
  provider: z.enum(['cpu', 'webgpu']).default('cpu'),
  budget: z.strictObject({ halfWidth: z.number().gt(0).default(0.01), minPairs: z.int().default(10) }).prefault({}),
  sites: z
    .array(z.strictObject({ name: z.string(), ranks: z.union([z.array(z.int()), z.literal('dense')]) }))
    .default([]),
});

function problemOf(text: string): string {
  try {
    parseYaml(text, 'hardware.yaml', schema);
  } catch (error) {
    if (error instanceof UserError) return error.message;
    throw error;
  }
  throw new Error('nothing was refused');
}

describe('parseYaml', () => {
  test('fills in defaults', () => {
    expect(parseYaml('name: a\n', 'a.yaml', schema)).toEqual({
      name: 'a',
      threads: 2,
      provider: 'cpu',
      budget: { halfWidth: 0.01, minPairs: 10 },
      sites: [],
    });
  });

  test.each([
    [
      'a wrong type',
      'name: a\n\nthreads: two\n',
      'hardware.yaml:3: threads: expected a number, found "two". Change the value.',
    ],
    [
      'a fraction',
      'name: a\nthreads: 1.5\n',
      'hardware.yaml:2: threads: expected a whole number, found 1.5. Change the value.',
    ],
    ['a bound', 'name: a\nthreads: 0\n', 'hardware.yaml:2: threads: expected at least 1, found 0. Change the value.'],
    [
      'an unknown key',
      '# a comment\nname: a\nthread: 2\n',
      'hardware.yaml:3: thread: unknown key. Did you mean "threads"?',
    ],
    [
      'an unknown key inside',
      'name: a\nbudget:\n  minPairs: 3\n  colour: 2\n',
      'hardware.yaml:4: budget.colour: unknown key. Known here: halfWidth, minPairs.',
    ],
    [
      'an unknown value',
      'name: a\nprovider: webgp\n',
      'hardware.yaml:2: provider: expected one of cpu, webgpu, found "webgp". Did you mean "webgpu"?',
    ],
    ['a missing key', 'threads: 2\n', 'hardware.yaml:1: name: expected a string, found nothing. Add it.'],
    [
      'the right option of a union',
      'name: a\nsites:\n  - name: b\n    ranks: [1, two]\n',
      'hardware.yaml:4: sites[0].ranks[1]: expected a number, found "two". Change the value.',
    ],
    [
      'no option of a union',
      'name: a\nsites:\n  - name: b\n    ranks: 5\n',
      'hardware.yaml:4: sites[0].ranks: expected a list, or "dense", found 5. Change the value.',
    ],
    [
      'a list at the top',
      '- 1\n- 2\n',
      'hardware.yaml:1: the whole file: expected a mapping of keys to values, found a list of 2. Change the value.',
    ],
    [
      'an empty file',
      '',
      'hardware.yaml:1: the whole file: expected a mapping of keys to values, found null. Change the value.',
    ],
    [
      'several problems',
      'threads: two\nname: 3\nprovider: x\n',
      'hardware.yaml:1: threads: expected a number, found "two". 2 more problems in this file. Change the value.',
    ],
  ])('names file, line and path: %s', (_, text, expected) => {
    expect(problemOf(text)).toBe(expected);
  });

  test.each([
    ['a tab', 'name: a\nbudget:\n\tminPairs: 3\n', /^hardware\.yaml:3: not valid YAML: /],
    ['an open bracket', 'name: [a\n', /^hardware\.yaml:\d: not valid YAML: /],
    ['a key given twice', 'name: a\nname: b\n', /^hardware\.yaml:2: not valid YAML: map keys must be unique/],
    ['bytes that are no text', '\u0000\u0001\u0002', /^hardware\.yaml:1: /],
    [
      'aliases that explode',
      `a: &a [1,2,3,4,5,6,7,8,9]\n${'bcdefgh'.replace(
        /./g,
        c =>
          `${c}: &${c} [${Array(9)
            .fill(`*${String.fromCharCode(c.charCodeAt(0) - 1)}`)
            .join(',')}]\n`,
      )}`,
      /^hardware\.yaml: not valid YAML: /,
    ],
  ])('refuses %s in one line', (_, text, expected) => {
    const problem = problemOf(text);
    expect(problem).toMatch(expected);
    expect(problem).not.toContain('\n');
  });
});
