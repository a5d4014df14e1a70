/** The end of a training: what is said of the file, and the status. */
import { describe, expect, test } from 'vitest';
import type { Console } from '../../src/cli/command.ts';
import { trainingDisplay, trainingEnd } from '../../src/cli/training-display.ts';
import { start } from '../../src/train/loop/course.ts';
import type { EpochFinished, TrainingEvent } from '../../src/train/loop/event.ts';
import type { TrainResult } from '../../src/train/loop/train.ts';

const epoch: EpochFinished = {
  kind: 'epoch',
  epoch: 3,
  epochs: 4,
  step: 30,
  learningRate: 0.01,
  frozenShare: 0,
  train: { loss: 1, top1: 0.5 },
  validation: { weights: 'ema', loss: 1, top1: 0.7, top5: 1, images: 200 },
  best: true,
  imagesPerSecond: 100,
  waitingShare: 0,
  stepMs: 1,
  wallMs: 1,
};
const ended = (top1: number): TrainResult => ({
  endedBy: 'epochs',
  course: start,
  written: {
    path: 'net.onnx',
    bytes: 2_500_000,
    epoch,
    top1,
    images: 200,
    test: null,
    mayDiffer: 1.5,
    sha256: 'f'.repeat(64),
  },
});

function recorder(terminal: boolean) {
  const said = { out: [] as string[], note: [] as string[], progress: [] as string[] };
  const console: Console = {
    commandLine: [],
    out: text => said.out.push(text),
    note: text => said.note.push(text),
    progress: terminal ? line => said.progress.push(line) : null,
    colour: false,
    columns: null,
    lines: async function* () {},
    finish: new AbortController().signal,
    stop: new AbortController().signal,
  };
  return { console, said };
}

describe('the end of a training', () => {
  test('has the test images last, and judges by those that chose the epoch whether the file is what was trained', () => {
    const result = ended(0.7);
    const test = { top1: 0.5, images: 1000 };
    const withTest = { ...result, written: result.written && { ...result.written, test } };
    const { console, said } = recorder(true);
    expect(trainingEnd(console, false, withTest)).toBe(0);
    expect(said.out).toEqual([
      'Wrote net.onnx (2.5 MB): epoch 3, 70.00 % of 200 held-out training images, scored from the file.',
      'On 1000 test images, which chose nothing, it scores 50.00 %.',
    ]);
  });

  test('is the status 1 where the file scores otherwise than training said, by more than one image', () => {
    for (const [top1, status] of [
      [0.7, 0],
      [0.705, 0],
      [0.71, 1],
      [0.69, 1],
    ] as const) {
      const { console, said } = recorder(true);
      expect(trainingEnd(console, false, ended(top1))).toBe(status);
      expect(said.out).toHaveLength(1);
      expect(said.out[0]).toMatch(
        /^Wrote net\.onnx \(2\.5 MB\): epoch 3, \d\d\.\d\d % of 200 validation images, scored from the file\.$/,
      );
      expect(said.note.join()).toContain(status === 0 ? '' : 'training reported 70.00 %. Do not use it');
      if (status === 0) expect(said.note).toEqual([]);
      const lines = recorder(false);
      expect(trainingEnd(lines.console, true, ended(top1))).toBe(status);
      expect(JSON.parse(lines.said.out[0]!)).toEqual({
        kind: 'written',
        path: 'net.onnx',
        bytes: 2_500_000,
        epoch: 3,
        weights: 'ema',
        top1,
        reported: 0.7,
        images: 200,
        agrees: status === 0,
        atMs: expect.any(Number),
      });
    }
  });

  test('is the status 130 where it was interrupted, with nothing written', () => {
    const { console, said } = recorder(true);
    expect(trainingEnd(console, false, { endedBy: 'interrupted', course: start, written: null })).toBe(130);
    expect(said).toEqual({ out: [], note: [], progress: [] });
  });
});

test('with --json every event is one line of JSON with its time, on a terminal and in a pipe', () => {
  const events: TrainingEvent[] = [epoch, { kind: 'checkpoint', path: 'a\nb', step: 3 }];
  for (const terminal of [false, true]) {
    const { console, said } = recorder(terminal);
    let atMs = 1000;
    const display = trainingDisplay(console, { json: true, restart: false }, () => atMs++);
    for (const event of events) display(event);
    expect(said.out.every(line => !line.includes('\n'))).toBe(true);
    expect(said.out.map(line => JSON.parse(line))).toEqual(events.map((event, i) => ({ ...event, atMs: 1000 + i })));
    expect([said.note, said.progress]).toEqual([[], []]);
  }
});

test('without --json there are lines for people: plain on a terminal, timed in a pipe, and never JSON', () => {
  const says = 'epoch 3/4 .* val 70\\.00 % \\(EMA\\).* best$';
  const time = '\\d{4}-\\d\\d-\\d\\d \\d\\d:\\d\\d:\\d\\d {2}';
  for (const [terminal, pattern] of [
    [true, `^${says}`],
    [false, `^${time}${says}`],
  ] as const) {
    const { console, said } = recorder(terminal);
    trainingDisplay(console, { json: false, restart: false })(epoch);
    expect(said).toEqual({ out: [], note: [expect.stringMatching(new RegExp(pattern))], progress: [] });
  }
});

test('in a pipe how far it is stands in a line of its own, once a minute', () => {
  const begun: TrainingEvent = {
    kind: 'training-started',
    ...{
      epochs: 4,
      batchesPerEpoch: 10,
      stepSize: 8,
      trainImages: 80,
      validationImages: 20,
      testImages: 0,
      resumedFrom: 0,
    },
  };
  const steps = (step: number): TrainingEvent => ({
    kind: 'steps',
    ...{ epoch: 1, batch: step, step, loss: 2, top1: 0.1, learningRate: 0.1, gradientNorm: 1 },
    ...{ frozenShare: 0, imagesPerSecond: 4, waitingShare: 0 },
  });
  const { console, said } = recorder(false);
  let ms = 0;
  const display = trainingDisplay(console, { json: false, restart: false }, () => ms);
  display(begun);
  for (let step = 1; step <= 10; step++) {
    ms = step * 20_000;
    display(steps(step));
  }
  expect(said.note.slice(1)).toEqual([3, 6, 9].map(() => expect.stringContaining('epoch 1/4  4.0 images/s')));
  expect(said.out).toEqual([]);
});
