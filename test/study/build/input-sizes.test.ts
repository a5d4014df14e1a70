/** Sizes that a network leaves open: given, or taken from the data. */
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import type { Dataset } from '../../../src/data/dataset.ts';
import { parseDataSpec } from '../../../src/data/spec.ts';
import { resolveSizes } from '../../../src/device/free-dimensions.ts';
import type { Graph, Shape } from '../../../src/onnx/graph.ts';
import { inferShapes } from '../../../src/onnx/shapes.ts';
import { parseInputShapes, withInputShapes, withSizesOfData } from '../../../src/study/build/input-sizes.ts';
import { buildModel } from '../../onnx/build.ts';

const graphOf = (...inputs: readonly (readonly [name: string, shape: Shape])[]): Graph =>
  buildModel({
    inputs: inputs.map(([name, shape]) => ({ name, shape })),
    outputs: ['y'],
    nodes: [{ op: 'Relu', inputs: [inputs[0]?.[0] ?? ''], outputs: ['y'] }],
  }).graph;
const image = graphOf(['input', [null, 3, '?', '?']]);
const profile = 'name: a  # mine\nbatchSize: 2\n';
const sized = (graph: Graph, text: string): Record<string, unknown> =>
  parse(withInputShapes(profile, graph, parseInputShapes(text)));

describe('--input-shape', () => {
  it('gives sizes by axis, also where two have one name, and the batch size', () => {
    const { batchSize, inputShape } = sized(image, 'input=1x3x48x320') as {
      batchSize: number;
      inputShape: Record<string, number>;
    };
    expect(batchSize).toBe(1);
    const found = resolveSizes([{ name: 'input', shape: [null, 3, '?', '?'] }], { batchSize, inputShape });
    expect(found.kind === 'sizes' && found.shapes.get('input')).toEqual([1, 3, 48, 320]);
    expect(inferShapes(image, new Map([['', 17]]), inputShape).get('y')).toEqual(['input:0?', 3, 48, 320]);
    expect(withInputShapes(profile, image, parseInputShapes('1x3x?x?'))).toContain('# mine');
  });
  it('gives the name of a size its number, unless it stands for two', () => {
    const text = graphOf(['ids', ['batch', 'length']], ['mask', ['batch', 'length']]);
    expect(sized(text, 'ids=4x128')).toMatchObject({ batchSize: 4, inputShape: { length: 128 } });
    const both = sized(text, 'ids=4x128,mask=4x64').inputShape as Record<string, number>;
    expect(both).toEqual({ 'ids:1?': 128, 'mask:1?': 64 });
  });
  it.each([
    ['inptu=1x3x8x8', /no input "inptu".*Did you mean input\?/],
    ['input=1x3x8', /it has 4 axes, found 3 sizes.*input=\?x3x\?x\?/],
    ['input=1x4x8x8', /fixes axis 1 at 3, found 4/],
    ['input=1x3x0x8', /found "input=1x3x0x8"/],
    ['input=', /found "input="/],
    ['input=1x3x8x8,input=1x3x9x9', /names input twice/],
  ])('%s is refused', (text, message) => {
    try {
      sized(image, text);
    } catch (error) {
      const { problem, wayOut } = error as { problem: string; wayOut: string };
      expect(`${problem} ${wayOut}`).toMatch(message);
      return;
    }
    throw new Error('it passed');
  });
});

const dataset = (given: Partial<Dataset>): Dataset =>
  ({ spec: parseDataSpec('folder:x'), source: { kind: 'folder', paths: [] }, ...given }) as Dataset;
const tensors = (...inputs: readonly (readonly [string | null, readonly number[]])[]): Dataset =>
  dataset({
    source: {
      kind: 'tensors',
      inputs: inputs.map(([name, dims]) => ({
        name,
        items: [{ path: '', type: 'int64', dims, start: 0, bytes: 0, packed: null }],
      })),
    },
  });

describe('sizes that nobody gave', () => {
  it('are those of the data, and it is said', async () => {
    const text = graphOf(['ids', ['batch', 'length']], ['mask', ['batch', 'length']]);
    const found = await withSizesOfData(profile, 'p', text, async () => tensors(['ids', [77]], ['mask', [1, 77]]));
    expect(parse(found.text)).toMatchObject({ batchSize: 2, inputShape: { length: 77 } });
    expect(found.note).toMatch(/taken from the data: ids=\?x77, mask=\?x77\./);
  });
  it('of images follow the size that is fixed, or are 224', async () => {
    const open = async (): Promise<Dataset> => dataset({});
    const both = await withSizesOfData(profile, 'p', image, open);
    expect(parse(both.text).inputShape).toEqual({ 'input:2?': 224, 'input:3?': 224 });
    const one = await withSizesOfData(profile, 'p', graphOf(['x', ['N', 1, 48, 'W']]), open);
    expect(parse(one.text).inputShape).toMatchObject({ W: 224 });
  });
  it('are not looked for where there are none, or they are given', async () => {
    const never = (): Promise<Dataset> => Promise.reject(new Error('opened'));
    expect((await withSizesOfData(profile, 'p', graphOf(['x', ['N', 3, 8, 8]]), never)).text).toBe(profile);
    const given = withInputShapes(profile, image, parseInputShapes('1x3x48x320'));
    expect(await withSizesOfData(given, 'p', image, never)).toEqual({ text: given, note: null });
  });
});
