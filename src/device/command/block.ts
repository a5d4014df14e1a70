/** One block: one run of the tool, which times one model. */
import { mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { type Attempt, complete } from '../../errors/failure.ts';
import { demandSuccess, unreadable } from './failure-of.ts';
import { filled, namesIn, type Values } from './placeholders.ts';
import { readOutput } from './read-output.ts';
import { runProgram } from './run-program.ts';
import type { CommandSettings } from './settings.ts';
import type { Timings } from './timings.ts';

export type Timed = Exclude<Timings, { readonly kind: 'unread' }>;

export interface BlockOptions {
  /** Where the folder `{out}` is made, anew for every block, so that what is read is what this run wrote. */
  readonly scratchDir: string;
  readonly signal: AbortSignal;
  /** Fewer calls than this say nothing. */
  readonly leastCalls: number;
  /** Ends a run sooner than the profile does. */
  readonly mostMs: number | undefined;
}

export async function runBlock(
  settings: CommandSettings,
  values: Values,
  options: BlockOptions,
): Promise<Attempt<Timed>> {
  const { command } = settings.run;
  const timeoutMs = Math.min(settings.run.timeoutMs, options.mostMs ?? Number.POSITIVE_INFINITY);
  const { scratchDir, signal } = options;
  const out = mkdtempSync(join(scratchDir, 'out-'));
  try {
    const argv = filled(command, { ...values, out });
    const end = await runProgram(argv, { timeoutMs, variables: settings.variables, signal });
    const done = demandSuccess(argv, end, timeoutMs);
    if (done.state === 'failed') return done;
    const asked = namesIn(command);
    const read = readOutput(settings.output, { ...end, argv, out: asked.includes('out') ? out : null });
    if (read.kind === 'unread') return unreadable(argv, read.why, end);
    const calls = read.kind === 'samples' ? read.samplesMs.length : read.calls;
    const least = asked.includes('runs')
      ? Math.max(options.leastCalls, Math.ceil(settings.runs / 2))
      : options.leastCalls;
    if (calls !== null && calls < Math.min(least, settings.runs))
      return unreadable(
        argv,
        `it tells of ${calls} ${calls === 1 ? 'call' : 'calls'}, and ${settings.runs} were asked for`,
        end,
      );
    return complete(read);
  } finally {
    rmSync(out, { recursive: true, force: true });
  }
}
