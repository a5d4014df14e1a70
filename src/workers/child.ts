/**
 * A child process that answers requests one at a time. Everything that loads onnxruntime runs in one: its `run` blocks
 * the thread, and a native crash must cost one trial and not the search.
 */
import { type ChildProcess, fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { type Attempt, failed } from '../errors/failure.ts';

/** What the child's end sends back (see `serve` in `serve.ts`). */
export type Reply =
  | { readonly id: number; readonly answer: Attempt<unknown> }
  | { readonly id: number; readonly error: string };

export interface Child {
  /**
   * Sends `message` (structured clone) and waits for the answer. A child that dies, or does not answer within `timeoutMs`, gives
   * a failure and is replaced by a new one at the next request. One request at a time.
   */
  request<T>(message: unknown, timeoutMs: number): Promise<Attempt<T>>;
  /** Ends the process at once; a request under way fails as `interrupted`. */
  close(): Promise<void>;
  readonly pid: number | undefined;
}

export interface ChildOptions {
  readonly entry: URL;
  /** The child is replaced after this many requests, so that what the native side leaks is bounded. */
  readonly recycleAfter?: number;
  readonly env?: Readonly<Record<string, string>>;
}

const tailBytes = 2000;

/** A child is started at the first request. */
export function startChild(options: ChildOptions): Child {
  let process_: ChildProcess | null = null;
  let served = 0;
  let nextId = 1;
  let stderr = '';
  let interrupt: (() => void) | null = null;

  const spawn = (): ChildProcess => {
    const child = fork(fileURLToPath(options.entry), [], {
      serialization: 'advanced',
      stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
      // Ctrl-C reaches the whole foreground group: a group of its own lets the loop decide when the child ends.
      detached: true,
      execArgv: ['--disable-warning=ExperimentalWarning'],
      env: { ...process.env, ...options.env },
    });
    stderr = '';
    child.stderr?.on('data', (chunk: Buffer) => {
      stderr = (stderr + chunk.toString()).slice(-tailBytes);
    });
    served = 0;
    return child;
  };

  const stop = (): Promise<void> => {
    const child = process_;
    process_ = null;
    if (!child || child.exitCode !== null || child.signalCode !== null) return Promise.resolve();
    return new Promise(resolve => {
      child.once('exit', () => resolve());
      child.kill('SIGKILL');
    });
  };

  const request = async <T>(message: unknown, timeoutMs: number): Promise<Attempt<T>> => {
    if (process_ && served >= (options.recycleAfter ?? Number.POSITIVE_INFINITY)) await stop();
    process_ ??= spawn();
    const child = process_;
    const id = nextId++;
    served++;
    const answer = await new Promise<Attempt<T>>(resolve => {
      const done = (result: Attempt<T>): void => {
        clearTimeout(timer);
        child.off('message', onMessage).off('exit', onExit).off('error', onError);
        interrupt = null;
        resolve(result);
      };
      const onMessage = (reply: Reply): void => {
        if (reply.id !== id) return;
        done('error' in reply ? failed('crashed', reply.error) : (reply.answer as Attempt<T>));
      };
      // The pipe of stderr may still hold the reason: wait until it is drained.
      const onExit = (code: number | null, signal: NodeJS.Signals | null): void => {
        setTimeout(() => done(deathOf(code, signal, stderr)), 50);
      };
      const onError = (error: Error): void =>
        done(failed('crashed', `the child process could not be reached: ${error.message}`));
      const timer = setTimeout(() => {
        done(failed('timed-out', `no answer within ${Math.round(timeoutMs / 1000)} s`));
        void stop();
      }, timeoutMs);
      interrupt = () => done(failed('interrupted', 'stopped before it was done'));
      child.on('message', onMessage).once('exit', onExit).once('error', onError);
      child.send({ id, message }, error => {
        if (error) done(failed('crashed', `the child process could not be reached: ${error.message}`));
      });
    });
    if (answer.state === 'failed' && (child.exitCode !== null || child.signalCode !== null)) process_ = null;
    return answer;
  };

  return {
    request,
    close: async () => {
      interrupt?.();
      await stop();
    },
    get pid() {
      return process_?.pid;
    },
  };
}

/** Words the end of a child. The kernel's out-of-memory killer sends SIGKILL; V8 and glibc abort with a message. */
function deathOf(code: number | null, signal: NodeJS.Signals | null, stderr: string): Attempt<never> {
  const said = stderr
    .trim()
    .split('\n')
    .findLast(line => line.trim() !== '')
    ?.trim();
  const how = signal ? `the child process ended on ${signal}` : `the child process ended with status ${code}`;
  const memory = signal === 'SIGKILL' || /out of memory|bad_alloc|Cannot allocate/i.test(stderr);
  return failed(memory ? 'out-of-memory' : 'crashed', said ? `${how}: ${said}` : how);
}
