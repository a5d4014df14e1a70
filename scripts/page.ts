/** Bundles the page: one file to begin with, and one for each view and for what views share. Nothing is loaded from elsewhere. */
import { copyFileSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { build } from 'rolldown';

/** In the order of the cascade: what is everywhere first, then what one view has. One file, so that a browser asks once. */
const sheets = [
  ...['colours', 'text', 'shell', 'controls', 'figure', 'table', 'states'],
  ...['studies', 'front', 'trials', 'layers', 'return'],
];

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
  for (const name of ['index.html', 'icon.svg']) copyFileSync(join(root, 'page', name), join(folder, name));
  writeFileSync(join(folder, 'style.css'), styleSheet(join(root, 'page', 'style')));
}

/** @throws Error for a sheet that has no place in the order, and for one that is missing */
export function styleSheet(folder: string): string {
  const there = readdirSync(folder).map(name => name.replace(/\.css$/, ''));
  const unplaced = there.filter(name => !sheets.includes(name));
  if (unplaced.length > 0) throw new Error(`page/style: ${unplaced.join(', ')} has no place in scripts/page.ts`);
  return sheets.map(name => readFileSync(join(folder, `${name}.css`), 'utf8')).join('');
}
