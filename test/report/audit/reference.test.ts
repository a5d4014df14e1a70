/** What results/reference/audit says in words is what its JSON says. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { auditText } from '../../../src/report/audit/text.ts';

const folder = join(import.meta.dirname, '..', '..', '..', 'results', 'reference', 'audit');
const read = (file: string): string => readFileSync(join(folder, file), 'utf8');

test('the audit of ResNet-20', () => {
  expect(read('README.md')).toContain(auditText(JSON.parse(read('resnet20.json')), 'md'));
});
