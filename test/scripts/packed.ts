/** The package as `npm pack` makes it, installed into an empty folder of the system's, outside any checkout. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';

export const root = join(import.meta.dirname, '..', '..');

export interface Ran {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Found first, so that npx starts this Node.js and no older one of the system. */
const PATH = [dirname(process.execPath), process.env.PATH ?? ''].join(delimiter);

export function ran(cwd: string, command: string, args: readonly string[], env: NodeJS.ProcessEnv = {}): Ran {
  // Settings that an outer npm hands on are of the checkout.
  const own = Object.fromEntries(
    Object.entries(process.env).filter(([name]) => !/^npm_(?:config|package)_/i.test(name)),
  );
  const { status, stdout, stderr, error } = spawnSync(command, args, {
    cwd,
    env: { ...own, PATH, ...env },
    encoding: 'utf8',
    timeout: 300_000,
    shell: process.platform === 'win32',
  });
  return { status, stdout: stdout ?? '', stderr: error ? error.message : stderr };
}

export interface PackedFile {
  readonly path: string;
  readonly size: number;
}

export interface Packed {
  readonly filename: string;
  readonly size: number;
  readonly files: readonly PackedFile[];
}

/** What is built lies in dist: nothing is built here, since other tests run from it meanwhile. */
export function pack(into: string): Packed {
  const { status, stdout, stderr } = ran(root, 'npm', [
    'pack',
    '--json',
    '--ignore-scripts',
    '--pack-destination',
    into,
  ]);
  if (status !== 0) throw new Error(`npm pack failed: ${stderr}`);
  const [packed] = JSON.parse(stdout) as Packed[];
  if (!packed) throw new Error(`npm pack told nothing: ${stdout}`);
  return packed;
}

/** Whether npm can reach a registry. Where CI says that it runs, it must, so that nothing is skipped there. */
export const registryInReach = (): boolean =>
  process.env.CI !== undefined ||
  ran(root, 'npm', ['view', 'yaml', 'version', '--fetch-retries=0', '--fetch-timeout=10000']).status === 0;

export interface Installed {
  readonly folder: string;
  readonly packed: Packed;
  readonly remove: () => void;
}

/** As README says: without install scripts, and without what only developers need. */
export function install(): Installed {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'rankfront-installed-')));
  const remove = (): void => rmSync(folder, { recursive: true, force: true });
  try {
    const packed = pack(folder);
    writeFileSync(join(folder, 'package.json'), '{ "name": "consumer", "private": true, "type": "module" }\n');
    const flags = ['--omit=dev', '--ignore-scripts', '--prefer-offline', '--no-audit', '--no-fund'];
    const { status, stderr } = ran(folder, 'npm', ['install', ...flags, `./${packed.filename}`]);
    if (status !== 0) throw new Error(`npm install failed: ${stderr}`);
    return { folder, packed, remove };
  } catch (error) {
    remove();
    throw error;
  }
}
