import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { flagOf, optionShape, roiJsonSchema, roiSchema } from '../../src/money/inputs.ts';
import { parseYaml } from '../../src/units/parse-yaml.ts';

const root = join(import.meta.dirname, '..', '..');

test('the schema for editors is that of the type', () => {
  const file = join(root, 'docs', 'schemas', 'roi.schema.json');
  expect(JSON.parse(readFileSync(file, 'utf8'))).toEqual(JSON.parse(JSON.stringify(roiJsonSchema())));
});

test('the examples of the page are files that are accepted', () => {
  const page = readFileSync(join(root, 'docs', 'roi.md'), 'utf8');
  const examples = [...page.matchAll(/```yaml\n([\s\S]*?)```/g)].map(([, text = '']) => text);
  expect(examples.length).toBeGreaterThan(1);
  for (const text of examples) expect(parseYaml(text, 'docs/roi.md', roiSchema)).toHaveProperty('currency');
});

test('every key has words, and the page tells of it', () => {
  const page = readFileSync(join(root, 'docs', 'roi.md'), 'utf8');
  for (const [key, schema] of Object.entries(optionShape)) {
    expect(schema.description, key).toMatch(/\w.*\.$/);
    expect(page).toContain(key);
  }
});

test('an option is called as its key', () => {
  expect(flagOf('pricePerKwh')).toBe('--price-per-kwh');
  expect(flagOf('trial')).toBe('--trial');
});

test('what cannot be is refused with its line', () => {
  const parse = (text: string) => () => parseYaml(text, 'roi.yaml', roiSchema);
  expect(parse('callsPerDay: 5\nmostUtilisation: 1.5\n')).toThrow(/roi\.yaml:2: mostUtilisation: expected at most 1/);
  expect(parse('callPerDay: 5\n')).toThrow(/Did you mean "callsPerDay"/);
  expect(parse('devices:\n  board:\n    callsPerDay: 5\n')).toThrow(/roi\.yaml:3: devices\.board\.callsPerDay/);
  expect(parse('pricePerHour: -1\n')).toThrow(/at least 0/);
});
