import { globSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { Site } from '../../src/decompose/site.ts';
import { parseSearchSpace } from '../../src/space/parse.ts';
import { resolveSpace } from '../../src/space/resolve.ts';
import { searchSpaceJsonSchema } from '../../src/space/schema.ts';
import { cifarResNet, mobileNetV1, resNet18, resNet50 } from './sites.ts';

const folder = join(import.meta.dirname, '..', '..', 'search-spaces');
const read = (file: string): string => readFileSync(join(folder, file), 'utf8');

const networks: Readonly<Record<string, { sites: readonly Site[]; chosen: number }>> = {
  'resnet20.yaml': { sites: cifarResNet(3), chosen: 18 },
  'resnet56.yaml': { sites: cifarResNet(9), chosen: 54 },
  'resnet18.yaml': { sites: resNet18(), chosen: 19 },
  'resnet50.yaml': { sites: resNet50(), chosen: 52 },
  'mobilenet-v1.yaml': { sites: mobileNetV1(1), chosen: 14 },
  'mobilenet-v1-fine.yaml': { sites: mobileNetV1(1), chosen: 14 },
};

test('every file that ships is known here', () => {
  expect(globSync('*.yaml', { cwd: folder }).sort()).toEqual(Object.keys(networks).sort());
});

describe.each(Object.entries(networks))('%s', (file, { sites, chosen }) => {
  test('offers a ladder at every layer of its network but those it keeps', () => {
    const space = resolveSpace(parseSearchSpace(read(file), basename(file)), sites, 16);
    expect(space.sites).toHaveLength(chosen);
    expect(space.kept.every(({ reason }) => reason === 'kept-by-name')).toBe(true);
    for (const { site, ladder } of space.sites) {
      expect(ladder.length, site.name).toBeGreaterThanOrEqual(2);
      expect(ladder.length, site.name).toBeLessThanOrEqual(10);
    }
    const mean = space.sites.reduce((sum, { ladder }) => sum + ladder.length, 0) / space.sites.length;
    expect(mean).toBeGreaterThan(5);
  });
});

test('other usual names of the same layers are found too', () => {
  const old = resNet18().map((site, index) => ({
    ...site,
    name: site.kind === 'gemm' ? 'Gemm_49' : `Conv_${2 * index}`,
  }));
  const space = resolveSpace(parseSearchSpace(read('resnet18.yaml'), 'resnet18.yaml'), old, 16);
  expect(space.kept.map(({ site }) => site.name)).toEqual(['Conv_0', 'Gemm_49']);
});

test('the JSON Schema that ships is the one of the types', () => {
  expect(JSON.parse(read('search-space.schema.json'))).toEqual(JSON.parse(JSON.stringify(searchSpaceJsonSchema())));
});
