import { fork } from 'node:child_process';
import { afterEach, expect, test } from 'vitest';

const fixture = new URL('./fixtures/hears-signals.ts', import.meta.url).pathname;

function start(env: Readonly<Record<string, string>> = { RANKFRONT_WRAPPED: '1' }) {
  const child = fork(fixture, {
    stdio: ['ignore', 'pipe', 'inherit', 'ipc'],
    env: { ...process.env, ...env },
    execArgv: ['--disable-warning=ExperimentalWarning'],
  });
  let text = '';
  child.stdout?.on('data', chunk => {
    text += chunk;
  });
  const ended = new Promise<void>(resolve => child.on('close', () => resolve()));
  const heard = async (count: number): Promise<void> => {
    while (text.split('\n').length - 1 < count && child.exitCode === null)
      await new Promise(resolve => setTimeout(resolve, 5));
  };
  /** Everything that was heard, after all that was sent has come. */
  const all = async (): Promise<string[]> => {
    child.send('end');
    await ended;
    return text.trim().split('\n');
  };
  const wrapper = (signal: NodeJS.Signals): boolean => child.send({ signal });
  started.push(child);
  return { child, heard, all, wrapper };
}

const started: ReturnType<typeof fork>[] = [];
afterEach(() => {
  for (const child of started.splice(0)) child.kill('SIGKILL');
});

const settled = (): Promise<void> => new Promise(resolve => setTimeout(resolve, 200));

test.skipIf(process.platform === 'win32').each([
  ['here and then from the wrapper', ['here', 'wrapper'], 1],
  ['from the wrapper and then here', ['wrapper', 'here'], 1],
  ['twice from the wrapper', ['wrapper', 'wrapper'], 2],
  ['twice here', ['here', 'here'], 2],
  ['twice from a terminal', ['here', 'wrapper', 'wrapper', 'here'], 2],
  ['from a terminal, then from the wrapper alone', ['wrapper', 'here', 'wrapper'], 2],
])('a signal that comes %s', async (_, where, times) => {
  const { child, heard, all, wrapper } = start();
  await heard(1);
  for (const each of where) {
    if (each === 'here') child.kill('SIGINT');
    else wrapper('SIGINT');
    await settled();
  }
  expect(await all()).toEqual(['ready', ...Array.from({ length: times }, () => 'SIGINT')]);
});

test('signals are counted each by itself', async () => {
  const { heard, all, wrapper } = start();
  await heard(1);
  wrapper('SIGINT');
  wrapper('SIGTERM');
  await heard(3);
  expect(await all()).toEqual(['ready', 'SIGINT', 'SIGTERM']);
});

test('a wrapper that is gone is a terminal that is gone', async () => {
  const { child, heard } = start();
  await heard(1);
  child.disconnect();
  await heard(2);
  expect(child.exitCode).toBe(null);
});

test('a process that a program forked itself does not take its messages for signals', async () => {
  const { child, heard, all } = start({});
  await heard(1);
  child.send({ signal: 'SIGINT' });
  expect(await all()).toEqual(['ready']);
});
