/** What cannot be trained is said in a sentence, before anything is started. */
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { writeModel } from '../../../src/onnx/write.ts';
import { planTraining } from '../../../src/train/loop/plan.ts';
import type { TrainRequest } from '../../../src/train/loop/request.ts';
import { cifarRecords } from '../../cli/world.ts';
import { tinyNetwork } from '../tiny-network.ts';
import { smallTraining } from './request.ts';

let folder: string;
let small: TrainRequest;
const at = (name: string): string => join(folder, name);
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'rankfront-plan-'));
  small = smallTraining(folder);
  writeFileSync(at('three.onnx'), writeModel(tinyNetwork()));
  writeFileSync(at('cut.onnx'), writeModel(tinyNetwork()).subarray(0, 500));
  mkdirSync(at('cifar'));
  const records = cifarRecords(30, 1);
  writeFileSync(at('cifar/test_batch.bin'), records);
  writeFileSync(at('cifar/data_batch_1.bin'), records);
  mkdirSync(at('outside'));
  records[2 * 3073] = 10;
  writeFileSync(at('outside/test_batch.bin'), cifarRecords(30, 1));
  writeFileSync(at('outside/data_batch_1.bin'), records);
  mkdirSync(at('empty'));
  const first = cifarRecords(30, 1);
  // No record of class 7 is left.
  for (let i = 0; i < 30; i++) if (first[i * 3073] === 7) first[i * 3073] = 6;
  writeFileSync(at('empty/test_batch.bin'), cifarRecords(30, 1));
  writeFileSync(at('empty/data_batch_1.bin'), first);
  const offset = 'kind: shapes\nimages: 20\ntrainImages: 40\nresize: 8\nlabelOffset: 1\n';
  writeFileSync(at('offset.yaml'), offset);
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const refused = async (given: Partial<TrainRequest>, problem: RegExp, wayOut: RegExp): Promise<void> => {
  const error: unknown = await planTraining({ ...small, ...given }).then(
    () => null,
    reason => reason,
  );
  expect(error).toMatchObject({ name: 'UserError', message: expect.stringMatching(problem) });
  expect(error).toMatchObject({ wayOut: expect.stringMatching(wayOut) });
};

