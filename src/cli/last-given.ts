/** An option that is given twice: the last one counts. */
import type { Options } from 'yargs';

/**
 * `args` with only the last of every value that is given more than once. yargs takes `--batch 8 --batch 1` for 9 (a 1 that follows
 * another number is counted, as the second v of -vv is), and, where a command takes a list of words, two texts for a list.
 */
export function lastGiven(args: readonly string[], options: Readonly<Record<string, Options>>): string[] {
  const seen = new Set<string>();
  const kept: string[] = [];
  for (let at = args.length - 1; at >= 0; at--) {
    const flag = /^--([^=]+)/.exec(args[at] ?? '')?.[1] ?? '';
    const repeated = seen.has(flag);
    const option = options[flag];
    if (option && option.type !== 'boolean') seen.add(flag);
    if (!repeated) kept.unshift(args[at] ?? '');
    // Its value goes with it.
    else if (!args[at]?.includes('=')) kept.shift();
  }
  return kept;
}
