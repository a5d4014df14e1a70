/** `rankfront train` as a process of its own, on drawn images and a network of a few weights. */
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
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
  ...['--batch', '8', '--epochs', '3', '--threads', '1', '--loader-threads', '1', '--ema', '0.9'],
  ...more,
];
const eventsOf = ({ stdout }: Ended) =>
  stdout
    .split('\n')
    .filter(line => line !== '')
    .map(line => JSON.parse(line) as { readonly kind: string; readonly [key: string]: unknown });

describe('rankfront train', () => {
  let whole: Ended;
  beforeAll(async () => {
    whole = await rankfront(args('whole.onnx', '--fresh'));
  });

  test('trains, tells every epoch as a JSON line, and writes a network that scores as training said', () => {
    expect(whole).toMatchObject({ status: 0, stderr: '' });
    const events = eventsOf(whole);
    expect(events.filter(({ kind }) => kind === 'epoch')).toHaveLength(3);
    expect(events.at(0)).toMatchObject({ kind: 'training-started', batchesPerEpoch: 5, resumedFrom: 0 });
    expect(events.at(-1)).toMatchObject({ kind: 'written', path: at('whole.onnx'), images: 20, agrees: true });
    expect(existsSync(at('whole.onnx.checkpoint'))).toBe(false);
  });

  test('killed at random instants and started again, it writes the same file, byte for byte', {
    timeout: 120_000,
  }, async () => {
    const rng = seededRng(8);
    const resumed: number[] = [];
    let killed = 0;
    let last: Ended | null = null;
    for (let run = 0; run < 12 && last?.status !== 0; run++) {
      const { child, ended } = start(args('killed.onnx', '--fresh', '--checkpoint-every', '1ms'));
      const wanted = 2 + rng.integer(5);
      let seen = 0;
      child.stdout?.on('data', (chunk: Buffer) => {
        seen += chunk.toString().split('"kind"').length - 1;
        if (killed < 4 && seen >= wanted) setTimeout(() => child.kill('SIGKILL'), rng.integer(20));
      });
      last = await ended;
      if (last.signal === 'SIGKILL') killed++;
      else expect(last).toMatchObject({ status: 0, stderr: '' });
      const first = /"resumedFrom":(\d+)/.exec(last.stdout);
      if (first) resumed.push(Number(first[1]));
    }
    expect(killed).toBeGreaterThan(0);
    expect(Math.max(...resumed)).toBeGreaterThan(0);
    expect(readFileSync(at('killed.onnx')).equals(readFileSync(at('whole.onnx')))).toBe(true);
  });

  test('interrupted it ends with a checkpoint, which another learning rate does not go on from', async () => {
    const { child, ended } = start(args('stopped.onnx', '--epochs', '400'));
    child.stdout?.on('data', (chunk: Buffer) => chunk.includes('"steps"') && child.kill('SIGINT'));
    const stopped = await ended;
    expect(stopped.status).toBe(130);
    expect(eventsOf(stopped).at(-1)).toMatchObject({ kind: 'training-finished', endedBy: 'interrupted' });
    const other = await rankfront(args('stopped.onnx', '--epochs', '400', '--lr', '0.5'));
    expect(other.status).toBe(2);
    expect(other.stderr).toMatch(/belongs to another training \(--lr was 0\.01 there and is 0\.5 here\)\. .*--restart/);
  });

  test('what diverges is told in a sentence, and leaves no file behind', async () => {
    const ended = await rankfront(args('diverged.onnx', '--lr', '1e30', '--schedule', 'constant', '--warm-up', '0'));
    expect(ended.status).toBe(2);
    expect(ended.stderr).toMatch(
      /^rankfront: The training diverged at step \d+ \(epoch \d\): .* is NaN or infinite.*\n$/,
    );
    expect(existsSync(at('diverged.onnx'))).toBe(false);
  });

  test('it does not write over a file that it cannot go on from', async () => {
    writeFileSync(at('mine.onnx'), 'mine');
    const ended = await rankfront(args('mine.onnx'));
    expect(ended).toMatchObject({ status: 2, stderr: expect.stringContaining('--restart to write over it') });
    expect(readFileSync(at('mine.onnx'), 'utf8')).toBe('mine');
  });
});
