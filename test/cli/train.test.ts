/** `rankfront train` as a process of its own, on drawn images and a network of a few weights. */
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { seededRng } from '../../src/random/rng.ts';
import { smallTraining } from '../train/loop/request.ts';
import { type Ended, rankfront, start } from './rankfront.ts';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'rankfront-train-'));
  smallTraining(folder);
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const at = (name: string): string => join(folder, name);
const args = (out: string, ...more: string[]): string[] => [
  'train',
  ...['--model', at('net.onnx'), '--data', at('shapes.yaml'), '--out', at(out)],
  ...['--batch', '8', '--epochs', '4', '--threads', '1', '--loader-threads', '1', '--ema', '0.9'],
  ...(more.includes('--no-json') ? [] : ['--json']),
  ...more.filter(each => each !== '--no-json'),
];
const eventsOf = ({ stdout }: Ended) =>
  stdout
    .split('\n')
    .filter(line => line !== '')
    .map(line => JSON.parse(line) as { readonly kind: string; readonly [key: string]: unknown });

/** Starts the command, and where a signal is given sends it at a random instant after a few of its lines. */
function stopping(command: string[], seed: number): (signal: NodeJS.Signals | null) => Promise<Ended> {
  const rng = seededRng(seed);
  return signal => {
    const { child, ended } = start(command);
    const wanted = 3 + rng.integer(3);
    let seen = 0;
    let sent = false;
    child.stdout?.on('data', (chunk: Buffer) => {
      seen += chunk.toString().split('"kind"').length - 1;
      if (!signal || sent || seen < wanted) return;
      sent = true; // a second SIGINT would end it at once
      setTimeout(() => child.kill(signal), rng.integer(20));
    });
    return ended;
  };
}

