/** What zod complains of, in words: what was expected, and what was found. */
import type { z } from 'zod';

type Issue = z.core.$ZodIssue;

/** What a value was to be, for behind "expected". */
export function expectation(issue: Issue): string {
  switch (issue.code) {
    case 'invalid_type':
      return typeNames[issue.expected] ?? `a ${issue.expected}`;
    case 'invalid_value':
      return issue.values.length === 1 ? shown(issue.values[0]) : `one of ${issue.values.join(', ')}`;
    case 'too_small':
      return bound(issue.origin, issue.inclusive === false ? 'more than' : 'at least', issue.minimum);
    case 'too_big':
      return bound(issue.origin, issue.inclusive === false ? 'less than' : 'at most', issue.maximum);
    case 'not_multiple_of':
      return `a multiple of ${issue.divisor}`;
    case 'custom':
      return issue.message;
    case 'invalid_union':
      return 'options' in issue && Array.isArray(issue.options)
        ? `one of ${issue.options.join(', ')}`
        : unionText(issue.errors);
    default:
      return lowerFirst(issue.message);
  }
}

function unionText(errors: readonly (readonly Issue[])[]): string {
  const options = errors.flatMap(each => (each[0] ? [expectation(each[0])] : []));
  return options.length > 0 ? [...new Set(options)].join(', or ') : 'another value';
}

function bound(origin: string, relation: string, limit: number | bigint): string {
  const plural = limit === 1 || limit === 1n ? '' : 's';
  if (origin === 'array' || origin === 'set') return `${relation} ${limit} item${plural}`;
  if (origin === 'string') return `${relation} ${limit} character${plural}`;
  return `${relation} ${limit}`;
}

const typeNames: Readonly<Record<string, string>> = {
  string: 'a string',
  number: 'a number',
  int: 'a whole number',
  boolean: 'true or false',
  array: 'a list',
  object: 'a mapping of keys to values',
  record: 'a mapping of keys to values',
  null: 'null',
};

/** How a value is quoted in an error: short, and with its kind plain to see. */
export function shown(value: unknown): string {
  if (value === undefined) return 'nothing';
  if (Array.isArray(value)) return value.length === 0 ? 'an empty list' : `a list of ${value.length}`;
  if (typeof value === 'object' && value !== null) return 'a mapping';
  if (typeof value === 'string') return JSON.stringify(value.length > 60 ? `${value.slice(0, 57)}...` : value);
  return String(value);
}

/** The first line, to go on with in a sentence. */
export const lowerFirst = (text: string): string => {
  const line = text.split('\n')[0]?.replace(/[.:]$/, '') ?? '';
  return line.charAt(0).toLowerCase() + line.slice(1);
};
