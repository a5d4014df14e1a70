import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { globTest } from '../../src/space/glob.ts';

test.each([
  ['*', '/layer1/layer1.0/conv1/Conv', true],
  ['*layer1*conv?*', '/layer1/layer1.0/conv1/Conv', true],
  ['**/conv1/*', '/layer1/layer1.0/conv1/Conv', true],
  ['layer*', '/layer1/layer1.0/conv1/Conv', false],
  ['/layer[12]/*', '/layer2/layer2.0/conv1/Conv', true],
  ['/layer[!12]/*', '/layer2/layer2.0/conv1/Conv', false],
  ['/layer[1-3]/*', '/layer4/layer4.0/conv1/Conv', false],
  ['Conv_1', 'Conv_12', false],
  ['Conv_1?', 'Conv_12', true],
  ['a.b', 'axb', false],
  ['a+(b|c)$', 'a+(b|c)$', true],
  ['a[0', 'a[0', true],
  ['a[0].w', 'a[0].w', true],
  ['a[0].w', 'a0.w', true],
  ['[z-a]', 'b', false],
  ['[]]', ']', false],
  ['a\\*', 'a\\b', true],
  ['a[x-]b', 'a-b', true],
  [`${'*a'.repeat(30)}b`, 'a'.repeat(2000), false],
  ['*', 'two\nlines', true],
])('%j and %j: %s', (pattern, name, expected) => {
  expect(globTest(pattern)(name)).toBe(expected);
});

/** The textbook recursion for * and ?. */
function slowMatch(pattern: string, name: string): boolean {
  if (pattern === '') return name === '';
  if (pattern[0] === '*')
    return slowMatch(pattern.slice(1), name) || (name !== '' && slowMatch(pattern, name.slice(1)));
  return name !== '' && (pattern[0] === '?' || pattern[0] === name[0]) && slowMatch(pattern.slice(1), name.slice(1));
}

describe('without brackets', () => {
  test('agrees with the recursion', () => {
    const pattern = fc.string({ unit: fc.constantFrom('a', '/', '.', '*', '?'), maxLength: 7 });
    const name = fc.string({ unit: fc.constantFrom('a', '/', '.', '\n'), maxLength: 7 });
    fc.assert(
      fc.property(pattern, name, (p, n) => {
        expect(globTest(p)(n)).toBe(slowMatch(p, n));
      }),
      { numRuns: 500 },
    );
  });

  test('any text is a pattern that matches itself', () => {
    fc.assert(
      fc.property(fc.string(), text => {
        expect(globTest(text)(text)).toBe(true);
      }),
    );
  });
});
