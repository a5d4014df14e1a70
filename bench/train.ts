/** `npm run bench -- train NAME [ARGUMENTS]`: runs `bench/train/NAME.ts`; without a name, lists them. */
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

const folder = join(import.meta.dirname, 'train');

export async function bench([name, ...args]: string[]): Promise<void> {
  const path = join(folder, `${name}.ts`);
  const module = name && existsSync(path) ? ((await import(path)) as { bench?(args: string[]): Promise<void> }) : {};
  if (module.bench) return module.bench(args);
  const parts: string[] = [];
  for (const file of readdirSync(folder).filter(each => each.endsWith('.ts'))) {
    if ('bench' in (await import(join(folder, file)))) parts.push(file.slice(0, -3));
  }
  console.error(`${name ? `There is no part "${name}".` : 'Which part?'} There are: ${parts.join(', ')}.`);
  process.exitCode = 2;
}
