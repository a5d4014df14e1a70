/** `npm run bench -- NAME [ARGUMENTS]`: runs `bench/NAME.ts`; without a name, lists them. */
import { readdirSync } from 'node:fs';

const [name, ...args] = process.argv.slice(2);
const names = readdirSync(import.meta.dirname)
  .filter(file => file.endsWith('.ts') && file !== 'run.ts')
  .map(file => file.slice(0, -3));
if (!name || !names.includes(name)) {
  console.error(`${name ? `There is no benchmark "${name}".` : 'Which benchmark?'} There are: ${names.join(', ')}.`);
  process.exitCode = 2;
} else {
  const { bench } = (await import(`./${name}.ts`)) as { bench(args: string[]): Promise<void> };
  await bench(args);
}
