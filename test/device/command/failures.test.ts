/** What a tool may do wrong costs one trial, with a reason from the closed list, and leaves no process behind. */
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { UserError } from '../../../src/errors/user-error.ts';
import { startTimeOf } from '../../../src/host/process-identity.ts';
import { openWith, script, testFolder, tinyModels } from './open-command.ts';

const folder = testFolder();
const { dense, other } = tinyModels(folder);
const budget = { halfWidth: 0.2, maxMs: 100, minPairs: 5, seed: 1 };
const json = { json: 'ms', file: 'times.json' };

const fail = async (driver: object) => {
  const device = await openWith({ where: 'there', runs: 10, ...driver }, folder);
  const answer = await device.latency(other, dense, budget);
  await device.close();
  if (answer.state === 'complete') throw new Error('it did not fail');
  return answer;
};
const writes = (text: string) =>
  script(`require('node:fs').writeFileSync(process.argv[1] + '/times.json', ${JSON.stringify(text)})`, '{out}');

describe('a tool that', () => {
  test.each([
    [
      'ends with an error',
      script('console.error("warming up\\n[ERROR] Unsupported operator: Foo\\nbye"); process.exit(3)'),
      'runtime-rejected',
      /^\S+ ended with status 3: \[ERROR\] Unsupported operator: Foo$/,
    ],
    [
      'prints its error',
      script('console.log("fatal: no such device"); process.exit(1)'),
      'runtime-rejected',
      /status 1: fatal: no such device$/,
    ],
    [
      'has no memory',
      script('console.error("terminate called: std::bad_alloc"); process.exit(1)'),
      'out-of-memory',
      /bad_alloc/,
    ],
    [
      'has no disk',
      script('console.error("write: No space left on device"); process.exit(1)'),
      'disk-full',
      /No space/,
    ],
    ['is killed by the system', script('process.kill(process.pid, "SIGKILL")'), 'out-of-memory', /SIGKILL/],
    ['crashes', script('process.kill(process.pid, "SIGSEGV")'), 'crashed', /SIGSEGV/],
    [
      'never stops printing',
      script('setInterval(() => process.stdout.write("x".repeat(1 << 20)), 1)'),
      'runtime-rejected',
      /more than 16 MiB/,
    ],
  ])('%s', async (_what, run, reason, detail) => {
    const answer = await fail({ run, output: { regex: 'time (\\S+)' } });
    expect(answer).toMatchObject({ reason, detail: expect.stringMatching(detail) });
    expect(answer.detail).not.toContain('\n');
  });

  test.each([
    ['writes no file', script('0', '{out}'), /it wrote no file times.json into \{out\}/],
    ['writes half a file', writes('{"ms": [1, 2, 3'), /not whole JSON, as if it had been cut off/],
    ['writes an empty file', writes(''), /its file is empty/],
    ['writes NaN', writes('{"ms": ["nan", 1, 2, 3, 4, 5]}'), /expected times above 0, found NaN/],
    ['writes a time of 0', writes('{"ms": [0, 1, 2, 3, 4, 5]}'), /expected times above 0, found 0/],
    ['writes null', writes('{"ms": [null, 1, 2, 3, 4, 5]}'), /expected times above 0, found NaN/],
    ['writes something else', writes('{"milliseconds": [1]}'), /there is nothing at "ms"/],
    [
      'makes fewer calls than asked for',
      script(
        'require("node:fs").writeFileSync(process.argv[1] + "/times.json", JSON.stringify({ ms: [1, 2] }))',
        '{out}',
        '{runs}',
      ),
      /it tells of 2 calls, and 10 were asked for/,
    ],
  ])('%s', async (_what, run, detail) => {
    expect(await fail({ run, output: json })).toMatchObject({
      reason: 'runtime-rejected',
      detail: expect.stringMatching(detail),
    });
  });

  test('leaves the file of its last run where it is', async () => {
    // It writes once, and says the second time that all is well: what is read is only what this run wrote.
    const flag = join(folder, 'written.flag');
    const once = script(
      `const fs = require('node:fs'); if (!fs.existsSync(process.argv[2])) { fs.writeFileSync(process.argv[2], ''); fs.writeFileSync(process.argv[1] + '/times.json', '{"ms": [1,2,3,4,5]}') }`,
      '{out}',
      flag,
    );
    expect(await fail({ run: once, output: json })).toMatchObject({
      detail: expect.stringMatching(/it wrote no file/),
    });
    expect(existsSync(flag)).toBe(true);
    expect(readdirSync(folder).filter(name => name.startsWith('out-'))).toEqual([]);
  });

  test('leaves nothing at {prepared}', async () => {
    const run = script('0');
    const nothing = await fail({ prepare: [script('0', '{prepared}')], run, output: 'openvino' });
    expect(nothing.detail).toMatch(/prepare left no file at \{prepared\}/);
    const refused = await fail({ prepare: [script('throw new Error("no such operator")')], run, output: 'openvino' });
    expect(refused).toMatchObject({
      reason: 'runtime-rejected',
      detail: expect.stringMatching(/^the model cannot be prepared: \S+ ended with status 1: Error: no such operator/),
    });
    const late = await fail({
      prepare: [{ ...script('setInterval(() => {}, 1000)'), timeoutMs: 300 }],
      run,
      output: 'openvino',
    });
    expect(late.reason).toBe('timed-out');
    expect(readdirSync(join(folder, 'cache', 'prepared'))).toEqual([]);
  });
});

