/** Reading a settings file: what it says, its paths as they are meant from the working directory. */
import { dirname, isAbsolute, join } from 'node:path';
import { z } from 'zod';
import { UserError } from '../../errors/user-error.ts';
import { isNamed } from '../../files/kind.ts';
import { readText } from '../../files/read.ts';
import { parseYaml } from '../../units/parse-yaml.ts';
import { isShippedProfile } from '../shipped-profiles.ts';
import { type SettingKey, type Settings, settingsSchema, settingsVersion } from './schema.ts';

export interface ReadSettings {
  /** As it was given. */
  readonly file: string;
  readonly values: Omit<Settings, 'version'>;
  /** The line of a key, from 1. */
  readonly lineOf: (key: string) => number;
}

/** @throws UserError with the line of what is wrong */
export function readSettings(file: string): ReadSettings {
  const text = readText(file, 'the settings');
  const lineOf = (key: string): number =>
    Math.max(
      0,
      text.split('\n').findIndex(line => new RegExp(`^["']?${key}["']?\\s*:`).test(line)),
    ) + 1;
  const { version } = parseYaml(text, file, z.looseObject({ version: z.unknown().optional() }));
  if (typeof version === 'number' && version !== settingsVersion)
    throw new UserError(
      `${file}:${lineOf('version')}: the file is of version ${version}, and this Rankfront reads version ${settingsVersion}.`,
      `Update Rankfront, or write the file again: rankfront init MODEL --out ${file} --force.`,
    );
  const { version: _, ...said } = parseYaml(text, file, settingsSchema);
  return { file, values: fromFolder(said, dirname(file)), lineOf };
}

/**
 * @param keys those that are used; of these a file that is not there is told now, with its line
 * @throws UserError where it is not
 */
export function demandFiles({ file, values, lineOf }: ReadSettings, keys: readonly SettingKey[]): void {
  for (const key of ['model', 'space', 'hardware'] as const) {
    const path = values[key];
    if (path === undefined || !keys.includes(key) || isNamed(path)) continue;
    if (key === 'hardware' && isShippedProfile(path)) continue;
    throw new UserError(
      `${file}:${lineOf(key)}: ${key}: there is no file "${path}".`,
      key === 'hardware'
        ? 'Correct the path, or take a name that "rankfront hardware" lists.'
        : `Correct the path, or give another with --${key}.`,
    );
  }
}

const dataWithFolder = /^(cifar10|folder|imagenet|npy|npz|module):(.*)$/s;

function fromFolder(said: Omit<Settings, 'version'>, folder: string): Omit<Settings, 'version'> {
  if (folder === '.') return said;
  const meant = (path: string): string => (isAbsolute(path) ? path : join(folder, path));
  const data = (spec: string): string => {
    const [, kind, path] = dataWithFolder.exec(spec) ?? [];
    if (kind !== undefined && path) return `${kind}:${meant(path)}`;
    return spec === 'none' || spec.startsWith('shapes:') ? spec : meant(spec);
  };
  const judge = (metric: string): string =>
    metric.startsWith('module:') ? `module:${meant(metric.slice('module:'.length))}` : metric;
  const { model, space, store, hardware, data: images, calibration, metric } = said;
  return {
    ...said,
    ...(model === undefined ? {} : { model: meant(model) }),
    ...(space === undefined ? {} : { space: meant(space) }),
    ...(store === undefined ? {} : { store: /^[a-z]+:/i.test(store) ? store : meant(store) }),
    ...(metric === undefined ? {} : { metric: judge(metric) }),
    ...(hardware === undefined || isShippedProfile(hardware) ? {} : { hardware: meant(hardware) }),
    ...(images === undefined ? {} : { data: data(images) }),
    ...(calibration === undefined ? {} : { calibration: data(calibration) }),
  };
}
