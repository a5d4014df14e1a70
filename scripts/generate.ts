/** `npm run generate`: makes every generated file again (each `generate-*.ts` beside this one). */
import { globSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

for (const file of globSync('generate-*.ts', { cwd: import.meta.dirname }).sort()) {
  console.error(`generate: ${file}`);
  await import(pathToFileURL(join(import.meta.dirname, file)).href);
}
