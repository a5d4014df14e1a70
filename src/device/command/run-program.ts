/** Runs a program of a profile: without a shell, in a process group of its own, with limits on time and output. */
import { type ChildProcess, spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { endGroup, endTree, markName } from './process-tree.ts';

export interface ProgramOptions {
  readonly timeoutMs: number;
  readonly variables?: Readonly<Record<string, string>>;
  /** Ends it, with all that it started. */
  readonly signal?: AbortSignal;
}

/** How a program ended, and what it said. */
export interface ProgramEnd {
  readonly how:
    | { readonly kind: 'exited'; readonly code: number }
    | { readonly kind: 'killed'; readonly signal: string }
    | { readonly kind: 'late' }
    | { readonly kind: 'interrupted' }
    | { readonly kind: 'too-much' }
    /** It could not be started. */
    | { readonly kind: 'not-started'; readonly code: string };
  readonly stdout: string;
  /** Of a program that says a lot, the end. */
  readonly stderr: string;
  readonly wallMs: number;
}

/** More than any report; what goes on printing is stuck. */
const mostStdoutBytes = 16 * 2 ** 20;
const stderrTailBytes = 2 ** 20;
/** What a program left behind may hold its output open; the rest is waited for no longer than this. */
const drainMs = 250;
/** A process that hangs in the kernel dies when it gets out of it, which may be never. */
const deathMs = 5000;
/** A timer takes no longer delay. */
const longestTimerMs = 2 ** 31 - 1;

export function runProgram(
  [program = '', ...args]: readonly string[],
  { timeoutMs, variables = {}, signal }: ProgramOptions,
): Promise<ProgramEnd> {
  const mark = randomUUID();
  const started = performance.now();
  const { promise, resolve } = Promise.withResolvers<ProgramEnd>();
  const stdout: Buffer[] = [];
  let stdoutBytes = 0;
  let stderr = Buffer.alloc(0);
  let child: ChildProcess;
  const finish = (how: ProgramEnd['how']): void => {
    resolve({
      how,
      stdout: Buffer.concat(stdout).toString(),
      stderr: stderr.toString(),
      wallMs: performance.now() - started,
    });
  };
  if (signal?.aborted) {
    finish({ kind: 'interrupted' });
    return promise;
  }
  try {
    child = spawn(program, args, {
      stdio: ['ignore', 'pipe', 'pipe'],
      shell: false,
      // A group of its own can be ended as a whole, and Ctrl-C does not reach it: the loop decides when it ends.
      detached: process.platform !== 'win32',
      windowsHide: true,
      env: { ...process.env, ...variables, [markName]: mark },
    });
  } catch (error) {
    finish({ kind: 'not-started', code: codeOf(error) });
    return promise;
  }
  const { pid } = child;
  let ended: ProgramEnd['how'] | null = null;
  const end = (how: ProgramEnd['how']): void => {
    if (ended || pid === undefined) return;
    ended = how;
    endTree(pid, mark);
    setTimeout(() => over(how), deathMs).unref();
  };
  const abort = (): void => end({ kind: 'interrupted' });
  const timer = setTimeout(() => end({ kind: 'late' }), Math.min(timeoutMs, longestTimerMs));
  const atExit = (): void => {
    if (pid !== undefined) endTree(pid, mark);
  };
  signal?.addEventListener('abort', abort, { once: true });
  process.once('exit', atExit);
  child.stdout?.on('data', (chunk: Buffer) => {
    stdoutBytes += chunk.length;
    if (stdoutBytes <= mostStdoutBytes) stdout.push(chunk);
    else end({ kind: 'too-much' });
  });
  child.stderr?.on('data', (chunk: Buffer) => {
    stderr = Buffer.concat([stderr, chunk]).subarray(-stderrTailBytes);
  });
  function over(how: ProgramEnd['how']): void {
    clearTimeout(timer);
    signal?.removeEventListener('abort', abort);
    process.off('exit', atExit);
    child.stdout?.destroy();
    child.stderr?.destroy();
    finish(ended ?? how);
  }
  child.once('error', error => over({ kind: 'not-started', code: codeOf(error) }));
  child.once('exit', (code, killedBy) => {
    if (pid !== undefined) endGroup(pid);
    const how = killedBy
      ? ({ kind: 'killed', signal: killedBy } as const)
      : ({ kind: 'exited', code: code ?? 0 } as const);
    const drained = setTimeout(() => over(how), drainMs);
    child.once('close', () => {
      clearTimeout(drained);
      over(how);
    });
  });
  return promise;
}

const codeOf = (error: unknown): string => (error as NodeJS.ErrnoException).code ?? String(error);
