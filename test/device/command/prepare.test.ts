import { existsSync, mkdirSync, readdirSync, utimesSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, test } from 'vitest';
import { prepared } from '../../../src/device/command/prepare.ts';
import { script, testFolder } from './open-command.ts';

const folder = testFolder();
const make = {
  ...script(
    'require("node:fs").writeFileSync(process.argv[1] + ".bin", Buffer.alloc(Number(process.argv[2])))',
    '{prepared}',
    '1000',
  ),
  timeoutMs: 60_000,
};
const options = { folder: join(folder, 'kept'), signal: new AbortController().signal, variables: {}, version: null };
const placeOf = async (sha256: string, more: object = {}): Promise<string> => {
  const answer = await prepared([make], { sha256, model: 'm.onnx' }, { ...options, ...more });
  if (answer.state === 'failed') throw new Error(answer.detail);
  return answer.value;
};

test('what is kept follows from model, command, variables and version, and not from where the model lies', async () => {
  const first = await placeOf('a');
  expect(existsSync(`${first}.bin`)).toBe(true);
  const again = await prepared([make], { sha256: 'a', model: 'elsewhere.onnx' }, options);
  expect(again).toEqual({ state: 'complete', value: first });
  const others = [
    await placeOf('b'),
    await placeOf('a', { version: '2' }),
    await placeOf('a', { variables: { X: '1' } }),
  ];
  expect(new Set([first, ...others]).size).toBe(4);
});

test('what was used longest ago goes first when room is needed, and half-made folders of the dead go too', async () => {
  const kept = join(folder, 'small');
  const small = { folder: kept, mostBytes: 2500 };
  const [a, b] = [await placeOf('a', small), await placeOf('b', small)];
  const old = join(kept, 'x.1.y.partial');
  mkdirSync(old);
  writeFileSync(join(old, 'model'), '');
  for (const [place, ageS] of [
    [dirname(a), 500],
    [dirname(b), 1000],
    [old, 48 * 3600],
  ] as const) {
    const at = Date.now() / 1000 - ageS;
    utimesSync(place, at, at);
  }
  const c = await placeOf('c', small);
  expect(existsSync(dirname(b))).toBe(false);
  expect(readdirSync(kept).sort()).toEqual([a, c].map(each => dirname(each).split('/').at(-1)).sort());
});

test('several at once make the same', async () => {
  const places = await Promise.all(Array.from({ length: 4 }, () => placeOf('z')));
  expect(new Set(places).size).toBe(1);
});
