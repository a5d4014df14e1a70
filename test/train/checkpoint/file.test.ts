import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { checkpointFile } from '../../../src/train/checkpoint/file.ts';
import { type Checkpoint, encodeCheckpoint } from '../../../src/train/checkpoint/format.ts';
import { noSums } from '../../../src/train/loop/course.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'rankfront-checkpoint-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const identity = { 'the model': 'a'.repeat(64), '--lr': '0.1' };
const checkpoint: Checkpoint = {
  identity,
  course: { place: { epoch: 2, batch: 7 }, epoch: { ...noSums, steps: 7, loss: 1 / 3 }, epochs: [], wallMs: 1234.5 },
  state: {
    tensors: new Map([
      ['weight/a "ü"', { dims: [2, 2], data: new Float32Array([1 / 3, -0, 1e-42, 3.4e38]) }],
      ['momentum/a', { dims: [3], data: new Float32Array([1, 2, 3]) }],
    ]),
    counters: { steps: 319, lossScale: 65_536, stepsSinceScaling: 12 },
  },
};
const path = (): string => join(folder, 'net.checkpoint');
const written = (): Uint8Array => encodeCheckpoint(checkpoint);
const refusal = (bytes: Uint8Array): unknown => {
  writeFileSync(path(), bytes);
  try {
    return checkpointFile(path()).read(identity);
  } catch (error) {
    return error;
  }
};

describe('a checkpoint', () => {
  test('comes back bit for bit', () => {
    const file = checkpointFile(path());
    expect(file.read(identity)).toBeNull();
    file.write(checkpoint);
    expect(file.read(identity)).toEqual(checkpoint);
    expect(file.read(identity)).not.toHaveProperty('written');
    for (const written of [null, 'f'.repeat(64)]) {
      file.write({ ...checkpoint, written });
      expect(file.read(identity)?.written).toBe(written);
    }
    expect(Object.is(file.read(identity)?.state.tensors.get('weight/a "ü"')?.data[1], -0)).toBe(true);
    file.remove();
    expect(existsSync(path())).toBe(false);
  });

  test('cut short at any byte it is refused in a sentence', () => {
    const whole = written();
    for (let length = 0; length < whole.length; length += length < 24 ? 1 : 17) {
      const found = refusal(whole.subarray(0, length));
      expect(found).toMatchObject({
        name: 'UserError',
        message: expect.stringContaining('it is cut short'),
        wayOut: expect.stringContaining('--restart'),
      });
    }
  });

  test('with any byte changed it is refused', () => {
    const whole = written();
    for (let at = 0; at < whole.length; at += 7) {
      const changed = Uint8Array.from(whole);
      changed[at]! ^= 0x10;
      expect(refusal(changed)).toMatchObject({ name: 'UserError' });
    }
  });

  test('of another version it says so', () => {
    const older = written();
    older[8] = 0;
    expect(refusal(older)).toMatchObject({
      message: expect.stringContaining('has version 0 of the format, and this version of rankfront reads 1'),
      wayOut: expect.stringContaining('--restart'),
    });
    const newer = written();
    newer[8] = 2;
    expect(refusal(newer)).toMatchObject({ wayOut: expect.stringContaining('the version of rankfront that wrote it') });
  });

  test('of another training it says in what', () => {
    const file = checkpointFile(path());
    file.write(checkpoint);
    expect(() => file.read({ ...identity, '--lr': '0.2' })).toThrow('(--lr was 0.1 there and is 0.2 here)');
    expect(() => file.read({ ...identity, 'the model': 'b'.repeat(64) })).toThrow(
      '(the model was aaaaaaaaaaaa... there and is bbbbbbbbbbbb... here)',
    );
  });

  test('of before images were held out it says how to go on', () => {
    const file = checkpointFile(path());
    const then = { ...identity, 'the training set': 'all' };
    file.write({ ...checkpoint, identity: then });
    const refused = (now: Record<string, string>): unknown => {
      try {
        return file.read({ ...then, ...now });
      } catch (error) {
        return error;
      }
    };
    expect(refused({ 'the training set': 'most', 'the test set': 'others' })).toMatchObject({
      message: expect.stringContaining('(the training set was all there and is most here)'),
      wayOut: expect.stringContaining('(--hold-out 0: nothing was held out then)'),
    });
    expect(refused({ 'the training set': 'others' })).toMatchObject({
      wayOut: expect.not.stringContaining('--hold-out'),
    });
  });

  test.skipIf(process.platform === 'win32')('that finds no room leaves the old one, in a sentence', () => {
    checkpointFile(path()).write(checkpoint);
    const before = readFileSync(path());
    const module = (name: string): string =>
      JSON.stringify(pathToFileURL(join(import.meta.dirname, '../../../src/train/checkpoint', name)).href);
    const program = `
      import { checkpointFile } from ${module('file.ts')};
      const { course, state } = ${JSON.stringify({ ...checkpoint, state: { counters: checkpoint.state.counters } })};
      const tensors = new Map([['weight/a', { dims: [65536], data: new Float32Array(65536) }]]);
      try {
        checkpointFile(${JSON.stringify(path())}).write({ identity: {}, course, state: { ...state, tensors } });
      } catch (error) {
        process.stdout.write(error.name + ': ' + error.message);
      }`;
    // The shell lets no file grow beyond 64 blocks, so the write breaks off half-way, as on a full disk.
    const told = execFileSync(
      'bash',
      ['-c', 'ulimit -f 64; exec "$0" --input-type=module -e "$1"', process.execPath, program],
      { encoding: 'utf8' },
    );
    expect(told).toMatch(/^UserError: Cannot write the checkpoint to ".*": the file is too large\. Free some space/);
    expect(readFileSync(path())).toEqual(before);
    expect(readdirSync(folder)).toEqual(['net.checkpoint']);
  });
});
