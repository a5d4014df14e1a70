import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { resolveTransform } from '../../src/data/resolve-transform.ts';
import { datasetJsonSchema, parseDataSpec } from '../../src/data/spec.ts';

const scratch = mkdtempSync(join(tmpdir(), 'rankfront-spec-'));
afterAll(() => rmSync(scratch, { recursive: true, force: true }));
const yaml = (text: string): string => {
  const path = join(scratch, 'data.yaml');
  writeFileSync(path, text);
  return path;
};

describe('parseDataSpec', () => {
  it('reads the two short forms, with their defaults', () => {
    expect(parseDataSpec('cifar10:some/where')).toEqual({
      kind: 'cifar10',
      directory: resolve('some/where'),
      normalize: 'torchvision',
      channels: 'rgb',
      resize: null,
      crop: null,
      labelOffset: 0,
      files: ['test_batch.bin'],
    });
    expect(parseDataSpec('folder:C:/x y')).toMatchObject({
      kind: 'folder',
      directory: resolve('C:/x y'),
      maxUnreadable: 0.01,
    });
  });
  it('reads a YAML, with paths relative to it or to the data', () => {
    mkdirSync(join(scratch, 'images'), { recursive: true });
    writeFileSync(join(scratch, 'beside.txt'), '');
    const spec = parseDataSpec(
      yaml(
        'kind: folder\ndirectory: images\nlabels: inside.csv\nclasses: beside.txt\nnormalize: { mean: [0, 0, 0], std: [1, 1, 1] }\nresize: none\n',
      ),
    );
    expect(spec).toMatchObject({
      directory: join(scratch, 'images'),
      labels: join(scratch, 'images', 'inside.csv'),
      classes: join(scratch, 'beside.txt'),
      normalize: { mean: [0, 0, 0], std: [1, 1, 1] },
      resize: 'none',
    });
  });
  it.each([
    ['kind: folder\ndirectory: x\ncrop: big\n', /data.yaml:3: crop: expected a number, found "big"/],
    ['kind: folder\ndirectory: x\nnormalise: tf\n', /data.yaml:3: normalise: unknown key. Did you mean "normalize"\?/],
    ['kind: cifar10\ndirectory: x\nmaxUnreadable: 0.1\n', /data.yaml:3: maxUnreadable: unknown key/],
    ['kind: coco\ndirectory: x\n', /data.yaml:1: kind/],
    ['kind: folder\n', /directory: expected a string, found nothing/],
    ['kind: folder\ndirectory: x\nnormalize: { mean: [0, 0], std: [1, 1, 1] }\n', /data.yaml:3: normalize/],
  ])('names file, line and path of what is wrong in %j', (text, message) => {
    expect(() => parseDataSpec(yaml(text))).toThrow(message);
  });
  it.each([
    ['folder:', /no directory is given. Write folder:DIR/],
    [scratch, /it is a directory, and what is in it is not said/],
    [`${scratch}/none.yaml`, /there is no such file/],
  ])('refuses %s', (spec, message) => {
    expect(() => parseDataSpec(spec)).toThrow(message);
  });
});

describe('the generated schema', () => {
  it('is the one that is checked', () => {
    const file = join(import.meta.dirname, '..', '..', 'docs', 'schemas', 'dataset.schema.json');
    expect(JSON.parse(readFileSync(file, 'utf8'))).toEqual(JSON.parse(JSON.stringify(datasetJsonSchema())));
  });
});

describe('resolveTransform', () => {
  const folder = parseDataSpec('folder:x');
  it.each([
    ['folder', 224, 224, { resize: 256, height: 224, width: 224 }],
    ['folder', 299, 299, { resize: 342, height: 299, width: 299 }],
    ['folder', 32, 32, { resize: 32, height: 32, width: 32 }],
    ['folder', null, null, { resize: 256, height: 224, width: 224 }],
    ['folder', 224, 448, { resize: 512, height: 224, width: 448 }],
    ['cifar10', 32, 32, { resize: 32, height: 32, width: 32 }],
    ['cifar10', null, null, { resize: 32, height: 32, width: 32 }],
    ['cifar10', 224, 224, { resize: 224, height: 224, width: 224 }],
  ] as const)('%s for an input of %s x %s', (kind, height, width, expected) => {
    expect(resolveTransform(parseDataSpec(`${kind}:x`), height, width)).toEqual(expected);
  });
  it('does as it is told', () => {
    expect(resolveTransform({ ...folder, resize: 'none' }, 224, 224).resize).toBeNull();
    expect(resolveTransform({ ...folder, resize: 232 }, 224, 224).resize).toBe(232);
    expect(resolveTransform({ ...folder, crop: 160 }, null, null)).toEqual({ resize: 183, height: 160, width: 160 });
  });
  it('refuses a crop that the network does not take', () => {
    expect(() => resolveTransform({ ...folder, crop: 160 }, 224, 224)).toThrow(
      'Cannot crop to 160 x 160: the input of the model is 224 x 224.',
    );
  });
});
