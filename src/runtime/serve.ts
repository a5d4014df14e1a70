/** The child's end of `child.ts`: answers requests one at a time and ends when the parent is gone. */
import { Worker } from 'node:worker_threads';
import type { Attempt } from '../errors/failure.ts';
import { runtimeLine } from '../errors/runtime-error.ts';

interface Envelope {
  readonly id: number;
  readonly message: unknown;
}

/** Answers every request with what `handle` returns; a thrown error becomes a failure of one line, and the child lives on. */
export function serve<Message, Answer>(handle: (message: Message) => Promise<Attempt<Answer>>): void {
  process.on('SIGINT', () => {}); // the parent decides when to end
  process.on('disconnect', () => process.exit(0));
  endWithParent();
  hideFloat16Array();
  let turn: Promise<void> = Promise.resolve();
  process.on('message', (envelope: Envelope) => {
    turn = turn.then(async () => {
      try {
        reply({ id: envelope.id, answer: await handle(envelope.message as Message) });
      } catch (error) {
        reply({ id: envelope.id, error: runtimeLine(error) });
      }
    });
  });
}

/** A parent that is gone takes no answer, which is no reason to fail: `disconnect` ends the child. */
function reply(message: object): void {
  if (process.connected) process.send?.(message, undefined, undefined, () => {});
}

/**
 * `disconnect` is only heard between calls. A native call that never returns would keep the cores busy for ever after the
 * parent was killed, so a thread looks after it: whoever adopts the child changes its parent's id. The id is of now: on a busy machine the
 * parent may be gone before the thread has begun.
 */
function endWithParent(): void {
  const watch = `
    const parent = require('node:worker_threads').workerData;
    setInterval(() => { if (process.ppid !== parent) process.kill(process.pid, 'SIGKILL'); }, 2000);
  `;
  new Worker(watch, { eval: true, workerData: process.ppid, stdout: true, stderr: true }).unref();
}

/**
 * onnxruntime-node 1.30 reads the length of a Float16Array as 0 (microsoft/onnxruntime pull request 32323), and its Tensor
 * turns half-precision data into one wherever the engine has it (node 24). Without it, float16 tensors hold their bit
 * patterns in a Uint16Array, as on node 22. Must come before the first Tensor.
 */
function hideFloat16Array(): void {
  Reflect.deleteProperty(globalThis, 'Float16Array');
}
