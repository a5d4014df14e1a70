/** Bundles the page: one file to begin with, and one for each view and for what views share. Nothing is loaded from elsewhere. */
import { copyFileSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { build } from 'rolldown';

/** @param folder where the files go; it is made */
export async function bundlePage(root: string, folder: string): Promise<void> {
  mkdirSync(folder, { recursive: true });
  await build({
    input: { main: join(root, 'page', 'main.ts') },
    platform: 'browser',
    tsconfig: false,
    logLevel: 'warn',
    output: {
      dir: folder,
      format: 'esm',
      minify: true,
      entryFileNames: '[name].js',
      chunkFileNames: '[name]-[hash].js',
    },
  });
  for (const name of ['index.html', 'style.css', 'icon.svg'])
    copyFileSync(join(root, 'page', name), join(folder, name));
}
