/** Models in pieces: put together again they are the same bytes, and slices of the same factors share what they can. */
import { describe, expect, test } from 'vitest';
import { assemble } from '../../../src/device/remote/assemble.ts';
import type { Manifest } from '../../../src/device/remote/manifest.ts';
import { channelScales } from '../../../src/device/remote/scales.ts';
import { splitModel } from '../../../src/device/remote/split.ts';
import { sha256Of } from '../../../src/host/model-file.ts';
import { floatTensor } from '../../../src/onnx/tensor.ts';
import { writeModel } from '../../../src/onnx/write.ts';
import { seededRng } from '../../../src/random/rng.ts';
import { tinyConv } from '../tiny-model.ts';
import { factorised, type TwoFactors, twoFactors } from './factorised.ts';

const again = (manifest: Manifest, pieces: ReadonlyMap<string, Uint8Array>) =>
  assemble(
    manifest,
    sha256 => pieces.has(sha256),
    sha256 => pieces.get(sha256) ?? null,
  );

function demandSame(bytes: Uint8Array, plain: Uint8Array | null = null): ReadonlyMap<string, Uint8Array> {
  const { manifest, pieces } = splitModel(bytes, plain);
  for (const [sha256, piece] of pieces) expect(sha256Of(piece)).toBe(sha256);
  const built = again(JSON.parse(JSON.stringify(manifest)), pieces);
  if (built.state !== 'complete') throw new Error(JSON.stringify(built));
  expect(Buffer.compare(built.bytes, bytes)).toBe(0);
  return pieces;
}

const newBytes = (now: ReadonlyMap<string, Uint8Array>, before: ReadonlyMap<string, Uint8Array>): number =>
  [...now].reduce((sum, [sha256, piece]) => sum + (before.has(sha256) ? 0 : piece.length), 0);

describe('a model in pieces', () => {
  test('is put together again, byte by byte', () => {
    demandSame(tinyConv({ inputShape: ['N', 3, 16, 16], channels: [24, 40, 24] }));
    demandSame(tinyConv({ inputShape: [1, 3, 8, 8], channels: [64, 64], elementType: 'float16' }));
    for (const layout of ['conv', 'matmul'] as const)
      for (const rank of [8, 16, 20, 48]) demandSame(writeModel(factorised(twoFactors(layout, 64), rank)));
  });

  test('may be any bytes at all', () => {
    const rng = seededRng(5);
    for (const length of [0, 1, 5000, 5_000_000]) demandSame(Uint8Array.from({ length }, () => rng.integer(256)));
    const model = tinyConv({ inputShape: [1, 3, 8, 8], channels: [32, 32] });
    for (let i = 0; i < 40; i++) {
      const cut = rng.integer(model.length);
      demandSame(model.subarray(0, cut));
      const damaged = model.slice();
      damaged[cut] = rng.integer(256);
      demandSame(damaged);
    }
  });

  test.each(['conv', 'matmul'] as const)('slices of the same factors share what they have in common (%s)', layout => {
    const factors = twoFactors(layout, 64);
    const wide = demandSame(writeModel(factorised(factors, 64)));
    const bytes = writeModel(factorised(factors, 32));
    // What is new is the rest of the file alone: names, shapes, the head of the message.
    expect(newBytes(demandSame(bytes), wide)).toBeLessThan(0.05 * bytes.length);
    const wider = demandSame(writeModel(factorised(factors, 48)), null);
    const narrow = demandSame(bytes);
    const [a, b] = [...wider.values()].reduce<[number, number]>(
      ([all, big], piece) => [all + piece.length, big + (piece.length > 2048 ? piece.length : 0)],
      [0, 0],
    );
    expect(newBytes(wider, narrow)).toBeLessThan(0.45 * a);
    expect(b).toBeGreaterThan(0.8 * a);
  });

  test('both axes of a core between two layers are ranks', () => {
    const factors = twoFactors('tucker', 64);
    const wide = demandSame(writeModel(factorised(factors, 64)));
    const bytes = writeModel(factorised(factors, 32));
    expect(newBytes(demandSame(bytes), wide)).toBeLessThan(0.05 * bytes.length);
  });

  test.each(['conv', 'matmul'] as const)('a scale per channel is found again and sent alone (%s)', layout => {
    const factors = twoFactors(layout, 48);
    const plain = factorised(factors, 32);
    const rng = seededRng(9);
    const corrected = (at: number) =>
      scaledLast(
        factors,
        plain,
        Array.from({ length: factors.outputs }, () => at + rng.uniform()),
      );
    const first = demandSame(writeModel(corrected(0.5)), writeModel(plain));
    const second = writeModel(corrected(0.7));
    const pieces = demandSame(second, writeModel(plain));
    expect(newBytes(pieces, first)).toBeLessThan(0.15 * second.length);
    // Without knowing the plain one, the last factor is another one altogether.
    expect(newBytes(demandSame(second), first)).toBeGreaterThan(0.3 * second.length);
  });

  test('a file that was read, a Buffer in a pool, is taken apart as any other bytes', () => {
    const factors = twoFactors('conv', 48);
    const plain = factorised(factors, 32);
    const bytes = writeModel(scaledLast(factors, plain, Array(factors.outputs).fill(0.75)));
    const pooled = Buffer.concat([Buffer.from('x'), bytes]).subarray(1);
    expect(splitModel(pooled, Buffer.from(writeModel(plain))).manifest).toEqual(
      splitModel(bytes, writeModel(plain)).manifest,
    );
    expect(splitModel(pooled, writeModel(plain)).manifest.weights.some(({ scale }) => scale)).toBe(true);
    demandSame(pooled, writeModel(plain));
  });

  test('a weight that is no scaled one is sent as it is', () => {
    const factors = twoFactors('conv', 48);
    const plain = factorised(factors, 32);
    const other = writeModel(factorised(twoFactors('conv', 48, 77), 32));
    const { manifest } = splitModel(other, writeModel(plain));
    expect(manifest.weights.some(({ scale }) => scale)).toBe(false);
    demandSame(other, writeModel(plain));
  });
});

