import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { afterEach, describe, expect, test } from 'vitest';
import { type Child, type ChildOptions, startChild } from '../../src/runtime/child.ts';
import type { Order } from './fixtures/troubled-child.ts';

const entry = new URL('./fixtures/troubled-child.ts', import.meta.url);
const opened: Child[] = [];
const start = (options: Partial<ChildOptions> = {}): Child => {
  const child = startChild({ entry, ...options });
  opened.push(child);
  return child;
};
const ask = (child: Child, order: Order, timeoutMs = 30_000) => child.request<unknown>(order, timeoutMs);
const alive = (pid: number): boolean => {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
};
async function until(condition: () => boolean, timeoutMs: number): Promise<void> {
  for (const end = Date.now() + timeoutMs; !condition(); await new Promise(resolve => setTimeout(resolve, 20)))
    if (Date.now() > end) throw new Error('it did not come about');
}

afterEach(async () => {
  await Promise.all(opened.splice(0).map(child => child.close()));
});

describe('a child answers', () => {
  test('with what it was given, typed arrays included, and stays the same process', async () => {
    const child = start();
    const value = { floats: Float32Array.of(1, 2.5, -3), map: new Map([['a', 1]]), text: 'ü', big: 3n };
    expect(await ask(child, { do: 'echo', value })).toEqual({ state: 'complete', value });
    const first = await ask(child, { do: 'pid' });
    expect(await ask(child, { do: 'pid' })).toEqual(first);
    expect(first).toEqual({ state: 'complete', value: child.pid });
  });

  test('a message of 64 MB', async () => {
    const value = new Uint8Array(64 * 1024 * 1024).map((_, i) => i * 31);
    const answer = await ask(start(), { do: 'echo', value });
    expect(answer.state).toBe('complete');
    if (answer.state === 'complete') expect(Buffer.compare(answer.value as Uint8Array, value)).toBe(0);
  });

  test('requests in their order, one at a time', async () => {
    const child = start();
    const order: number[] = [];
    await Promise.all(
      [30, 20, 10].map(async ms => {
        await ask(child, { do: 'sleep', ms });
        order.push(ms);
      }),
    );
    expect(order).toEqual([30, 20, 10]);
  });

  test('a failure and a thrown error, and lives on', async () => {
    const child = start();
    const pid = await ask(child, { do: 'pid' });
    expect(await ask(child, { do: 'refuse' })).toEqual({
      state: 'failed',
      reason: 'runtime-rejected',
      detail: 'not this one',
    });
    expect(await ask(child, { do: 'throw' })).toEqual({
      state: 'failed',
      reason: 'crashed',
      detail: 'thrown in the child',
    });
    expect(await ask(child, { do: 'pid' })).toEqual(pid);
  });
});

