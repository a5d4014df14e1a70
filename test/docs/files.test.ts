/** The examples of docs/files.md are files that Rankfront accepts; `commands.test.ts` is about the commands of all pages. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { settingsSchema } from '../../src/cli/settings/schema.ts';
import { datasetSchema } from '../../src/data/spec.ts';
import { parseHardwareProfile } from '../../src/device/profile.ts';
import { parseSearchSpace } from '../../src/space/parse.ts';
import { parseYaml } from '../../src/units/parse-yaml.ts';

const read = (file: string): string => readFileSync(join(import.meta.dirname, '..', '..', file), 'utf8');
const [settings = '', space = '', hardware = '', dataset = ''] = [
  ...read('docs/files.md').matchAll(/```yaml\n([\s\S]*?)```/g),
].map(([, text]) => text);

test('the settings', () => {
  expect(parseYaml(settings, 'docs/files.md', settingsSchema)).toMatchObject({ version: 1, maxDrop: '1pp' });
});

test('the search space', () => {
  expect(parseSearchSpace(space, 'docs/files.md').sites).toHaveLength(3);
});

test('the hardware profile', () => {
  expect(parseHardwareProfile(hardware, 'docs/files.md')).toMatchObject({
    driver: { kind: 'onnxruntime', threads: 2 },
    host: { threads: 8 },
    latencyBudget: { warmup: 5 },
  });
});

test('the dataset', () => {
  expect(parseYaml(dataset, 'docs/files.md', datasetSchema)).toMatchObject({ kind: 'folder', crop: 224 });
});
