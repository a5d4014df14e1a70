/** Threads for CPU-bound work in TypeScript. Nothing that loads onnxruntime runs here: that lives in child processes. */
import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';
import { Piscina } from 'piscina';

export interface ThreadPool<Job, Answer> {
  readonly threads: number;
  /**
   * Runs `job` (structured clone) in a thread. Buffers in `transfer` are moved, not copied, and are empty here afterwards.
   * Jobs start in the order in which they are given. Rejects with what the thread threw, or when the signal fires.
   */
  run(job: Job, options?: RunOptions): Promise<Answer>;
  /** Ends the threads at once; jobs that are not done reject. A second call is harmless. */
  close(): Promise<void>;
  [Symbol.asyncDispose](): Promise<void>;
}

export interface RunOptions {
  readonly transfer?: readonly ArrayBuffer[];
  readonly signal?: AbortSignal;
}

/**
 * A pool of `threads` threads (every core by default) whose entry file exports the function of a job by default.
 *
 * @param data what every thread finds in `workerData` of piscina when it starts
 *
 * @example await using pool = createThreadPool<Job, Answer>(entryUrl('factor-thread', import.meta.url));
 */
export function createThreadPool<Job, Answer>(
  entry: URL,
  threads = availableParallelism(),
  data?: unknown,
): ThreadPool<Job, Answer> {
  const piscina = new Piscina<Job, Answer>({
    filename: fileURLToPath(entry),
    minThreads: 1,
    maxThreads: Math.max(1, threads),
    // Threads that wait keep no process alive, so they may stay for the next job.
    idleTimeout: Number.POSITIVE_INFINITY,
    concurrentTasksPerWorker: 1,
    ...(data === undefined ? {} : { workerData: data }),
  });
  let closing: Promise<void> | undefined;
  const close = (): Promise<void> => {
    closing ??= piscina.destroy();
    return closing;
  };
  return {
    threads: Math.max(1, threads),
    run: (job, { transfer, signal } = {}) =>
      piscina.run(job, {
        ...(transfer ? { transferList: [...transfer] } : {}),
        ...(signal ? { signal } : {}),
      }),
    close,
    [Symbol.asyncDispose]: close,
  };
}
