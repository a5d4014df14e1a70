/** A trial on the way to somebody's own PyTorch and back: `export --format torch`, a change, `import-weights`, `verify`. */
import { execFile } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { InferenceSession, Tensor } from 'onnxruntime-node';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { decodeSafetensors, encodeSafetensors } from '../../src/onnx/safetensors.ts';
import { floatsOf } from '../../src/onnx/tensor.ts';
import { named, noTorch, testPython } from '../train/torch/available.ts';
import { rankfront } from './rankfront.ts';
import { cifarRecords, makeWorld, type World } from './world.ts';

let world: World;
beforeAll(async () => {
  world = makeWorld();
  writeFileSync(at('images/data_batch_1.bin'), cifarRecords(60, 4));
  expect(await rankfront(world.search('--trials', '2', '--seed', '1'), world.env)).toMatchObject({ status: 0 });
  expect(await run('export', '--trial', '1', '--format', 'torch', '--out', at('net'))).toMatchObject({ status: 0 });
  expect(await run('export', '--trial', '1', '--out', at('net.onnx'))).toMatchObject({ status: 0 });
});
afterAll(() => world?.remove());

const at = (name: string): string => join(world.folder, name);
const run = (command: string, ...more: string[]) =>
  rankfront([command, '--store', world.store, '--study', 'small', ...more], world.env);
const weights = () => decodeSafetensors(readFileSync(at('net/weights.safetensors')), 'net/weights.safetensors');

/** What the loader of the exported folder is used for: scores of one image, and every weight a little larger. */
const script = `
import json, torch
from load import load, save
network = load().eval()
with torch.no_grad():
    print(json.dumps(network(torch.linspace(-1, 1, 3072).reshape(1, 3, 32, 32))[0].tolist()))
    for parameter in network.parameters():
        parameter.mul_(1.01)
save(network)
`;

describe('rankfront import-weights', () => {
  test.skipIf(noTorch !== null)(
    named('takes what PyTorch made of an exported trial, scores and proves it'),
    async () => {
      const { stdout } = await promisify(execFile)(testPython, ['-B', '-c', script], { cwd: at('net') });
      const session = await InferenceSession.create(at('net.onnx'));
      const image = Float32Array.from({ length: 3072 }, (_, i) => -1 + (2 * i) / 3071);
      const input = session.inputNames[0] ?? '';
      const scores = Object.values(await session.run({ [input]: new Tensor('float32', image, [1, 3, 32, 32]) }))[0];
      for (const [i, score] of (JSON.parse(stdout) as number[]).entries())
        expect(score).toBeCloseTo(Number(scores?.data[i]), 4);
      await session.release();

      const given = ['--trial', '1', '--weights', at('net/trained.safetensors'), '--out', at('back.onnx')];
      const ended = await run('import-weights', ...given, '--json');
      expect(ended).toMatchObject({ status: 0, stderr: '' });
      const told = JSON.parse(ended.stdout);
      expect(told).toMatchObject({ images: 120, top1: expect.any(Number), beforeTop1: expect.any(Number) });
      const proved = await run('verify', '--retrained', world.folder);
      expect(proved).toMatchObject({ status: 0, stdout: expect.stringMatching(/ok {3}training 1 of trial 1/) });
      const shown = await run('show', '1');
      expect(shown.stdout).toContain('imported');
    },
  );

  test.skipIf(noTorch !== null)(named('takes what a plan became that ran without rankfront'), async () => {
    const training = ['--trial', '1', '--epochs', '2', '--batch', '20', '--lr', '0.001', '--freeze', 'progressive:0.4'];
    const engine = ['--engine', 'torch', '--python', testPython, '--plan', at('plan'), '--out', at('ran.onnx')];
    expect(await run('retrain', ...training, ...engine)).toMatchObject({ status: 0, stderr: '' });
    expect(existsSync(at('ran.onnx'))).toBe(false);
    const again = await run('retrain', ...training, ...engine);
    expect(again).toMatchObject({ status: 2, stderr: expect.stringContaining('there is something in it') });
    const command = ['-B', '-m', 'rankfront_torch', 'run', '.', '--out', 'trained.safetensors'];
    const { stdout } = await promisify(execFile)(testPython, command, { cwd: at('plan') });
    const events = stdout.trim().split('\n').map(line => JSON.parse(line)); // biome-ignore format: one line
    expect(events.map(({ kind }) => kind)).toEqual(['training-started', 'epoch', 'epoch']);
    const given = ['--trial', '1', '--weights', at('plan/trained.safetensors'), '--out', at('ran.onnx'), '--json'];
    const ended = await run('import-weights', ...given);
    expect(ended).toMatchObject({ status: 0, stderr: '' });
    expect(JSON.parse(ended.stdout)).toMatchObject({ images: 120, out: at('ran.onnx') });
  });

  test('refuses weights that are not those of the network, and writes nothing', async () => {
    const all = weights();
    const [name = '', first] = [...all].find(([, { elementType }]) => elementType === 'float32') ?? [];
    if (!first) throw new Error('there is no weight');
    const wide = { ...first, dims: [...first.dims, 1] };
    const endless = Float32Array.from(floatsOf({ ...first, name }), () => Number.NaN);
    const cases: [string, [string, typeof first][], string][] = [
      ['less', [], 'is missing'],
      ['more', [['nobody', first]], 'has no "nobody"'],
      ['wide', [[name, wide]], `expected "${name}" as [`],
      ['nan', [[name, { ...first, bytes: new Uint8Array(endless.buffer) }]], 'is not finite'],
    ];
    for (const [file, changed, said] of cases) {
      const tensors = new Map(file === 'less' ? [] : all);
      for (const [key, tensor] of changed) tensors.set(key, tensor);
      const path = at(`${file}.safetensors`);
      writeFileSync(path, encodeSafetensors(tensors));
      const ended = await run('import-weights', '--trial', '1', '--weights', path, '--out', at(`${file}.onnx`));
      expect(ended, file).toMatchObject({ status: 2, stderr: expect.stringContaining(said) });
      expect(existsSync(at(`${file}.onnx`))).toBe(false);
    }
  });
});
