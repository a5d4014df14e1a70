/** The hardware profiles that come with this package: each is known by the name of its file, from anywhere. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { UserError } from '../errors/user-error.ts';
import { isNamed } from '../files/kind.ts';
import { nearest } from '../units/nearest.ts';

const folder = fileURLToPath(new URL('../../hardware-profiles', import.meta.url));

/** The names, in order. */
export const shippedNames = (): readonly string[] =>
  readdirSync(folder)
    .filter(file => file.endsWith('.yaml'))
    .map(file => file.slice(0, -'.yaml'.length))
    .sort();

/** Those that we have run on such a device; the others follow documentation, as their first lines say. */
const tested: ReadonlySet<string> = new Set([
  'cpu-1-thread',
  'cpu-2-threads',
  'cpu-4-threads',
  'mnn-2-threads',
  'openvino-2-threads',
  'remote',
]);

export const isTestedProfile = (name: string): boolean => tested.has(name);

export const shippedPath = (name: string): string => join(folder, `${name}.yaml`);

export const shippedText = (name: string): string => readFileSync(shippedPath(name), 'utf8');

/**
 * The file that is meant: one that is there, or a profile that comes with the package. A path that leads nowhere stays as it is, for
 * whoever reads it to say so.
 *
 * @throws UserError for a bare word that is neither
 */
export function profilePath(given: string): string {
  if (isNamed(given) || !/^[\w-]+$/.test(given)) return given;
  const names = shippedNames();
  if (names.includes(given)) return shippedPath(given);
  const meant = nearest(given, names);
  throw new UserError(
    `There is no hardware profile "${given}", and no such file.`,
    meant ? `Did you mean ${meant}?` : '"rankfront hardware" lists those that are built in.',
  );
}
