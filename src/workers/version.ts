/** The versions that a measurement depends on, as installed. */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';

const require = createRequire(import.meta.url);
const versionIn = (file: string | URL): string =>
  (JSON.parse(readFileSync(file, 'utf8')) as { version: string }).version;

export const rankfrontVersion = (): string => versionIn(new URL('../../package.json', import.meta.url));
export const onnxruntimeVersion = (): string => versionIn(require.resolve('onnxruntime-node/package.json'));