describe('a program that hangs is ended with all that it started', () => {
  /** Starts a child in its group, and one with a session of its own whose parent is gone. */
  const family = (pids: string) => `
    const { spawn } = require('node:child_process');
    const fs = require('node:fs');
    const idle = ['-e', 'setInterval(() => {}, 1000)'];
    const near = spawn(process.execPath, idle, { stdio: 'inherit' });
    const far = 'const c = require("node:child_process").spawn(process.execPath, ' + JSON.stringify(idle) + ', { detached: true, stdio: "inherit" }); c.unref(); console.log(c.pid)';
    const told = require('node:child_process').execFileSync(process.execPath, ['-e', far.replace('"inherit"', '"ignore"')], { encoding: 'utf8' });
    fs.writeFileSync(${JSON.stringify(pids)}, process.pid + ' ' + near.pid + ' ' + told.trim());
    setInterval(() => {}, 1000);`;
  const isGone = async (pid: number): Promise<boolean> => {
    for (let i = 0; i < 50; i++) {
      if (startTimeOf(pid) === null) return true;
      await delay(100);
    }
    return false;
  };
  const livedAndEnded = async (pids: string): Promise<void> => {
    const all = readFileSync(pids, 'utf8').split(' ').map(Number);
    expect(all).toHaveLength(3);
    // A daemon that has left its group and its parents is found on Linux alone.
    for (const pid of process.platform === 'linux' ? all : all.slice(0, 2)) expect(await isGone(pid)).toBe(true);
  };

  test('at its time-out', async () => {
    const pids = join(folder, 'late.pids');
    const run = { ...script(family(pids)), timeoutMs: 3000 };
    const answer = await fail({ run, output: 'openvino' });
    expect(answer).toMatchObject({ reason: 'timed-out', detail: expect.stringMatching(/did not end within 3/) });
    await livedAndEnded(pids);
  });

  test('when the device is closed', async () => {
    const pids = join(folder, 'closed.pids');
    const device = await openWith({ where: 'there', run: script(family(pids)), output: 'openvino' }, folder);
    const answer = device.latency(other, dense, budget);
    while (!existsSync(pids) || readFileSync(pids, 'utf8') === '') await delay(50);
    await device.close();
    expect(await answer).toMatchObject({ state: 'failed', reason: 'interrupted' });
    await livedAndEnded(pids);
  });

  test('and one that ends leaves nothing that would take cores from the next', async () => {
    const pids = join(folder, 'left.pids');
    const leaving = script(
      `const c = require('node:child_process').spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'], { stdio: 'inherit' }); c.unref(); require('node:fs').writeFileSync(process.argv[1], String(c.pid)); process.exit(0)`,
      pids,
    );
    expect((await fail({ run: leaving, output: 'openvino' })).reason).toBe('runtime-rejected');
    expect(await isGone(Number(readFileSync(pids, 'utf8')))).toBe(true);
  });
});

