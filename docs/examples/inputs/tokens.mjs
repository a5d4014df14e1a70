/** Token ids of sentences, all of one length, for a network with the inputs `ids` (int64) and `mask` (float32). */
import { readFileSync } from 'node:fs';

const length = 8;
const words = ['<pad>', '<unknown>', ...readFileSync(process.env.WORDS ?? 'words.txt', 'utf8').trim().split('\n')];
const numberOf = new Map(words.map((word, i) => [word, BigInt(i)]));

export default function* () {
  const sentences = readFileSync(process.env.SENTENCES ?? 'sentences.txt', 'utf8').trim().split('\n');
  for (const sentence of sentences) {
    const found = sentence.split(' ').slice(0, length);
    const ids = BigInt64Array.from({ length }, (_, i) => (i < found.length ? (numberOf.get(found[i]) ?? 1n) : 0n));
    const mask = Float32Array.from({ length }, (_, i) => (i < found.length ? 1 : 0));
    yield {
      name: sentence,
      inputs: { ids: { data: ids, dims: [length] }, mask: { data: mask, dims: [length, 1] } },
    };
  }
}
