/**
 * Compiles `src` to `dist` and bundles `page` into `dist/page`, from nothing, so that a file removed does not live on. What was built
 * before stays until all is built, and for good where that fails: whatever runs from `dist` meanwhile goes on.
 */
import { spawnSync } from 'node:child_process';
import { renameSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { bundlePage } from './page.ts';

const root = join(import.meta.dirname, '..');
const fresh = join(root, `dist.${process.pid}.tmp`);
const typescript = dirname(createRequire(import.meta.url).resolve('typescript/package.json'));
const settings = ['-p', join(root, 'tsconfig.build.json'), '--outDir', fresh];
const tsc = spawnSync(process.execPath, [join(typescript, 'bin', 'tsc'), ...settings], { stdio: 'inherit' });
try {
  if (tsc.status === 0) {
    await bundlePage(root, join(fresh, 'page'));
    rmSync(join(root, 'dist'), { recursive: true, force: true });
    renameSync(fresh, join(root, 'dist'));
    // What `npm ci` ends with; standard output is for programs.
    if (process.argv.includes('--say-next')) console.error('Built. Try: npm run demo');
  }
} finally {
  rmSync(fresh, { recursive: true, force: true });
}
process.exitCode = tsc.status ?? 1;
