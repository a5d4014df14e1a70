/** The Python processes of a training, and a socket to the first of them: one request at a time. */
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type Server, type Socket } from 'node:net';
import { join } from 'node:path';
import { type Attempt, complete, type Failure, failed } from '../../errors/failure.ts';
import { UserError } from '../../errors/user-error.ts';
import { deathOf } from './death.ts';
import { type Message, receiveMessages, sendMessage } from './link.ts';
import { pythonEnvironment } from './package.ts';

export interface TorchProcess {
  /** After a first failure every request fails in the same way. @throws UserError for what the user can change */
  request(head: object, data?: Uint8Array): Promise<Attempt<Message>>;
  /** What the Python side says first, when it has opened the plan. */
  readonly opened: Promise<Attempt<Message>>;
  close(): Promise<void>;
  readonly pid: number | undefined;
}

const tailBytes = 64 * 1024;
const patienceMs = 3000;
const closedEarly = failed('interrupted', 'stopped before it was done');

/** @param command its first word is the Python; `--socket PATH` is added at the end */
export function startTorchProcess(command: readonly string[]): TorchProcess {
  // A path of a socket has at most about 100 characters, and folders for temporary files may be longer.
  const place = mkdtempSync('/tmp/rankfront-torch-');
  const path = join(place, 's');
  let waiting: ((answer: Attempt<Message> | UserError) => void) | null = null;
  let socket: Socket | null = null;
  let over: Failure | UserError | null = null;
  let stderr = '';

  const finish = (end: Failure | UserError): void => {
    over ??= end;
    waiting?.(over);
    waiting = null;
  };
  const awaited = (): Promise<Attempt<Message>> =>
    new Promise((resolve, reject) => {
      waiting = answer => (answer instanceof UserError ? reject(answer) : resolve(answer));
      if (over) finish(over);
    });
  const server: Server = createServer(connection => {
    socket = connection;
    connection.on('error', () => {}); // the end of the process says more
    receiveMessages(
      connection,
      message => {
        const answer = waiting;
        waiting = null;
        answer?.(complete(message));
      },
      what => {
        finish(failed('crashed', `Python sent what is no message: ${what}`));
        connection.destroy();
      },
    );
  });
  const opened = awaited();
  opened.catch(() => {}); // told to whoever asks
  const ready = new Promise<ChildProcess>(resolve => {
    server.once('error', error => finish(failed('crashed', `no socket could be opened: ${error.message}`)));
    server.listen(path, () => resolve(spawned()));
  });
  const spawned = (): ChildProcess => {
    const [python = 'python3', ...args] = command;
    const child = spawn(python, [...args, '--socket', path], {
      // Ctrl-C reaches the whole foreground group: a group of its own lets the loop decide when the training ends.
      detached: true,
      stdio: ['ignore', 'ignore', 'pipe'],
      env: { OMP_NUM_THREADS: '1', ...pythonEnvironment() },
    });
    child.stderr?.on('data', (chunk: Buffer) => {
      stderr = (stderr + chunk.toString()).slice(-tailBytes);
    });
    child.once('error', error => finish(failed('crashed', `Python could not be started: ${error.message}`)));
    child.once('close', (code, signal) => finish(deathOf(code, signal, stderr)));
    return child;
  };

  let turn: Promise<unknown> = opened.catch(() => {});
  let closed: Promise<void> | undefined;
  let child: ChildProcess | undefined;
  void ready.then(found => {
    child = found;
  });
  return {
    opened,
    request: (head, data) => {
      const mine = turn.then(async () => {
        if (over instanceof UserError) throw over;
        if (over) return over;
        const answer = awaited();
        if (socket) sendMessage(socket, head, data);
        return answer;
      });
      turn = mine.catch(() => {});
      return mine;
    },
    close: () => {
      closed ??= (async () => {
        const running = await ready;
        const idle = waiting === null;
        finish(closedEarly);
        if (idle && socket) sendMessage(socket, { do: 'close' });
        else socket?.destroy();
        await ended(running);
        server.close();
        rmSync(place, { recursive: true, force: true });
      })();
      return closed;
    },
    get pid() {
      return child?.pid;
    },
  };
}

/** Asked first, then told, then made. */
async function ended(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null || child.pid === undefined) return;
  const gone = new Promise<void>(resolve => child.once('exit', () => resolve()));
  for (const signal of ['SIGTERM', 'SIGKILL'] as const) {
    const late = Symbol('late');
    const timer = new Promise<symbol>(resolve => setTimeout(resolve, patienceMs, late).unref());
    if ((await Promise.race([gone, timer])) !== late) return;
    try {
      process.kill(-child.pid, signal);
    } catch {
      // It ended in the meantime.
    }
  }
  await gone;
}
