import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  closeSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { acquireDeviceLock } from '../../src/host/device-lock.ts';
import { currentOwner } from '../../src/host/process-identity.ts';

let folder: string;
const lockFile = () => join(folder, 'rankfront-device-cpu.lock');
const acquire = (onWait?: (message: string) => void, signal?: AbortSignal) =>
  acquireDeviceLock('cpu', { folder, pollMs: 10, ...(onWait ? { onWait } : {}), ...(signal ? { signal } : {}) });

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'rankfront-lock-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** Runs `code` in another process, with `lock()`, `say(text)` and `pause(ms)` at hand; it writes to `output`. */
function elsewhere(code: string, output: 'pipe' | number = 'pipe'): ChildProcess {
  const module_ = new URL('../../src/host/device-lock.ts', import.meta.url).href;
  const source = `
    import { writeSync } from 'node:fs';
    import { acquireDeviceLock } from ${JSON.stringify(module_)};
    const lock = () => acquireDeviceLock('cpu', { folder: ${JSON.stringify(folder)}, pollMs: 2 });
    const say = text => writeSync(1, text + '\\n');
    const pause = ms => new Promise(resolve => setTimeout(resolve, ms));
    ${code}
  `;
  return spawn(process.execPath, ['--disable-warning=ExperimentalWarning', '--input-type=module', '-e', source], {
    stdio: ['ignore', output, 'inherit'],
  });
}

describe('the lock of a device', () => {
  test('is given to the second only when the first gives it back', async () => {
    const events: string[] = [];
    const first = await acquire();
    const second = acquire(message => events.push(message)).then(lock => {
      events.push('second');
      return lock;
    });
    await new Promise(resolve => setTimeout(resolve, 60));
    events.push('release');
    first?.release();
    (await second)?.release();
    expect(events).toEqual([
      'Waiting until another measurement of this process on "cpu" is done.',
      'release',
      'second',
    ]);
    expect(readdirSync(folder)).toEqual([]);
  });

  test('comes to one who waits, though the holder takes it again and again', async () => {
    let waited = 0;
    let got = false;
    const first = await acquire();
    const waiting = acquire().then(lock => {
      got = true;
      lock?.release();
    });
    await new Promise(resolve => setTimeout(resolve, 50));
    first?.release();
    while (!got && waited < 20) {
      const again = await acquire();
      waited++;
      await new Promise(resolve => setTimeout(resolve, 30));
      again?.release();
    }
    await waiting;
    expect(waited).toBeLessThan(20);
    expect(readdirSync(folder)).toEqual([]);
  });

  test('of one device does not keep another busy', async () => {
    const cpu = await acquire();
    const gpu = await acquireDeviceLock('webgpu', { folder });
    expect(readdirSync(folder)).toHaveLength(2);
    gpu?.release();
    cpu?.release();
  });

  test('released twice does not free the lock of the next holder', async () => {
    const first = await acquire();
    first?.release();
    const second = await acquire();
    first?.release();
    expect(readdirSync(folder)).toHaveLength(1);
    second?.release();
  });

  test('is not waited for any longer when the signal fires', async () => {
    const held = await acquire();
    const controller = new AbortController();
    const waiting = acquire(() => controller.abort(), controller.signal);
    expect(await waiting).toBeNull();
    held?.release();
  });

  test('names the process that holds it, and goes on when that process is killed', async () => {
    const holder = elsewhere(`await lock(); say('held'); await pause(600_000);`);
    await once(holder.stdout ?? holder, 'data');
    const messages: string[] = [];
    const waiting = acquire(message => {
      messages.push(message);
      holder.kill('SIGKILL');
    });
    const lock = await waiting;
    expect(messages).toEqual([`Waiting for process ${holder.pid}, which is measuring on "cpu".`]);
    expect(lock).not.toBeNull();
    lock?.release();
  });

  test('is given back by a process that ends without saying so', async () => {
    await once(elsewhere(`await lock(); process.exit(0);`), 'close');
    expect(readdirSync(folder)).toEqual([]);
  });

  test.each([
    ['of a process that is gone', JSON.stringify({ ...currentOwner(), pid: 2 ** 22 + 12345, token: 'a' }), false],
    [
      'of an earlier process with the id of a living one',
      JSON.stringify({ ...currentOwner(), startTime: '1', token: 'a' }),
      false,
    ],
    ['that was half written long ago', '{"pid":', true],
    ['that is empty and old', '', true],
  ])('%s is taken over', async (_, content, old) => {
    writeFileSync(lockFile(), content);
    if (old) utimesSync(lockFile(), new Date(0), new Date(0));
    const lock = await acquire();
    expect(lock).not.toBeNull();
    lock?.release();
    expect(readdirSync(folder)).toEqual([]);
  });

  test('is never held twice, however many take over a stale one at once', async () => {
    writeFileSync(lockFile(), JSON.stringify({ ...currentOwner(), pid: 2 ** 22 + 12345, token: 'a' }));
    const code = `
      for (let i = 0; i < 8; i++) {
        const held = await lock();
        say('in'); await pause(2); say('out');
        held.release();
      }
    `;
    const log = join(folder, 'log');
    // All append to one file, so that the order of the lines is the order of the events.
    const file = openSync(log, 'a');
    const workers = Array.from({ length: 5 }, () => elsewhere(code, file));
    await Promise.all(workers.map(worker => once(worker, 'close')));
    closeSync(file);
    const lines = readFileSync(log, 'utf8').trim().split('\n');
    expect(lines).toHaveLength(5 * 8 * 2);
    expect(lines.filter((line, i) => line !== (i % 2 === 0 ? 'in' : 'out'))).toEqual([]);
  });
});
