import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { DatasetOverrides } from '../../src/data/open.ts';
import { openDataset } from '../../src/data/open.ts';
import { parseDataSpec } from '../../src/data/spec.ts';
import { type OpenScorer, openScorer, type ScorerOptions } from '../../src/evaluate/open.ts';
import type { Score } from '../../src/evaluate/scorer.ts';
import { colourFolders, colourImage } from './colour-images.ts';
import { scorerContract } from './contract.ts';
import { byColour, type TinyClassifier, writeClassifier } from './tiny-classifier.ts';

const perClass = 6;
const scratch = mkdtempSync(join(tmpdir(), 'rankfront-score-'));
const folder = join(scratch, 'colours');
const at = (name: string): string => join(scratch, name);
const open: OpenScorer[] = [];

const openFor = async (
  modelPath: string,
  data: string,
  overrides: DatasetOverrides = { normalize: 'unit' },
  options: Partial<ScorerOptions> = {},
): Promise<OpenScorer> => {
  const scorer = await openScorer({
    modelPath,
    dataset: await openDataset(parseDataSpec(data), overrides),
    host: { provider: 'cpu', threads: 1, graphOptimization: 'all' },
    seed: 7,
    prepare: { folder: at('cache'), threads: 1 },
    ...options,
  });
  open.push(scorer);
  return scorer;
};
const all = async (scorer: OpenScorer, path: string): Promise<Score> => {
  const attempt = await scorer.accuracy(path, { images: 'all', timeoutMs: 60_000 });
  if (attempt.state === 'failed') throw new Error(attempt.detail);
  return attempt.value;
};
const dense = at('dense.onnx');
/** Sees no blue: the third class never wins on these colours. */
const blind: TinyClassifier['weights'] = [
  [1, 0, 0],
  [0, 1, 0],
  [0, 0, 0.1],
];

beforeAll(async () => {
  await colourFolders(folder, perClass);
  writeClassifier(dense, { weights: byColour });
  writeClassifier(at('blind.onnx'), { weights: blind });
  writeFileSync(at('broken.onnx'), 'not a model');
});
afterAll(async () => {
  await Promise.all(open.map(scorer => scorer.close()));
  rmSync(scratch, { recursive: true, force: true });
});

scorerContract('the onnxruntime scorer', async () => ({
  scorer: await openFor(dense, `folder:${folder}`),
  model: at('blind.onnx'),
  other: dense,
  broken: at('broken.onnx'),
  right: 2 * perClass,
  images: 3 * perClass,
}));

describe('the network decides how it is fed', () => {
  const whole = { images: 3 * perClass, right: 3 * perClass };
  const cases: readonly (readonly [string, TinyClassifier])[] = [
    ['a fixed batch that does not divide the images', { weights: byColour, inputShape: [5, 3, 8, 8] }],
    ['float16', { weights: byColour, elementType: 'float16' }],
    ['channels last', { weights: byColour, layout: 'nhwc' }],
    ['scores as the second output', { weights: byColour, extraOutput: true }],
    ['dynamic height and width', { weights: byColour, inputShape: ['N', 3, 'H', 'W'] }],
  ];
  it.each(cases)('%s', async (name, classifier) => {
    const path = writeClassifier(at(`${name.replaceAll(' ', '-')}.onnx`), classifier);
    const scorer = await openFor(path, `folder:${folder}`);
    const { correct, accuracy } = await all(scorer, path);
    expect({ images: correct.length, right: accuracy * correct.length }).toEqual(whole);
  });
  it('gives the same predictions in any batch', async () => {
    const predictions = [];
    for (const scoreBatch of [1, 4, 64]) {
      const scorer = await openFor(dense, `folder:${folder}`, { normalize: 'unit' }, { scoreBatch });
      predictions.push([...((await all(scorer, at('blind.onnx'))).predictions ?? [])]);
    }
    expect(predictions[1]).toEqual(predictions[0]);
    expect(predictions[2]).toEqual(predictions[0]);
  });
  it('in BGR where the data says so', async () => {
    const path = at('bgr.yaml');
    writeFileSync(path, `kind: folder\ndirectory: ${folder}\nnormalize: unit\nchannels: bgr\n`);
    const scorer = await openFor(dense, path, {});
    // Red and blue change places; green stays right.
    expect((await all(scorer, dense)).accuracy).toBeCloseTo(1 / 3, 12);
  });
});

describe('without labels', () => {
  it('counts how often a candidate agrees with the dense model', async () => {
    const images = at('unlabelled');
    mkdirSync(images);
    for (const [i, colour] of (['red', 'blue', 'green', 'blue', 'red', 'blue'] as const).entries())
      await colourImage(join(images, `${i}.png`), colour);
    const scorer = await openFor(dense, `folder:${images}`);
    expect(scorer.objective).toBe('agreement');
    expect((await all(scorer, dense)).accuracy).toBe(1);
    expect([...(await all(scorer, at('blind.onnx'))).correct]).toEqual([1, 0, 1, 0, 1, 0]);
    await expect(openFor(dense, `folder:${images}`, {}, { metric: { kind: 'top1' } })).rejects.toThrow(
      'Cannot score top-1: the images have no labels.',
    );
  });
});