describe('a training', () => {
  test('that fits is planned', async () => {
    const { loop, setup, identity } = await planTraining({ ...small, freeze: 'progressive' });
    expect(loop).toMatchObject({ epochs: 3, trainImages: 40, validationImages: 20 });
    expect(loop.phases.at(-1)!.frozenShare).toBeGreaterThan(0);
    expect(setup.data.reading).toMatchObject({ layout: 'nchw', transform: { height: 8, width: 8 } });
    expect(identity).toMatchObject({ '--lr': '0.05', '--freeze': 'progressive' });
    expect(setup.data.plainFrom).toBe(3);
  });

  test('tells of outputs that no training image has the class of, but not of background', async () => {
    expect((await planTraining(small)).notes).toEqual([]);
    mkdirSync(at('few'), { recursive: true });
    const image = await sharp({ create: { width: 8, height: 8, channels: 3, background: '#456' } })
      .png()
      .toBuffer();
    for (let i = 0; i < 40; i++) writeFileSync(at(`few/${i}.png`), image);
    const plan = async (label: (i: number) => number, yaml: string) => {
      writeFileSync(at('few/labels.csv'), Array.from({ length: 40 }, (_, i) => `${i}.png,${label(i)}`).join('\n'));
      writeFileSync(at('few.yaml'), `kind: folder\ndirectory: few\n${yaml}`);
      return (await planTraining({ ...small, data: at('few.yaml') })).notes;
    };
    expect(await plan(i => i % 8, '')).toEqual([
      'No training image has the class of 2 of the 10 outputs of the network (8, 9): what it knows of them will be lost.',
    ]);
    expect(await plan(i => i % 9, 'labelOffset: 1')).toEqual([]);
  });

  test('ends with the plain epochs that are asked for', async () => {
    const strong = { ...small, augment: 'strong' } as const;
    const { setup, identity } = await planTraining({ ...strong, plainEpochs: 1 });
    expect(setup.data.plainFrom).toBe(2);
    expect(identity).toEqual({ ...(await planTraining(strong)).identity, '--plain-epochs': '1' });
  });

  test('keeps its identity where threads, scoring or checkpoints differ, and nowhere else', async () => {
    const { identity } = await planTraining(small);
    const same = { scoreEvery: 2, checkpointMs: 5, loaderThreads: 2, engine: { ...small.engine, threads: 2 } };
    expect((await planTraining({ ...small, ...same })).identity).toEqual(identity);
    for (const other of [
      { seed: 4 },
      { learningRate: 0.1 },
      { emaDecay: null },
      { batch: 10 },
      { augment: 'strong' as const },
      { freeze: 'list:norm1*' },
    ])
      expect((await planTraining({ ...small, ...other })).identity).not.toEqual(identity);
  });

  test('is another one where its images are read in another way', async () => {
    const { identity } = await planTraining(small);
    expect(identity).toMatchObject({ 'resize in the dataset YAML': '8' });
    const yaml = readFileSync(small.data, 'utf8');
    for (const said of ['channels: bgr', 'crop: 8']) {
      writeFileSync(at('said.yaml'), `${yaml}${said}\n`);
      const [name, value] = said.split(': ') as [string, string];
      expect((await planTraining({ ...small, data: at('said.yaml') })).identity).toEqual({
        ...identity,
        [`${name} in the dataset YAML`]: value,
      });
    }
  });

  test.each<[string, Partial<TrainRequest>, RegExp, RegExp]>([
    ['one image at a time', { batch: 1 }, /one image at a time: the network has BatchNormalization/, /larger --batch/],
    ['one image a part', { batch: 8, accumulation: 8 }, /one image at a time/, /smaller --accumulate/],
    ['uneven parts', { batch: 8, accumulation: 3 }, /--batch 8 in 3 parts/, /divides the batch/],
    ['more than there is', { batch: 41 }, /--batch 41: there are only 40 training images/, /at most --batch 40/],
    ['no learning rate', { learningRate: 0 }, /learning rate 0: expected a number above 0/, /--lr/],
    ['more plain epochs', { augment: 'strong', plainEpochs: 4 }, /4 plain epochs: there are 3/, /--plain-epochs 3/],
    ['plain epochs of default', { plainEpochs: 1 }, /--augment default has no colour/, /--augment strong/],
    ['long warm-up', { warmUpEpochs: 3 }, /3 epochs of warm-up: expected .* below the 3 of the schedule/, /--warm-up/],
    ['a rewind to less', { rewindEpochs: 2 }, /a schedule of 2 epochs.*at least the 3/, /--rewind/],
    ['a rewind to a part', { rewindEpochs: 3.5 }, /a schedule of 3.5 epochs.*a whole number/, /--rewind/],
    ['everything frozen', { freeze: 'list:*' }, /all \d+ weights are frozen, and nothing is left to train/, /--freeze/],
    ['an unknown policy', { freeze: 'progresive' }, /no policy "progresive"/, /Did you mean "progressive"/],
    ['an unknown schedule', { schedule: 'linear' }, /the schedule "linear"/, /--schedule/],
    ['a decay out of range', { emaDecay: 1.5 }, /EMA decay 1.5: expected a number from 0 to 1/, /another --ema/],
  ])('%s is refused', (_, given, problem, wayOut) => refused(given, problem, wayOut));

  test('data that does not fit the network is refused', async () => {
    await refused({ model: at('three.onnx') }, /10 classes.*3 wide/, /classes/);
    await refused({ data: at('offset.yaml') }, /10 classes/, /classes|labelOffset/);
    await refused({ data: at('none.yaml') }, /no such file/, /path/);
  });

  test('labels out of range and classes without an image are refused', async () => {
    await refused({ data: `cifar10:${at('outside')}` }, /record 2 has the label 10, expected 0 to 9/, /CIFAR-10/);
    await refused({ data: `cifar10:${at('empty')}` }, /the class "7" has no training image/, /Add images/);
  });

  test('a network cut short is refused', () => refused({ model: at('cut.onnx') }, /Cannot read ".*cut.onnx"/, /\w/));
});
