/** An install must never download CUDA libraries behind the user's back, nor fail where only the registry can be reached. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { onnxruntimeInstaller } from '../../src/host/version.ts';

const root = join(import.meta.dirname, '..', '..');
const read = (name: string): string => readFileSync(join(root, name), 'utf8');

interface Package {
  readonly dev?: boolean;
  readonly hasInstallScript?: boolean;
}

test('no package that the program needs has an install script, as the lock file tells npm', () => {
  const { packages } = JSON.parse(read('package-lock.json')) as { readonly packages: Record<string, Package> };
  expect(packages['node_modules/onnxruntime-node']).toBeDefined();
  const withScripts = Object.entries(packages).filter(([, each]) => each.hasInstallScript && !each.dev);
  expect(withScripts.map(([name]) => name)).toEqual([]);
});

test('npm knows every setting of .npmrc', () => {
  const keys = read('.npmrc')
    .split('\n')
    .filter(line => /^[^#;\s]/.test(line))
    .map(line => line.split('=')[0]);
  expect(keys).toEqual(['fund', 'audit']);
});

test('what doctor names as the way to CUDA is there', () => {
  expect(existsSync(onnxruntimeInstaller())).toBe(true);
});