describe('two heads', () => {
  const heads = ['scores', 'more'];
  const two = (): string => writeClassifier(at('two-heads.onnx'), { weights: byColour, secondHead: byColour });
  /** As good at the first head; at the second it sees no blue. */
  const worse = (): string => writeClassifier(at('second-blind.onnx'), { weights: byColour, secondHead: blind });
  const unlabelled = async (): Promise<string> => {
    const images = at('two-unlabelled');
    mkdirSync(images, { recursive: true });
    for (const [i, colour] of (['red', 'blue', 'green', 'blue', 'red', 'blue'] as const).entries())
      await colourImage(join(images, `${i}.png`), colour);
    return images;
  };

  it('both count for agreement, and with labels the second must say what it says in the dense model', async () => {
    const free = await openFor(two(), `folder:${await unlabelled()}`, { normalize: 'unit' }, { heads });
    expect([...(await all(free, worse())).correct]).toEqual([1, 0, 1, 0, 1, 0]);
    expect((await all(free, two())).accuracy).toBe(1);
    const labelled = await openFor(two(), `folder:${folder}`, { normalize: 'unit' }, { heads });
    expect((await all(labelled, two())).accuracy).toBe(1);
    const { accuracy, predictions } = await all(labelled, worse());
    expect(accuracy).toBeCloseTo(2 / 3, 12);
    expect([...(predictions ?? [])].filter(each => each === 2)).toHaveLength(perClass);
  });

  it('the labelled head comes first, whatever the order of the outputs', async () => {
    const scorer = await openFor(worse(), `folder:${folder}`, { normalize: 'unit' }, { heads: ['more', 'scores'] });
    expect((await all(scorer, worse())).accuracy).toBeCloseTo(2 / 3, 12);
  });

  it('a trial may be given up for what the second lost', async () => {
    const many = await colourFolders(at('many'), 30);
    const scorer = await openFor(two(), `folder:${many}`, { normalize: 'unit' }, { heads });
    const scored = (path: string, error: number) =>
      scorer.accuracy(path, {
        images: 'all',
        timeoutMs: 60_000,
        stopping: { chances: [{ weight: 1, below: error }], below: 0.01 },
      });
    const [lost, kept] = [await scored(worse(), 0.05), await scored(worse(), 0.9)];
    expect(lost.state === 'complete' && lost.value.places?.length).toBeLessThan(90);
    expect(kept.state === 'complete' && kept.value.places).toBeUndefined();
    expect(kept.state === 'complete' && kept.value.accuracy).toBeCloseTo(2 / 3, 12);
  });
});

describe('what cannot be scored', () => {
  it('is refused before a search when the classes do not match', async () => {
    const four = writeClassifier(at('four.onnx'), { weights: [...byColour, [0, 0, 0]] });
    await expect(openFor(four, `folder:${folder}`)).rejects.toThrow(
      'Cannot match the data with the model: the data has 3 classes, the output of the model is 4 wide.',
    );
  });
  it('fails as not-finite when an output is NaN', async () => {
    const scorer = await openFor(dense, `folder:${folder}`);
    const nan = writeClassifier(at('nan.onnx'), {
      weights: [
        [Number.NaN, 0, 0],
        [0, 1, 0],
        [0, 0, 1],
      ],
    });
    const attempt = await scorer.accuracy(nan, { images: 'proxy', timeoutMs: 60_000 });
    expect(attempt).toMatchObject({ state: 'failed', reason: 'not-finite' });
    await expect(openFor(nan, `folder:${folder}`)).rejects.toThrow(/is NaN or infinite/);
  });
  it('fails when a candidate has other classes than the dense model', async () => {
    const scorer = await openFor(dense, `folder:${folder}`);
    const two = writeClassifier(at('two.onnx'), {
      weights: [
        [1, 0, 0],
        [0, 1, 0],
      ],
    });
    const attempt = await scorer.accuracy(two, { images: 'proxy', timeoutMs: 60_000 });
    expect(attempt).toMatchObject({ state: 'failed', reason: 'runtime-rejected' });
  });
  it('is refused when it is no model', async () => {
    await expect(openFor(at('broken.onnx'), `folder:${folder}`)).rejects.toThrow(/the runtime cannot load the model/);
  });
});

describe('unreadable images', () => {
  const damaged = async (directory: string): Promise<string> => {
    await colourFolders(directory, perClass);
    writeFileSync(join(directory, '0_red', '0.png'), '');
    return directory;
  };
  it('are named, counted and skipped', async () => {
    const scorer = await openFor(dense, `folder:${await damaged(at('damaged'))}`);
    expect(scorer.info.unreadable.map(({ id }) => id)).toEqual(['0_red/0.png']);
    expect(scorer.info.notes.join()).toContain('1 of 18 images are unreadable and skipped: 0_red/0.png');
    expect((await all(scorer, dense)).correct).toEqual(new Uint8Array(17).fill(1));
    expect([...scorer.proxyIndices, ...scorer.confirmIndices]).not.toContain(0);
  });
  it('end it beyond the limit', async () => {
    const path = at('strict.yaml');
    writeFileSync(path, `kind: folder\ndirectory: ${await damaged(at('strict'))}\nmaxUnreadable: 0\n`);
    await expect(openFor(dense, path, {})).rejects.toThrow(
      /^Cannot use the data: 1 of 18 images are unreadable, at most 0 may be: 0_red\/0.png/,
    );
  });
});

describe('the dense model is checked', () => {
  it('and nothing is said when it does its work', async () => {
    expect(await (await openFor(dense, `folder:${folder}`)).checkDense(60_000)).toBeNull();
  });
  it('and the channel order is named when that is wrong', async () => {
    const path = at('check.yaml');
    const more = await colourFolders(at('more'), 20);
    writeFileSync(path, `kind: folder\ndirectory: ${more}\nchannels: bgr\nnormalize: unit\n`);
    const said = await (await openFor(dense, path, {})).checkDense(60_000);
    expect(said).toContain('near chance (33.3 %)');
    expect(said).toContain('with --normalize');
  });
});
