/** The recipe for ImageNet, rehearsed: its settings and its commands, on few images in tar shards, a small network and two processes. */
import { execFileSync } from 'node:child_process';
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { parse, stringify } from 'yaml';
import { residualNetwork } from '../../scripts/residual-network.ts';
import { settingsSchema } from '../../src/cli/settings/schema.ts';
import { writeModel } from '../../src/onnx/write.ts';
import { noTorch, testPython } from '../train/torch/available.ts';
import { rankfront } from './rankfront.ts';

const root = join(import.meta.dirname, '..', '..');
const assets = join(root, '..', 'shared', 'assets');
const recipe = settingsSchema.parse(parse(readFileSync(join(root, 'recipes', 'resnet50-imagenet.yaml'), 'utf8')));
const whyNot = noTorch ?? (existsSync(assets) ? null : '../shared is absent');

const folder = mkdtempSync(join(tmpdir(), 'rankfront-recipe-'));
const at = (...names: string[]): string => join(folder, ...names);
const env = { RANKFRONT_CACHE: at('cache'), RANKFRONT_SCRATCH: at('scratch') };
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** A shard of some of the shared validation images. Their thousand classes are too many for so few: they take turns in ten. */
function shard(path: string, lines: readonly string[]): void {
  const made = mkdtempSync(at('made-'));
  for (const [i, line] of lines.entries()) {
    const [file = ''] = line.split(',');
    const key = file.replace(/\.\w+$/, '');
    copyFileSync(
      join(assets, 'imagenet-val350', 'images', file.split('/').at(-1) ?? ''),
      join(made, `${key.split('/').at(-1)}.jpg`),
    );
    writeFileSync(join(made, `${key.split('/').at(-1)}.cls`), String(i % 10));
  }
  execFileSync('tar', ['-cf', path, ...readdirSync(made).sort()], { cwd: made });
}

/** The command of the page, its numbers made small. */
function retrainCommand(trial: number): string[] {
  const page = readFileSync(join(root, 'docs', 'imagenet.md'), 'utf8').replaceAll('\\\n', ' ');
  const [, line = ''] = /^rankfront (retrain .*)$/m.exec(page) ?? [];
  const small: Readonly<Record<string, string>> = {
    '--trial': String(trial),
    '--devices': '2',
    '--batch': '16',
    '--epochs': '2',
    '--loader-threads': '1',
  };
  const words = line.split(/ +/);
  return words.map((word, i) => small[words[i - 1] ?? ''] ?? word);
}

beforeAll(() => {
  if (whyNot !== null) return;
  const blocks = [{ kind: 'conv', channels: 16, stride: 2 }, { kind: 'conv', channels: 32, stride: 2 }, { kind: 'residual', convolutions: 2 }] as const; // biome-ignore format: one line
  writeFileSync(
    at('resnet50.onnx'),
    writeModel(residualNetwork({ name: 'small', side: 64, classes: 1000, blocks, seed: 1 })),
  );
  mkdirSync(at('imagenet', 'calibration'), { recursive: true });
  const lines = readFileSync(join(assets, 'imagenet-val350', 'labels.csv'), 'utf8')
    .trim()
    .split('\n')
    .filter(line => /,\d+$/.test(line));
  shard(at('imagenet', 'imagenet-train-0.tar'), lines.slice(0, 24));
  shard(at('imagenet', 'imagenet-train-1.tar'), lines.slice(24, 50));
  shard(at('imagenet', 'imagenet-validation-0.tar'), lines.slice(50, 80));
  for (const name of readdirSync(join(assets, 'imagenet-calib300')).slice(0, 8))
    copyFileSync(join(assets, 'imagenet-calib300', name), at('imagenet', 'calibration', name));
  writeFileSync(
    at('hardware.yaml'),
    'name: computed\ndriver: roofline\nrankGranularity: 4\nroofline:\n  peakMacsPerSecond: 1e9\n  bandwidthBytesPerSecond: 1e9\n',
  );
  const { time: _, ...kept } = recipe;
  const small = { hardware: 'hardware.yaml', trials: 2, proxyImages: 12, calibrationImages: 8, acceptDense: true };
  writeFileSync(at('rankfront.yaml'), stringify({ ...kept, ...small, maxDrop: '100pp', pruning: false }));
});

describe('the recipe for ImageNet', () => {
  test('is a file of settings that a search reads, as it is described', () => {
    expect(recipe).toMatchObject({ data: 'imagenet:imagenet', proxyImages: 10_000, calibrationImages: 512 });
    expect(retrainCommand(3)).toEqual(expect.arrayContaining(['--engine', 'torch', '--freeze', 'progressive:0.5']));
  });

  test.skipIf(whyNot !== null)(
    `runs from the search to the proof${whyNot === null ? '' : `: skipped, ${whyNot}`}`,
    async () => {
      const run = (...args: string[]) => rankfront(args, env, folder);
      expect(await run('search', '--json')).toMatchObject({ status: 0 });
      expect(await run('confirm')).toMatchObject({ status: 0 });
      expect((await run('front')).stdout).toContain('dense');
      const trained = await run(...retrainCommand(1), '--python', testPython, '--threads', '1', '--json');
      expect(trained).toMatchObject({ status: 0, stderr: '' });
      const events = trained.stdout.trim().split('\n').map(line => JSON.parse(line)); // biome-ignore format: one line
      expect(events.filter(({ kind }) => kind === 'epoch')).toHaveLength(2);
      expect(events.find(({ kind }) => kind === 'training-started')).toMatchObject({ trainImages: 50, stepSize: 16 });
      expect(events.at(-1)).toMatchObject({ kind: 'written', agrees: true, images: 30 });
      const proved = await run('verify', '--study', 'resnet50');
      expect(proved).toMatchObject({ status: 0, stdout: expect.stringContaining('training 1 of trial 1') });
    },
  );
});
