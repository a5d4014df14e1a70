import { copyFileSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { checkpointFile } from '../../../src/train/checkpoint/file.ts';
import { start } from '../../../src/train/loop/course.ts';
import { planTraining } from '../../../src/train/loop/plan.ts';
import type { TrainRequest } from '../../../src/train/loop/request.ts';
import { train } from '../../../src/train/loop/train.ts';
import { smallTraining } from './request.ts';

let folder: string;
let request: TrainRequest;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'rankfront-train-'));
  request = smallTraining(folder);
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));
const run = (given: Partial<TrainRequest> = {}) =>
  train({ ...request, ...given }, () => {}, new AbortController().signal);

describe('before anything is started', () => {
  test('a file that cannot be gone on from is not written over', async () => {
    writeFileSync(request.out, 'mine');
    await expect(run()).rejects.toMatchObject({
      name: 'UserError',
      message: expect.stringContaining('there is such a file already'),
      wayOut: expect.stringContaining('--restart'),
    });
    expect(readFileSync(request.out, 'utf8')).toBe('mine');
  });

  test('files that cannot be written are told of, and what is there stays', async () => {
    const nowhere = join(folder, 'none', 'out.onnx');
    await expect(run({ out: nowhere })).rejects.toThrow(/Cannot write the trained network to .*no such file or folder/);
    await expect(run({ checkpoint: nowhere })).rejects.toThrow(
      /Cannot write the checkpoint to .*no such file or folder/,
    );
    await expect(run({ checkpoint: folder, restart: true })).rejects.toThrow(/it is a directory/);
    expect(readdirSync(folder).sort()).toEqual(['net.onnx', 'shapes.yaml']);
  });

  test('a network that is read is not written over, under whatever name', async () => {
    const before = readFileSync(request.model);
    const link = join(folder, 'link.onnx');
    symlinkSync(request.model, link);
    const teacher = join(folder, 'teacher.onnx');
    copyFileSync(request.model, teacher);
    await expect(run({ out: request.model, restart: true })).rejects.toThrow(/reads a network from there/);
    await expect(run({ out: link, restart: true })).rejects.toThrow(/reads a network from there/);
    await expect(run({ checkpoint: request.model, restart: true })).rejects.toMatchObject({
      wayOut: 'Give another --checkpoint.',
    });
    await expect(run({ teacher, out: teacher, restart: true })).rejects.toThrow(/reads a network from there/);
    await expect(run({ checkpoint: request.out, restart: true })).rejects.toThrow(/checkpoint is to be written there/);
    expect(readFileSync(request.model)).toEqual(before);
  });

  test('the checkpoint of another training is refused and stays', async () => {
    const { identity } = await planTraining(request);
    const state = { tensors: new Map(), counters: { steps: 0, lossScale: 1, stepsSinceScaling: 0 } };
    checkpointFile(request.checkpoint).write({ identity, course: start, state });
    const before = readFileSync(request.checkpoint);
    await expect(run({ learningRate: 0.5 })).rejects.toThrow('--lr was 0.05 there and is 0.5 here');
    await expect(run({ seed: 9 })).rejects.toThrow('--seed was 3 there and is 9 here');
    expect(readFileSync(request.checkpoint)).toEqual(before);
  });
});
