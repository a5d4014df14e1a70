/** The examples of docs/files.md are files that Rankfront accepts, and the commands of README and docs/results.md exist. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { datasetSchema } from '../../src/data/spec.ts';
import { parseHardwareProfile } from '../../src/device/profile.ts';
import { parseSearchSpace } from '../../src/space/parse.ts';
import { parseYaml } from '../../src/units/parse-yaml.ts';
import { rankfront } from '../cli/rankfront.ts';

const read = (file: string): string => readFileSync(join(import.meta.dirname, '..', '..', file), 'utf8');
const [space = '', hardware = '', dataset = ''] = [...read('docs/files.md').matchAll(/```yaml\n([\s\S]*?)```/g)].map(
  ([, text]) => text,
);

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

test('the commands of README and of the results, also those of several lines', async () => {
  const { stdout: help } = await rankfront(['--help']);
  const text = ['README.md', 'docs/results.md']
    .map(read)
    .join('\n')
    .replace(/ \\\n\s+/g, ' ');
  const commands = [...text.matchAll(/^npx rankfront (\w+) (.*?)(?: +#.*)?$/gm)];
  expect(commands.length).toBeGreaterThan(4);
  for (const [, command = '', options = ''] of commands) {
    expect(help).toContain(`rankfront ${command}`);
    const { stdout } = await rankfront([command, '--help']);
    for (const [flag] of options.matchAll(/--[a-z-]+/g)) expect(stdout).toContain(flag);
  }
});
