import { createHash } from 'node:crypto';
import {
  copyFileSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { writeModel } from '../../../src/onnx/write.ts';
import { checkpointFile } from '../../../src/train/checkpoint/file.ts';
import { withFilesHeld } from '../../../src/train/checkpoint/lock.ts';
import { type Course, start } from '../../../src/train/loop/course.ts';
import type { EpochFinished, TrainingEvent } from '../../../src/train/loop/event.ts';
import { planTraining } from '../../../src/train/loop/plan.ts';
import type { TrainRequest } from '../../../src/train/loop/request.ts';
import { train } from '../../../src/train/loop/train.ts';
import { written } from '../../../src/train/loop/written.ts';
import { initialState } from '../../../src/train/state/initial-state.ts';
import { tinyNetwork } from '../tiny-network.ts';
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

  test('a training that begins anew and cannot be started leaves the checkpoint of the old one', async () => {
    const { identity } = await planTraining(request);
    const state = { tensors: new Map(), counters: { steps: 0, lossScale: 1, stepsSinceScaling: 0 } };
    checkpointFile(request.checkpoint).write({ identity, course: start, state });
    const before = readFileSync(request.checkpoint);
    const teacher = join(folder, 'teacher.onnx');
    writeFileSync(teacher, writeModel(tinyNetwork()));
    // What a process left that was killed while it wrote goes; what only looks like it stays.
    const [left, mine] = [`${request.checkpoint}.0a1b2c3d.tmp`, `${request.checkpoint}.mine.tmp`];
    for (const path of [left, mine]) writeFileSync(path, 'half');
    await expect(run({ teacher, restart: true })).rejects.toThrow(
      'Cannot distil: the teacher scores 3 classes on images of 3 x 6 x 6, the network 10 on 3 x 8 x 8.',
    );
    expect(readFileSync(request.checkpoint)).toEqual(before);
    expect([existsSync(left), existsSync(mine)]).toEqual([false, true]);
  });

  test('files that another training writes are left alone', async () => {
    await withFilesHeld(request, async () => {
      await expect(run()).rejects.toThrow(
        `Cannot train into "${request.out}": another training of this process writes that file now. Wait until it is done, or give another --out.`,
      );
      const link = join(folder, 'link');
      symlinkSync(folder, link);
      await expect(
        run({ out: join(folder, 'other.onnx'), checkpoint: join(link, 'out.onnx.checkpoint') }),
      ).rejects.toThrow(/out\.onnx\.checkpoint": another training .*give another --checkpoint/);
    });
    expect(await withFilesHeld(request, async () => 'free again')).toBe('free again');
  });

  test('a file that is no checkpoint is not taken for one that --restart begins over', async () => {
    writeFileSync(request.checkpoint, 'my notes');
    await expect(run({ restart: true })).rejects.toThrow(
      /^Cannot keep the checkpoint in ".*": there is a file that is no checkpoint of rankfront\. Give another --checkpoint\.$/,
    );
    expect(readFileSync(request.checkpoint, 'utf8')).toBe('my notes');
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

describe('the network of the best epoch', () => {
  const epoch = (number: number, top1: number): EpochFinished => ({
    kind: 'epoch',
    epoch: number,
    epochs: 2,
    step: 5 * number,
    learningRate: 0.1,
    frozenShare: 0,
    train: { loss: 1, top1: 0.5 },
    validation: { weights: 'last', loss: 1, top1, top5: 1, images: 20 },
    best: number === 1,
    imagesPerSecond: 1,
    waitingShare: 0,
    stepMs: 1,
    wallMs: 1,
  });
  const course: Course = { ...start, epochs: [epoch(1, 0.9), epoch(2, 0.5)] };

  test('counts where it is as it was written; else that of the last epoch is written, with a word', async () => {
    const plan = await planTraining(request);
    const state = initialState(plan.network, { slots: [], average: false, scaledLoss: false });
    copyFileSync(request.model, request.out);
    const own = createHash('sha256').update(readFileSync(request.out)).digest('hex');
    const events: TrainingEvent[] = [];
    const end = (best: string | null | undefined) =>
      written(request, plan, { course, state, best }, event => events.push(event));
    for (const best of [own, undefined]) {
      expect(await end(best)).toMatchObject({ epoch: { epoch: 1 }, sha256: own });
      expect(events).toEqual([]);
    }
    const last = await end('f'.repeat(64));
    expect(last).toMatchObject({ epoch: { epoch: 2 } });
    expect(last.sha256).not.toBe(own);
    expect(events).toMatchObject([{ kind: 'warning', message: expect.stringMatching(/epoch 1, the best, is not in/) }]);
  });
});
