/** The real networks beside the repository, where they are present. */
import { existsSync, globSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';

const folder = join(import.meta.dirname, '..', '..', '..', 'shared', 'assets', 'models');

export const sharedNetworks: readonly string[] = existsSync(folder) ? globSync('*.onnx', { cwd: folder }).sort() : [];

export const absent = sharedNetworks.length === 0;
if (absent) console.warn(`skipped: tests on real networks need ${join('..', 'shared', 'assets', 'models')}`);

export const readShared = (file: string): Uint8Array => readFileSync(join(folder, basename(file)));
