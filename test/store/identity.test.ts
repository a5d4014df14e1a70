import { expect, test } from 'vitest';
import { sha256Of } from '../../src/host/model-file.ts';
import { demandSame, differences } from '../../src/store/identity.ts';
import type { NewStudy, SourceText } from '../../src/store/study.ts';
import { newStudy } from './samples.ts';

const source = (text: string): SourceText => ({ text, sha256: sha256Of(new TextEncoder().encode(text)) });
const withHardware = (text: string): NewStudy => ({ ...newStudy(), hardware: source(text) });
const profile = 'name: board\nthreads: 2\nbudget: { a: 1, b: [1, 2] }\n';

test.each([
  ['a comment', `# Checked in May.\n${profile}`],
  ['blank lines and quotes', 'name: "board"\n\nthreads: 2\nbudget: { a: 1, b: [1, 2] }\n'],
  ['the order of keys, and a block', 'threads: 2.0\nbudget:\n  b: [1, 2]\n  a: 1\nname: board\n'],
])('%s means nothing', (_, text) => {
  expect(differences(withHardware(profile), withHardware(text))).toEqual([]);
});

test.each([
  ['a value', profile.replace('threads: 2', 'threads: 4')],
  ['the order of a list', profile.replace('[1, 2]', '[2, 1]')],
  ['a key more', `${profile}provider: cpu\n`],
  ['no YAML', 'name: [board\n'],
])('%s does, and is told with its line', (_, text) => {
  const found = differences(withHardware(profile), withHardware(text));
  expect(found).toHaveLength(1);
  expect(found[0]).toMatch(/^the hardware profile \(line \d+: .* in the store, .* now\)$/);
  expect(() => demandSame(withHardware(profile), withHardware(text))).toThrow(/Give another --study name/);
});

test('the search space is compared in the same way', () => {
  const of = (text: string): NewStudy => ({ ...newStudy(), space: source(text) });
  expect(differences(of('sites: [a]\n'), of('# new\nsites: [a]\n'))).toEqual([]);
  expect(differences(of('sites: [a]\n'), of('sites: [b]\n'))).toHaveLength(1);
});