test('no shell reads an argument', async () => {
  const place = join(folder, 'a b; touch pwned $(x) "q"');
  mkdirSync(place);
  const argument = `${place}/$HOME;*`;
  const run = script(
    'require("node:fs").writeFileSync(process.argv[2], process.argv[1]); process.exit(9)',
    argument,
    join(folder, 'argument'),
  );
  await fail({ run, output: 'openvino' });
  expect(readFileSync(join(folder, 'argument'), 'utf8')).toBe(argument);
});

test('variables reach the program, and a seed, runs and shapes that are filled in', async () => {
  const told = join(folder, 'told');
  const run = script(
    `require('node:fs').appendFileSync(${JSON.stringify(told)}, process.env.POWER + ' ' + process.argv.slice(1).join(' ') + '\\n'); console.log('time 1.5')`,
    ...[
      '{runs}',
      '{warmup}',
      '{threads}',
      '{batch}',
      '{shape}',
      '{shapes.openvino}',
      '{shapes.trtexec}',
      '{shapes.atc}',
      '{"a": {b}}'.replace('{b}', '1'),
    ],
  );
  const device = await openWith(
    { where: 'there', threads: 3, variables: { POWER: 'high' }, run, output: { regex: 'time (\\S+)', unit: 's' } },
    folder,
  );
  const answer = await device.latency(other, dense, budget);
  expect(answer).toMatchObject({ state: 'complete', value: { candidateMs: 1500, ratio: 1 } });
  expect(readFileSync(told, 'utf8').split('\n')[0]).toBe(
    'high 30 2 3 1 1,3,24,24 input[1,3,24,24] input:1x3x24x24 input:1,3,24,24 {"a": 1}',
  );
});

test('a candidate is brought to the device once and taken away again, and the dense model stays', async () => {
  const log = join(folder, 'device.log');
  const note = (word: string) =>
    script(
      `require('node:fs').appendFileSync(${JSON.stringify(log)}, '${word} ' + process.argv[1].slice(0, 4) + '\\n')`,
      '{sha256}',
    );
  const driver = {
    where: 'there',
    push: [note('push')],
    remove: [note('remove')],
    run: script('console.log("time 2")'),
    output: { regex: 'time (\\S+)' },
  };
  const device = await openWith(driver, folder);
  for (let i = 0; i < 2; i++) expect((await device.latency(other, dense, budget)).state).toBe('complete');
  const [d, c] = [dense.sha256.slice(0, 4), other.sha256.slice(0, 4)];
  expect(readFileSync(log, 'utf8').trim().split('\n')).toEqual([
    `push ${d}`,
    `push ${c}`,
    `remove ${c}`,
    `push ${c}`,
    `remove ${c}`,
  ]);
});

describe('what only the user can put right is said when the device is opened', () => {
  const run = script('0');
  test.each([
    [
      { run: { command: ['no-such-tool-here', '{model}'] } },
      /^Cannot open the device "tool": its profile runs "no-such-tool-here", and there is no such program on PATH\. Install it/,
    ],
    [{ run: { command: ['./no/such/tool'] } }, /no such program at that place/],
    [
      { run, version: [process.execPath, '-e', 'console.error("no driver"); process.exit(1)'] },
      /the command of driver\.version failed: .*status 1: no driver/,
    ],
    [
      { run, where: 'there', environment: script('console.log("Cortex")') },
      /was to print JSON about the device\. Let it print such as/,
    ],
    [
      { run, where: 'there', environment: script('console.log(JSON.stringify({ cores: "four" }))') },
      /and cores is not right/,
    ],
  ])('%#', async (driver, message) => {
    const opening = openWith({ output: 'openvino', ...driver }, folder);
    await expect(opening).rejects.toThrow(UserError);
    await expect(opening).rejects.toThrow(message);
  });

  test('a size that nobody gave', async () => {
    writeFileSync(join(folder, 'x'), '');
    const { tinyConv, writeModelFile } = await import('../tiny-model.ts');
    const free = writeModelFile(
      join(folder, 'free.onnx'),
      tinyConv({ inputShape: ['N', 3, 'H', 24], channels: [8, 8] }),
    );
    const device = await openWith({ run, output: 'openvino' }, folder);
    await expect(device.latency(free, free, budget)).rejects.toThrow(
      /Cannot time the dense model: its input "input" has a dynamic size "H" that nobody gave/,
    );
  });
});
