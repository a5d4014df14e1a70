/** What else may run on a machine while a latency is taken. */
import { type ChildProcess, fork, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { setPriority } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';

export interface Load {
  readonly name: string;
  readonly what: string;
  /** Null where this system cannot make it. */
  start(model: string): Promise<{ stop(): Promise<void> }>;
}

const entry = join(import.meta.dirname, 'load.ts');
/** Loading a model and the first calls. */
const settleMs = 3000;

async function started(...children: ChildProcess[]): Promise<{ stop(): Promise<void> }> {
  await delay(settleMs);
  const ended = children.find(child => child.exitCode !== null);
  if (ended) throw new Error(`a load ended by itself with status ${ended.exitCode}`);
  return {
    stop: async () => {
      for (const child of children) {
        child.kill('SIGKILL');
        if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
      }
    },
  };
}

const busy = (...args: string[]): ChildProcess => fork(entry, args, { stdio: ['ignore', 'ignore', 'inherit', 'ipc'] });

export const loads: readonly Load[] = [
  { name: 'one', what: 'one process that runs a network on one thread', start: m => started(busy('inference', m)) },
  {
    name: 'two',
    what: 'two of them',
    start: model => started(busy('inference', model), busy('inference', model)),
  },
  { name: 'memory', what: 'a process that only moves memory', start: () => started(busy('memory')) },
  {
    name: 'nice',
    what: 'one that runs a network, at nice 19',
    start: model => {
      const child = busy('inference', model);
      setPriority(child.pid ?? 0, 19);
      return started(child);
    },
  },
  { name: 'bursts', what: 'one that runs a network for 5 s and rests for 5 s', start: m => started(busy('bursts', m)) },
  {
    name: 'pinned',
    what: 'one that runs a network, held to the first core by taskset',
    start: model => {
      const child = busy('inference', model);
      const pinned = spawnSync('taskset', ['-a', '-p', '-c', '0', String(child.pid)]);
      if (pinned.status !== 0) {
        child.kill('SIGKILL');
        throw new Error('taskset is missing, or may not hold a process to a core');
      }
      return started(child);
    },
  },
];
