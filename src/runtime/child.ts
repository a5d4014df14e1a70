/**
 * A child process that answers requests one at a time. Everything that loads onnxruntime runs in one: its `run` blocks
 * the thread, and a native crash must cost one trial and not the search.
 */
import { type ChildProcess, fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { type Attempt, type Failure, failed } from '../errors/failure.ts';
import { noTelemetry } from './no-telemetry.ts';

/** What the child's end sends back (see `serve` in `serve.ts`). */
export type Reply =
  | { readonly id: number; readonly answer: Attempt<unknown> }
  | { readonly id: number; readonly error: string };

export interface Child {
  /**
   * Sends `message` (structured clone) and waits for the answer. A child that dies, or does not answer within `timeoutMs`, gives
   * a failure and is replaced by a new one at the next request. One request at a time: a second one waits for the first,
   * and its time-out starts when its turn comes.
   */
  request<T>(message: unknown, timeoutMs: number): Promise<Attempt<T>>;
  /** Ends the process at once; a request under way fails as `interrupted`, and so does every later one. */
  close(): Promise<void>;
  readonly pid: number | undefined;
}

export interface ChildOptions {
  readonly entry: URL;
  /** The child is replaced after this many requests, so that what the native side leaks is bounded. */
  readonly recycleAfter?: number;
  readonly env?: Readonly<Record<string, string>>;
}

/** A running process and what it has said on its way. */
interface Running {
  readonly process: ChildProcess;
  served: number;
  /** The end of its standard error, where native code says why it aborts. */
  stderr: string;
  /** Resolves when the process has ended and its standard error is drained. */
  readonly ended: Promise<Failure>;
}

const tailBytes = 4000;
/** A process that is gone may leave its standard error open in another one; the reason is waited for no longer than this. */
const drainMs = 250;
/** The longest delay of a timer; a longer one would fire at once. */
const longestTimerMs = 2 ** 31 - 1;
const closedEarly = failed('interrupted', 'stopped before it was done');

/** A child is started at the first request. */
export function startChild(options: ChildOptions): Child {
  let running: Running | null = null;
  let nextId = 1;
  let closed = false;
  let interrupt: (() => void) | null = null;
  let turn: Promise<unknown> = Promise.resolve();

  const begin = (): Running => {
    const begun = spawn(options);
    running = begun;
    void begun.ended.then(() => {
      if (running === begun) running = null;
    });
    return begun;
  };

  const stop = async (): Promise<void> => {
    const stopped = running;
    running = null;
    if (!stopped) return;
    stopped.process.kill('SIGKILL');
    await stopped.ended;
  };

  const ask = async <T>(message: unknown, timeoutMs: number): Promise<Attempt<T>> => {
    if (closed) return closedEarly;
    if (running && (running.served >= (options.recycleAfter ?? Number.POSITIVE_INFINITY) || !running.process.connected))
      await stop();
    if (closed) return closedEarly;
    const current = running ?? begin();
    const { process: child } = current;
    const id = nextId++;
    current.served++;
    const answer = await new Promise<Attempt<T> | 'late'>(resolve => {
      const done = (result: Attempt<T> | 'late'): void => {
        clearTimeout(timer);
        child.off('message', onMessage);
        interrupt = null;
        resolve(result);
      };
      const onMessage = (reply: Reply): void => {
        if (reply.id !== id) return;
        done('error' in reply ? failed('crashed', reply.error) : (reply.answer as Attempt<T>));
      };
      const timer = setTimeout(() => done('late'), Math.min(timeoutMs, longestTimerMs));
      interrupt = () => done(closedEarly);
      child.on('message', onMessage);
      void current.ended.then(done);
      sendTo(child, { id, message }, problem => {
        // A pipe that breaks is a child that dies: its end says more than the pipe does.
        if (child.connected) done(failed('crashed', problem));
      });
    });
    if (answer !== 'late') return answer;
    await stop();
    return failed('timed-out', `no answer within ${seconds(timeoutMs)}`);
  };

  return {
    request: <T>(message: unknown, timeoutMs: number): Promise<Attempt<T>> => {
      const mine = turn.then(() => ask<T>(message, timeoutMs));
      turn = mine;
      return mine;
    },
    close: async () => {
      closed = true;
      interrupt?.();
      await stop();
    },
    get pid() {
      return running?.process.pid;
    },
  };
}

function spawn({ entry, env }: ChildOptions): Running {
  const child = fork(fileURLToPath(entry), [], {
    serialization: 'advanced',
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
    // Ctrl-C reaches the whole foreground group: a group of its own lets the loop decide when the child ends.
    detached: true,
    execArgv: ['--disable-warning=ExperimentalWarning'],
    env: { ...process.env, ...noTelemetry, ...env },
  });
  const said = new Promise<void>(resolve => {
    if (!child.stderr) resolve();
    child.stderr?.once('close', resolve);
  });
  const ended = new Promise<Failure>(resolve => {
    child.once('error', error => {
      resolve(failed('crashed', `the child process could not be started or reached: ${error.message}`));
    });
    child.once('exit', (code, signal) => {
      const drained = setTimeout(() => resolve(deathOf(code, signal, running.stderr)), drainMs);
      void said.then(() => {
        clearTimeout(drained);
        resolve(deathOf(code, signal, running.stderr));
      });
    });
  });
  const running: Running = { process: child, served: 0, stderr: '', ended };
  child.stderr?.on('data', (chunk: Buffer) => {
    running.stderr = (running.stderr + chunk.toString()).slice(-tailBytes);
  });
  return running;
}

/** Sends, and reports what cannot be sent, be it now (a value that cannot be cloned) or later (a broken pipe). */
function sendTo(child: ChildProcess, envelope: object, onProblem: (problem: string) => void): void {
  const report = (error: NodeJS.ErrnoException): void => {
    // A pipe that breaks is a child that dies: its end says more than the pipe does.
    if (error.code !== 'EPIPE') onProblem(`the request could not be sent: ${error.message}`);
  };
  try {
    child.send(envelope, error => error && report(error));
  } catch (error) {
    report(error instanceof Error ? error : new Error(String(error)));
  }
}

/** Words the end of a child. The kernel's out-of-memory killer sends SIGKILL; V8 and glibc abort with a message. */
function deathOf(code: number | null, signal: NodeJS.Signals | null, stderr: string): Failure {
  const how = signal ? `the child process ended on ${signal}` : `the child process ended with status ${code}`;
  const said = tellingLine(stderr);
  const memory = signal === 'SIGKILL' || /out of memory|bad_alloc|cannot allocate/i.test(stderr);
  return failed(memory ? 'out-of-memory' : 'crashed', said ? `${how}: ${said}` : how);
}

/** The line that names the error, else the last one that is no stack frame. */
function tellingLine(stderr: string): string | undefined {
  const lines = stderr
    .split('\n')
    .map(line => line.trim())
    .filter(line => line !== '' && !/^(at |#|Node\.js v|-{3,}|\d+: 0x)/.test(line));
  return lines.find(line => /\b(error|fatal|abort|terminate|what\(\))/i.test(line)) ?? lines.at(-1);
}

const seconds = (ms: number): string => (ms < 1000 ? `${ms} ms` : `${Math.round(ms / 1000)} s`);
