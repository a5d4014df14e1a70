/** The versions that a measurement depends on, as installed. */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';

const require = createRequire(import.meta.url);
const versionIn = (file: string | URL): string =>
  (JSON.parse(readFileSync(file, 'utf8')) as { version: string }).version;

export const rankfrontVersion = (): string => versionIn(new URL('../../package.json', import.meta.url));
export const onnxruntimeVersion = (): string => versionIn(require.resolve('onnxruntime-node/package.json'));

/** What downloads the libraries that the package leaves out, such as those for CUDA. */
export const onnxruntimeInstaller = (): string =>
  join(dirname(require.resolve('onnxruntime-node/package.json')), 'script', 'install.js');
