/** Inputs for networks that take no pictures: made by a seeded generator, and said to be so. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { seededRng } from '../../src/random/rng.ts';

/** One item: by input, without the batch dimension, or with all axes where inputs share none. */
export type MadeInput = Readonly<
  Record<string, { readonly data: Float32Array | Int32Array | BigInt64Array; readonly dims: readonly number[] }>
>;

/** Writes a module that yields them, and returns what `--data` takes. */
export function madeInputs(folder: string, items: readonly MadeInput[]): string {
  const arrays = join(folder, 'arrays');
  mkdirSync(arrays);
  const list = items.map((item, i) =>
    Object.entries(item).map(([name, { data, dims }], k) => {
      const file = `${i}-${k}.bin`;
      writeFileSync(join(arrays, file), new Uint8Array(data.buffer, data.byteOffset, data.byteLength));
      return { name, file, dims, kind: data.constructor.name };
    }),
  );
  writeFileSync(join(arrays, 'list.json'), JSON.stringify(list));
  const path = join(folder, 'inputs.mjs');
  writeFileSync(
    path,
    `import { readFileSync } from 'node:fs';
const folder = ${JSON.stringify(arrays)};
const bytesOf = file => Uint8Array.from(readFileSync(folder + '/' + file)).buffer;
export default function* () {
  for (const item of JSON.parse(readFileSync(folder + '/list.json', 'utf8')))
    yield { inputs: Object.fromEntries(item.map(({ name, file, dims, kind }) => [name, { data: new globalThis[kind](bytesOf(file)), dims }])) };
}
`,
  );
  return `module:${path}`;
}

const gauss = (rng: ReturnType<typeof seededRng>): number =>
  Math.sqrt(-2 * Math.log(1 - rng.uniform())) * Math.cos(2 * Math.PI * rng.uniform());

export interface TokenRange {
  readonly first: number;
  readonly most: number;
  readonly begin: number;
  readonly end: number;
}

/** Words as often as words are (Zipf's law), between two marks. */
export function tokens(count: number, length: number, { first, most, begin, end }: TokenRange): bigint[][] {
  const rng = seededRng(17);
  return Array.from({ length: count }, () => {
    const words = Array.from({ length: length - 2 }, () => first + Math.floor((most - first) ** rng.uniform()) - 1);
    return [begin, ...words, end].map(BigInt);
  });
}

/** Harmonics of a wandering pitch that swell and fade, and noise: about what a voice is to a filter bank. */
export function voice(count: number, samples: number, rate: number): Float32Array[] {
  const rng = seededRng(23);
  return Array.from({ length: count }, () => {
    const out = new Float32Array(samples);
    const [pitch, swell, loud] = [90 + 160 * rng.uniform(), 2 + 4 * rng.uniform(), 0.05 + 0.3 * rng.uniform()];
    const start = rng.uniform();
    let phase = 0;
    for (let i = 0; i < samples; i++) {
      phase += (2 * Math.PI * pitch * (1 + 0.1 * Math.sin((2 * Math.PI * i) / rate))) / rate;
      const envelope = 0.5 + 0.5 * Math.sin(2 * Math.PI * (start + (swell * i) / rate));
      let sum = 0;
      for (let h = 1; h <= 8; h++) sum += Math.sin(h * phase) / h;
      out[i] = loud * envelope * sum + 0.01 * gauss(rng);
    }
    return out;
  });
}
