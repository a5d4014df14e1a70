/** The style sheet has what the page uses, once, and nothing else. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { styleSheet } from '../../scripts/page.ts';
import { studyStates } from '../../src/store/sql/study-rows.ts';
import { trialStates } from '../../src/store/trial.ts';

const page = join(import.meta.dirname, '..', '..', 'page');
const code = readdirSync(page, { recursive: true, encoding: 'utf8' })
  .filter(name => name.endsWith('.ts'))
  .map(name => readFileSync(join(page, name), 'utf8'))
  .join('\n');
const style = styleSheet(join(page, 'style')).replaceAll(/\/\*.*?\*\//gs, '');

/** Every rule with the condition that it stands in. */
function* rules(text: string, within = ''): Generator<{ readonly selector: string; readonly where: string }> {
  for (let at = 0; at < text.length; ) {
    const open = text.indexOf('{', at);
    if (open < 0) return;
    const head = text.slice(at, open).trim().replaceAll(/\s+/g, ' ');
    let [depth, end] = [1, open + 1];
    for (; depth > 0; end++) depth += text[end] === '{' ? 1 : text[end] === '}' ? -1 : 0;
    if (head.startsWith('@media')) yield* rules(text.slice(open + 1, end - 1), head);
    else if (!head.startsWith('@')) for (const selector of head.split(', ')) yield { selector, where: within };
    at = end;
  }
}

test('every class that has a rule is given by the page', () => {
  const classes = new Set([...rules(style)].flatMap(({ selector }) => selector.match(/(?<=\.)[a-z][\w-]*/g) ?? []));
  expect(classes.size).toBeGreaterThan(50);
  const states: readonly string[] = [...studyStates, ...trialStates];
  const given = (name: string): boolean => states.includes(name) || new RegExp(`['\`" ]${name}['\`" ]`).test(code);
  expect([...classes].filter(name => !given(name))).toEqual([]);
});

test('no part of the page is styled in two places', () => {
  const seen = [...rules(style)].map(({ selector, where }) => `${where} ${selector}`);
  const twice = [...new Set(seen.filter((each, i) => seen.indexOf(each) !== i))];
  // What shares a rule with others and has one of its own.
  expect(twice.sort()).toEqual([' button', ' code', ' pre', ' select', ' th']);
});
