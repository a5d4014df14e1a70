/** Finds TensorFlow.js where the user has installed it. Only child processes load this file, since its bindings are native. */
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { UserError } from '../../errors/user-error.ts';
import type { Tf } from './item.ts';

/** In the order in which they are tried. */
export const tfjsPackages = ['@tensorflow/tfjs-node-gpu', '@tensorflow/tfjs-node'] as const;

/** The newest Node that their bindings load on: they call `util.isNullOrUndefined`, which Node 23 has dropped. */
const newestNodeOfTfjs = 22;

export interface LoadedTfjs {
  readonly package: string;
  readonly version: string;
  readonly tf: Tf;
}

/**
 * @param only one package, in place of the usual ones
 * @throws UserError when none is installed or none loads
 */
export async function loadTfjs(only: string | null = null): Promise<LoadedTfjs> {
  const failures: string[] = [];
  for (const name of only === null ? tfjsPackages : [only]) {
    const path = located(name);
    if (path === null) continue;
    try {
      const loaded = (await import(pathToFileURL(path).href)) as Tf & { readonly default?: Tf };
      const tf = loaded.default ?? loaded;
      await tf.ready();
      return { package: name, version: tf.version_core, tf };
    } catch (error) {
      const said = (error instanceof Error ? error.message : String(error)).split('\n')[0] ?? '';
      failures.push(`${name} does not load on Node ${process.versions.node} (${said})`);
    }
  }
  if (failures.length > 0)
    throw new UserError(
      `Cannot train on TensorFlow.js: ${failures.join('; ')}.`,
      `Use Node ${newestNodeOfTfjs} or older, or --engine onnxruntime.`,
    );
  throw new UserError(
    `Cannot train on TensorFlow.js: ${only ?? tfjsPackages.join(' or ')} is not installed.`,
    `Run "npm install ${only ?? tfjsPackages[1]}" on Node ${newestNodeOfTfjs} or older, or use --engine onnxruntime.`,
  );
}

/** The file of a package that is installed beside this one or in the current folder; null for none. */
function located(name: string): string | null {
  for (const from of [import.meta.url, join(process.cwd(), 'package.json')]) {
    try {
      return createRequire(from).resolve(name);
    } catch {
      // Looked for in the next place.
    }
  }
  return null;
}
