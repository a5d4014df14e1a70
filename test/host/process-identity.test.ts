import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { expect, test } from 'vitest';
import { currentOwner, isAlive, parseLinuxStat, startTimeOf } from '../../src/host/process-identity.ts';

test('this process lives', () => {
  expect(currentOwner().pid).toBe(process.pid);
  expect(isAlive(currentOwner())).toBe(true);
  expect(currentOwner()).toEqual(currentOwner());
});

test('a process that ended is gone, also under an id that another has', async () => {
  const child = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)']);
  const pid = child.pid!;
  const owner = { ...currentOwner(), pid, startTime: startTimeOf(pid)! };
  expect(isAlive(owner)).toBe(true);
  child.kill('SIGKILL');
  await once(child, 'exit');
  expect(startTimeOf(pid)).toBeNull();
  expect(isAlive(owner)).toBe(false);
  expect(isAlive({ ...currentOwner(), startTime: owner.startTime })).toBe(currentOwner().startTime === owner.startTime);
});

test('a process of an earlier start of the machine is gone', () => {
  expect(isAlive({ ...currentOwner(), bootId: 'another' })).toBe(false);
});

test.skipIf(process.platform !== 'linux')('a zombie is gone', async () => {
  // The shell starts a child and becomes `sleep`, which never asks how the child ended.
  const shell = spawn('sh', ['-c', 'sleep 0.2 & echo $!; exec sleep 30'], { stdio: ['ignore', 'pipe', 'ignore'] });
  const [line] = (await once(shell.stdout, 'data')) as [Buffer];
  const zombie = Number(line.toString());
  await expect.poll(() => startTimeOf(zombie)).toBeNull();
  process.kill(zombie, 0); // throws when there is no such process at all
  shell.kill('SIGKILL');
});

test('the name of a program may hold spaces and parentheses', () => {
  const after = Array.from({ length: 40 }, (_, i) => `${i + 4}`).join(' ');
  expect(parseLinuxStat(`17 (a) R b (c)) S ${after}\n`)).toEqual({ state: 'S', startTime: '22' });
});