test('scales are found to the last bit, whatever they are', () => {
  const rng = seededRng(3);
  const dims = [40, 30];
  const w = Float32Array.from({ length: 1200 }, () => rng.uniform() - 0.5);
  for (const [along, channelOf] of [
    ['rows', (i: number) => Math.floor(i / 30)],
    ['columns', (i: number) => i % 30],
  ] as const) {
    const scales = Float32Array.from({ length: 40 }, () => (rng.uniform() - 0.3) * 10 ** (rng.integer(9) - 4));
    const scaled = w.map((value, i) => Math.fround(value * scales[channelOf(i)]!));
    const found = channelScales({ dims, raw: new Uint8Array(w.buffer) }, { dims, raw: new Uint8Array(scaled.buffer) });
    expect(found?.along).toBe(along);
    const got = new Float32Array(found!.bytes.slice().buffer);
    expect(w.map((value, i) => Math.fround(value * got[channelOf(i)]!))).toEqual(scaled);
  }
  const odd = w.slice();
  odd[700] = Math.fround(odd[700]! * 1.001);
  expect(channelScales({ dims, raw: new Uint8Array(w.buffer) }, { dims, raw: new Uint8Array(odd.buffer) })).toBeNull();
  expect(channelScales({ dims, raw: new Uint8Array(w.buffer) }, { dims, raw: new Uint8Array(w.buffer) })).toBeNull();
});

describe('what cannot be put together says so', () => {
  const bytes = writeModel(factorised(twoFactors('conv', 48), 32));
  const { manifest, pieces } = splitModel(bytes);

  test('missing pieces are named, all at once', () => {
    const some = [...pieces.keys()].filter((_, i) => i % 2 === 0);
    const held = new Map([...pieces].filter(([sha256]) => !some.includes(sha256)));
    const answer = again(manifest, held);
    expect(answer.state === 'missing' && new Set(answer.pieces)).toEqual(new Set(some));
  });

  test('a piece that vanishes between the look and the reading is missing, too', () => {
    const [gone = ''] = manifest.weights[0]?.tiles ?? [];
    const answer = assemble(
      manifest,
      () => true,
      sha256 => (sha256 === gone ? null : (pieces.get(sha256) ?? null)),
    );
    expect(answer).toEqual({ state: 'missing', pieces: [gone] });
  });

  test('a manifest that does not fit its pieces is wrong', () => {
    const [weight] = manifest.weights;
    if (!weight) throw new Error('a factorised network has weights');
    const wrong: Manifest[] = [
      { ...manifest, sha256: sha256Of(new Uint8Array([1])) },
      { ...manifest, bytes: manifest.bytes + 1 },
      { ...manifest, bytes: 10 },
      { ...manifest, rest: [] },
      { ...manifest, weights: [{ ...weight, at: weight.at + 1 }, ...manifest.weights.slice(1)] },
      { ...manifest, weights: [{ ...weight, unit: weight.unit * 2 }, ...manifest.weights.slice(1)] },
      { ...manifest, weights: [{ ...weight, tiles: [] }, ...manifest.weights.slice(1)] },
      { ...manifest, weights: [weight, weight] },
      {
        ...manifest,
        weights: [{ ...weight, scale: { along: 'rows', piece: weight.tiles[0] ?? '' } }, ...manifest.weights.slice(1)],
      },
    ];
    for (const each of wrong) expect(again(each, pieces).state).toBe('wrong');
  });
});

/** The last weight of the chain times a scale per output channel, as corrections make it. */
function scaledLast(
  factors: TwoFactors,
  plain: ReturnType<typeof factorised>,
  scales: readonly number[],
): typeof plain {
  const name = factors.last;
  const tensor = plain.graph.initializers.get(name)!;
  const values = new Float32Array(tensor.bytes.slice().buffer);
  const exact = Float32Array.from(scales);
  const inner = values.length / exact.length;
  const scaled = values.map(
    (value, i) => value * exact[factors.outputsFirst ? Math.floor(i / inner) : i % exact.length]!,
  );
  const initializers = new Map(plain.graph.initializers).set(name, floatTensor(name, tensor.dims, scaled, 'float32'));
  return { ...plain, graph: { ...plain.graph, initializers } };
}