describe('a child that comes to grief costs one request', () => {
  test.each<[string, Order, string, RegExp]>([
    ['aborts', { do: 'abort' }, 'crashed', /ended on SIGABRT/],
    ['is killed', { do: 'kill-yourself' }, 'out-of-memory', /ended on SIGKILL/],
    ['exits', { do: 'exit', status: 7 }, 'crashed', /ended with status 7/],
    ['exits in peace', { do: 'exit', status: 0 }, 'crashed', /ended with status 0/],
    ['hangs', { do: 'hang' }, 'timed-out', /no answer within 2 s/],
    ['never answers', { do: 'never-answer' }, 'timed-out', /no answer within 2 s/],
    ['cuts the pipe', { do: 'disconnect' }, 'crashed', /ended with status 0/],
    [
      'says why',
      { do: 'say-and-exit', text: 'warming up\nterminate called: what(): std::bad_alloc\n' },
      'out-of-memory',
      /status 3: terminate called: what\(\): std::bad_alloc$/,
    ],
  ])('one that %s', async (_, order, reason, detail) => {
    const child = start();
    await ask(child, { do: 'pid' });
    const gone = child.pid;
    const answer = await ask(child, order, reason === 'timed-out' ? 2000 : 30_000);
    expect(answer).toMatchObject({ state: 'failed', reason });
    if (answer.state === 'failed') expect(answer.detail).toMatch(detail);
    expect(await ask(child, { do: 'echo', value: 1 })).toEqual({ state: 'complete', value: 1 });
    expect(child.pid).not.toBe(gone);
    expect(alive(gone ?? 0)).toBe(false);
  });

  test('one whose heap is full says so', async () => {
    const child = start({ env: { NODE_OPTIONS: '--max-old-space-size=32' } });
    const answer = await ask(child, { do: 'fill-heap' });
    expect(answer).toMatchObject({ state: 'failed', reason: 'out-of-memory' });
    if (answer.state === 'failed') expect(answer.detail).toMatch(/heap out of memory/);
  });

  test('one that is killed between two requests is replaced unnoticed', async () => {
    const child = start();
    await ask(child, { do: 'pid' });
    const gone = child.pid ?? 0;
    process.kill(gone, 'SIGKILL');
    await until(() => child.pid !== gone, 10_000);
    expect(await ask(child, { do: 'echo', value: 2 })).toEqual({ state: 'complete', value: 2 });
  });

  test('an entry that is not there', async () => {
    const child = start({ entry: new URL('./fixtures/nothing-here.ts', import.meta.url) });
    const answer = await ask(child, { do: 'pid' });
    expect(answer).toMatchObject({ state: 'failed', reason: 'crashed' });
    if (answer.state === 'failed') expect(answer.detail).toMatch(/Cannot find module/);
  });

  test('a message that cannot be sent', async () => {
    const child = start();
    const answer = await ask(child, { do: 'echo', value: () => 1 });
    expect(answer).toMatchObject({ state: 'failed', reason: 'crashed' });
    if (answer.state === 'failed') expect(answer.detail).toMatch(/could not be cloned/);
    expect(await ask(child, { do: 'echo', value: 3 })).toEqual({ state: 'complete', value: 3 });
  });
});

test('a child is replaced after as many requests as were allowed', async () => {
  const child = start({ recycleAfter: 2 });
  const pids: unknown[] = [];
  for (let i = 0; i < 5; i++) {
    const answer = await ask(child, { do: 'pid' });
    pids.push(answer.state === 'complete' ? answer.value : null);
  }
  expect(pids[0]).toBe(pids[1]);
  expect(pids[2]).toBe(pids[3]);
  expect(new Set(pids).size).toBe(3);
  for (const pid of pids.slice(0, 4)) expect(alive(Number(pid))).toBe(false);
});

describe('close', () => {
  test('interrupts what runs and waits, ends the process, and refuses what comes later', async () => {
    const child = start();
    await ask(child, { do: 'pid' });
    const pid = child.pid ?? 0;
    const running = ask(child, { do: 'hang' });
    const waiting = ask(child, { do: 'pid' });
    await new Promise(resolve => setTimeout(resolve, 50));
    await child.close();
    expect(alive(pid)).toBe(false);
    for (const answer of [await running, await waiting, await ask(child, { do: 'pid' })])
      expect(answer).toMatchObject({ state: 'failed', reason: 'interrupted' });
    await child.close();
  });

  test('before anything was asked', async () => {
    await expect(start().close()).resolves.toBeUndefined();
  });
});

describe.skipIf(process.platform === 'win32')('a child whose parent is killed ends too', () => {
  test.each(['never-answer', 'hang'])('while it does this: %s', async order => {
    const parent = spawn(
      process.execPath,
      [
        '--disable-warning=ExperimentalWarning',
        new URL('./fixtures/parent-of-a-child.ts', import.meta.url).pathname,
        order,
      ],
      { stdio: ['ignore', 'pipe', 'inherit'] },
    );
    const [line] = (await once(parent.stdout, 'data')) as [Buffer];
    const pid = Number(line.toString());
    expect(alive(pid)).toBe(true);
    await new Promise(resolve => setTimeout(resolve, 300));
    parent.kill('SIGKILL');
    await until(() => !alive(pid), 15_000);
  });
});