describe('rankfront train', () => {
  let whole: Ended;
  beforeAll(async () => {
    whole = await rankfront(args('whole.onnx', '--fresh'));
  });

  test('trains, tells every epoch as a JSON line, and writes a network that scores as training said', () => {
    expect(whole).toMatchObject({ status: 0, stderr: '' });
    const events = eventsOf(whole);
    expect(events.filter(({ kind }) => kind === 'epoch')).toHaveLength(4);
    expect(events.at(0)).toMatchObject({ kind: 'training-started', batchesPerEpoch: 5, resumedFrom: 0 });
    expect(events.at(-1)).toMatchObject({ kind: 'written', path: at('whole.onnx'), images: 20, agrees: true });
    expect(existsSync(at('whole.onnx.checkpoint'))).toBe(false);
  });

  test('in a pipe without --json it prints lines for people, each with its time, and the last word to standard output', async () => {
    const { status, stdout, stderr } = await rankfront(args('plain.onnx', '--fresh', '--no-json'));
    expect(status).toBe(0);
    expect(stdout).toMatch(
      /^Wrote .*plain\.onnx \(.* MB\): epoch \d, .* of 20 validation images, scored from the file\.\n$/,
    );
    const log = stderr.trim().split('\n');
    for (const line of log) expect(line).toMatch(/^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d {2}\S/);
    expect(log.filter(line => / {2}epoch [1-4]\/4 /.test(line))).toHaveLength(4);
    expect(stdout + stderr).not.toContain('{');
    expect(readFileSync(at('plain.onnx')).equals(readFileSync(at('whole.onnx')))).toBe(true);
  });

  test('interrupted, killed at a random instant and started again, it writes the same file, byte for byte', {
    timeout: 120_000,
  }, async () => {
    const again = stopping(args('stopped.onnx', '--fresh', '--checkpoint-every', '1ms'), 8);
    const interrupted = await again('SIGINT');
    expect(interrupted).toMatchObject({ status: 130, stderr: '' });
    expect(eventsOf(interrupted).at(-1)).toMatchObject({ kind: 'training-finished', endedBy: 'interrupted' });
    expect(existsSync(at('stopped.onnx.checkpoint'))).toBe(true);
    expect(await again('SIGKILL')).toMatchObject({ signal: 'SIGKILL' });
    const last = await again(null);
    expect(last).toMatchObject({ status: 0, stderr: '' });
    expect(Number(eventsOf(last)[0]?.resumedFrom)).toBeGreaterThan(0);
    expect(readFileSync(at('stopped.onnx')).equals(readFileSync(at('whole.onnx')))).toBe(true);
  });

  test('on several threads, killed and started again, it comes to the same loss within 1e-5', {
    timeout: 120_000,
  }, async () => {
    const several = (out: string): string[] => [...args(out, '--fresh', '--checkpoint-every', '1ms'), '--threads', '2'];
    const undisturbed = await rankfront(several('threads.onnx'));
    expect(undisturbed).toMatchObject({ status: 0, stderr: '' });
    const again = stopping(several('threads-stopped.onnx'), 5);
    expect(await again('SIGKILL')).toMatchObject({ signal: 'SIGKILL' });
    const last = await again(null);
    expect(last).toMatchObject({ status: 0, stderr: '' });
    expect(Number(eventsOf(last)[0]?.resumedFrom)).toBeGreaterThan(0);
    const lossOf = (ended: Ended): number => {
      const epoch = eventsOf(ended).findLast(({ kind }) => kind === 'epoch') as
        | { train?: { loss: number } }
        | undefined;
      return epoch?.train?.loss ?? Number.NaN;
    };
    expect(lossOf(undisturbed)).toBeGreaterThan(0);
    expect(Math.abs(lossOf(last) - lossOf(undisturbed)) / lossOf(undisturbed)).toBeLessThan(1e-5);
  });

  test.skipIf(process.platform === 'win32')(
    'where the disk fills it says how to go on, and goes on from there',
    {
      timeout: 300_000,
    },
    async () => {
      // The shell lets no file grow beyond 4 KiB: room for the network, and none for a checkpoint.
      const small = ['bash', '-c', 'ulimit -f 4; exec "$@"', 'bash'];
      const full = (out: string): Promise<Ended> => start(args(out, '--fresh'), {}, folder, 'ignore', small).ended;
      const first = await full('full.onnx');
      expect(first.status).toBe(2);
      expect(first.stderr).toMatch(
        /^rankfront: Cannot write the checkpoint to ".*": the file is too large\. Free some space, .* run the same command again with --restart: it starts from the beginning\.$/m,
      );
      const again = stopping(args('filled.onnx', '--fresh', '--checkpoint-every', '1ms'), 8);
      const kept = eventsOf(await again('SIGINT')).findLast(({ kind }) => kind === 'checkpoint');
      const checkpoint = readFileSync(at('filled.onnx.checkpoint'));
      const second = await full('filled.onnx');
      expect(second.status).toBe(2);
      expect(second.stderr).toContain(`run the same command again: it goes on from step ${kept?.step}.`);
      expect(readFileSync(at('filled.onnx.checkpoint')).equals(checkpoint)).toBe(true);
      expect(await rankfront(args('filled.onnx', '--fresh'))).toMatchObject({ status: 0, stderr: '' });
      expect(readFileSync(at('filled.onnx')).equals(readFileSync(at('whole.onnx')))).toBe(true);
    },
  );

  test('a provider that does not exist, or is not here, is refused', async () => {
    const unknown = await rankfront(args('provider.onnx', '--provider', 'nonsense'));
    expect(unknown).toMatchObject({ status: 2, stdout: '', stderr: expect.stringContaining('found "nonsense"') });
    const absent = process.platform === 'win32' ? 'coreml' : 'dml';
    const elsewhere = await rankfront(args('provider.onnx', '--provider', absent));
    expect(elsewhere).toMatchObject({ status: 2, stdout: '' });
    expect(elsewhere.stderr).toMatch(
      /^rankfront: Cannot train: the execution provider "\w+" is not there .*Give --provider one that is: cpu/,
    );
  });

  test.each([
    ['--lr', 'abc', /--lr: expected a positive number, found no number\. Give, for example, --lr 0\.01/],
    ['--warm-up', 'abc', /--warm-up: expected a number from 0 on, found no number/],
    ['--warm-up', '-1', /--warm-up: expected a number from 0 on, found -1/],
    ['--ema', 'abc', /EMA decay that is no number/],
    ['--plain-epochs', '0.5', /--plain-epochs: expected a whole number/],
    ['--temperature', '3', /--temperature: there is no network whose scores are matched\. Give it with --distil/],
    ['--distil-weight', '0.9', /--distil-weight: there is no network/],
  ])('%s %s is refused in one sentence', async (flag, value, says) => {
    const refused = await rankfront(args('refused.onnx', flag, value));
    expect(refused).toMatchObject({ status: 2, stdout: '', stderr: expect.stringMatching(says) });
    expect(existsSync(at('refused.onnx'))).toBe(false);
  });
});
