import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { UserError } from '../../src/errors/user-error.ts';
import { modelCost } from '../../src/onnx/cost.ts';
import { readModel } from '../../src/onnx/read.ts';
import { inferShapes } from '../../src/onnx/shapes.ts';
import { floatTensor, intTensor } from '../../src/onnx/tensor.ts';
import { writeModel } from '../../src/onnx/write.ts';
import { buildModel } from './build.ts';
import { visionTransformer } from './vision-transformer.ts';

const seeds: readonly Uint8Array[] = [
  writeModel(visionTransformer(13)),
  writeModel(
    buildModel({
      inputs: [{ name: 'x', shape: ['n', 3, 8, 8] }],
      outputs: ['y'],
      initializers: [floatTensor('w', [4, 3, 3, 3], new Float32Array(108).fill(0.5)), intTensor('to', [2], [0, -1])],
      nodes: [
        { op: 'Conv', inputs: ['x', 'w'], outputs: ['c'], attributes: { pads: [1, 1, 1, 1], auto_pad: 'NOTSET' } },
        { op: 'MaxPool', inputs: ['c'], outputs: ['p'], attributes: { kernel_shape: [2, 2], strides: [2, 2] } },
        { op: 'Reshape', inputs: ['p', 'to'], outputs: ['y'] },
      ],
    }),
  ),
];

/** Reads, infers, counts and writes; whatever happens, it is a model or a UserError. Gives whether it was a model. */
function survives(bytes: Uint8Array): boolean {
  try {
    const model = readModel(bytes, { name: 'mutated.onnx' });
    const held = [...model.graph.initializers.values()].reduce((sum, tensor) => sum + tensor.bytes.length, 0);
    // A varint of one byte becomes eight at most.
    expect(held).toBeLessThanOrEqual(8 * bytes.length);
    inferShapes(model.graph, model.opsets);
    modelCost(model);
    expect(Buffer.compare(writeModel(model), bytes)).toBe(0);
    writeModel({ ...model, graph: { ...model.graph, nodes: [...model.graph.nodes], source: {} } });
    return true;
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    expect(error.message.split('\n')).toHaveLength(1);
    return false;
  }
}

type Mutation = (bytes: Uint8Array) => Uint8Array;

/** Without the usual preference for the ends of a range, so that changes fall all over the file. */
const place = fc.noBias(fc.nat(2 ** 30 - 1)).map(value => value / 2 ** 30);
const at = (bytes: Uint8Array, where: number): number => Math.floor(where * bytes.length);

const mutation: fc.Arbitrary<Mutation> = fc.oneof(
  fc.tuple(place, fc.nat(255)).map(
    ([where, value]): Mutation =>
      bytes =>
        bytes.with(at(bytes, where), value),
  ),
  fc.tuple(place, fc.nat(7)).map(
    ([where, bit]): Mutation =>
      bytes => {
        const i = at(bytes, where);
        return bytes.with(i, bytes[i]! ^ (1 << bit));
      },
  ),
  place.map(
    (where): Mutation =>
      bytes =>
        bytes.slice(0, at(bytes, where)),
  ),
  fc.tuple(place, fc.nat(40)).map(
    ([where, length]): Mutation =>
      bytes =>
        Buffer.concat([bytes.subarray(0, at(bytes, where)), bytes.subarray(at(bytes, where) + length)]),
  ),
  fc.tuple(place, fc.uint8Array({ maxLength: 12 })).map(
    ([where, more]): Mutation =>
      bytes =>
        Buffer.concat([bytes.subarray(0, at(bytes, where)), more, bytes.subarray(at(bytes, where))]),
  ),
  // A part of the file again in another place.
  fc.tuple(place, place, fc.nat(300)).map(
    ([from, to, length]): Mutation =>
      bytes =>
        Buffer.concat([
          bytes.subarray(0, at(bytes, to)),
          bytes.subarray(at(bytes, from), at(bytes, from) + length),
          bytes.subarray(at(bytes, to)),
        ]),
  ),
  // The largest varint there is, where a length or a dimension may stand.
  place.map(
    (where): Mutation =>
      bytes =>
        Buffer.concat([
          bytes.subarray(0, at(bytes, where)),
          Buffer.from('ffffffffffffffffff01', 'hex'),
          bytes.subarray(at(bytes, where) + 1),
        ]),
  ),
);

describe('mutated models', () => {
  it('one to four changes: a model or one clear sentence, whatever they are', () => {
    let models = 0;
    let runs = 0;
    fc.assert(
      fc.property(fc.constantFrom(...seeds), fc.array(mutation, { minLength: 1, maxLength: 4 }), (seed, mutations) => {
        const bytes = mutations.reduce((so, mutate) => (so.length === 0 ? so : mutate(so)), seed);
        runs++;
        if (survives(Uint8Array.from(bytes))) models++;
      }),
      { numRuns: 4000 },
    );
    // Both ends of the road must have been taken, or this test would say nothing.
    expect(models).toBeGreaterThan(runs / 50);
    expect(models).toBeLessThan(runs);
  });

  it('every bit of a small model, turned over: also where a name then holds line breaks', () => {
    const [, seed] = seeds;
    let models = 0;
    for (let i = 0; i < seed!.length; i++)
      for (let bit = 0; bit < 8; bit++) if (survives(seed!.with(i, seed![i]! ^ (1 << bit)))) models++;
    expect(models).toBeGreaterThan(0);
  });

  it('every byte of a small model, set to zero and to 255', () => {
    const [, seed] = seeds;
    let models = 0;
    for (let i = 0; i < seed!.length; i++) for (const value of [0, 255]) if (survives(seed!.with(i, value))) models++;
    expect(models).toBeGreaterThan(0);
  });

  it('bytes that were never a model', () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 0, maxLength: 400 }), bytes => void survives(bytes)),
      { numRuns: 2000 },
    );
  });
});
