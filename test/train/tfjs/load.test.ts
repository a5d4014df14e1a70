import { expect, test } from 'vitest';
import { loadTfjs, tfjsPackages } from '../../../src/train/tfjs/load.ts';
import { probeTfjs } from '../../../src/train/tfjs/probe.ts';

test('a package that is installed is loaded, with its version', async () => {
  const loaded = await loadTfjs('@tensorflow/tfjs');
  expect(loaded).toMatchObject({ package: '@tensorflow/tfjs', version: expect.stringMatching(/^4\./) });
  expect(loaded.tf.scalar(3).dataSync()[0]).toBe(3);
});

test('one that is not is a UserError with the command that installs it', async () => {
  await expect(loadTfjs('@tensorflow/tfjs-absent')).rejects.toMatchObject({
    name: 'UserError',
    message: expect.stringContaining('@tensorflow/tfjs-absent is not installed'),
    wayOut: expect.stringContaining('npm install @tensorflow/tfjs-absent'),
  });
});

test('the probe says what works, or why nothing does and on which Node it would', async () => {
  const probe = await probeTfjs();
  if (probe.state === 'works') expect(tfjsPackages).toContain(probe.package);
  else expect(probe.reason).toMatch(/Cannot train on TensorFlow\.js: .* Node 22 or older/);
});
