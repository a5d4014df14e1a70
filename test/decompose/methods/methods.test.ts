import { describe, expect, test } from 'vitest';
import { methodNames } from '../../../src/decompose/method.ts';
import { type MethodName, methodOf, methods } from '../../../src/decompose/methods/methods.ts';
import { methodContract } from './contract.ts';

describe.each(methods)('$name', method => methodContract(method));

test('the order stays, since rungs of equal cost are in the order of their methods; new ones come behind', () => {
  expect(methodNames.slice(0, 4)).toEqual(['svd', 'tucker2', 'spatial', 'input']);
});

test('no two methods share a name or a precedence', () => {
  expect(new Set(methodNames).size).toBe(methods.length);
  expect(new Set(methods.map(({ precedence }) => precedence)).size).toBe(methods.length);
});

test('a method is found by its name, and one that there is not is told', () => {
  for (const method of methods) expect(methodOf(method.name)).toBe(method);
  expect(() => methodOf('cp' as MethodName)).toThrow('there is no method "cp"');
});
