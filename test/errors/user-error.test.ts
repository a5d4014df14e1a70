import { describe, expect, it } from 'vitest';
import { UserError } from '../../src/errors/user-error.ts';

describe('UserError', () => {
  it('is the problem and the way out in one line', () => {
    const error = new UserError('Cannot read "x".', 'Give another file.');
    expect(error.message).toBe('Cannot read "x". Give another file.');
    expect(error.wayOut).toBe('Give another file.');
  });

  it('escapes what would break the line or steer a terminal, and nothing else', () => {
    const error = new UserError('Cannot read "a\nb\u001b[31mé漢\u2028".', 'Rename "c\r".');
    expect(error.message).toBe('Cannot read "a\\nb\\u001b[31mé漢\\u2028". Rename "c\\u000d".');
    expect(error.wayOut).toBe('Rename "c\\u000d".');
  });
});
