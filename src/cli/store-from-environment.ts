/** The store of a command that names none: what RANKFRONT_STORE says, where it says anything. */
import type { Options } from 'yargs';

/** `args` with `--store` added, for a command that has the option with a default and was not given it. */
export function storeFromEnvironment(
  args: readonly string[],
  options: Readonly<Record<string, Options>>,
  env: NodeJS.ProcessEnv,
): readonly string[] {
  const place = env.RANKFRONT_STORE;
  if (!place || options.store?.default === undefined) return args;
  if (args.some(arg => arg === '--store' || arg.startsWith('--store='))) return args;
  return [...args, `--store=${place}`];
}
