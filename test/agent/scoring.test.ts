/** Scoring through an agent: the marks of every metric are those of this machine, whatever happens to the cable, the agent or a network. */
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openDataset } from '../../src/data/open.ts';
import { parseDataSpec } from '../../src/data/spec.ts';
import type { Device } from '../../src/device/device.ts';
import { openDevice } from '../../src/device/open.ts';
import { parseHardwareProfile } from '../../src/device/profile.ts';
import { runOverOf } from '../../src/device/run-over.ts';
import { type OpenScorer, openScorer, type ScorerOptions } from '../../src/evaluate/open.ts';
import type { Score, ScoreBudget } from '../../src/evaluate/scorer.ts';
import { currentEnvironment } from '../../src/host/environment.ts';
import { parseMetric } from '../../src/metric/choice.ts';
import { floatTensor } from '../../src/onnx/tensor.ts';
import { writeModel } from '../../src/onnx/write.ts';
import { seededRng } from '../../src/random/rng.ts';
import { farAsker } from '../../src/study/measure/far-asker.ts';
import { floats, npz } from '../data/tensors/numpy.ts';
import { colourFolders } from '../evaluate/colour-images.ts';
import { byColour, type TinyClassifier, writeClassifier } from '../evaluate/tiny-classifier.ts';
import { buildModel } from '../onnx/build.ts';
import { type CuttingProxy, cuttingProxy } from './cutting-proxy.ts';
import { computedThere, type FarAgent, farAgent, measuredThere, remoteYaml } from './far-agent.ts';

const folder = mkdtempSync(join(tmpdir(), 'rankfront-far-score-'));
const at = (name: string): string => join(folder, name);
const host = { provider: 'cpu', threads: 1, graphOptimization: 'all' } as const;
const perClass = 8;
/** Sees hardly any blue. */
const blind: TinyClassifier['weights'] = [
  [1, 0, 0],
  [0, 1, 0],
  [0, 0, 0.1],
];

let agent: FarAgent;
let proxy: CuttingProxy;
const closers: (() => Promise<unknown>)[] = [];
beforeAll(async () => {
  await colourFolders(at('colours'), perClass);
  writeClassifier(at('dense.onnx'), { weights: byColour });
  writeClassifier(at('blind.onnx'), { weights: blind });
  writeClassifier(at('heads.onnx'), { weights: byColour, secondHead: blind });
  writeClassifier(at('two.onnx'), { weights: byColour.slice(0, 2) });
  writeFileSync(at('slow.onnx'), slowClassifier());
  writeFileSync(at('broken.onnx'), 'not a model');
  writeFileSync(at('largest.mjs'), largest);
  agent = await farAgent(folder, measuredThere);
  proxy = await cuttingProxy(agent.port);
});
afterAll(async () => {
  for (const close of closers.reverse()) await close();
  await proxy.close();
  await agent.kill('SIGTERM');
  rmSync(folder, { recursive: true, force: true });
});

/** A metric of a user's: the largest score. */
const largest = `export default {
  label: 'largest', unit: '', best: 1, worst: 0,
  image: ({ outputs }) => Math.min(1, Math.max(...outputs.scores.data)),
};`;

/** About a second of arithmetic for each image. */
function slowClassifier(): Uint8Array {
  const rng = seededRng(1);
  const weights = (name: string, from: number, to: number) =>
    floatTensor(
      name,
      [to, from, 3, 3],
      Float32Array.from({ length: to * from * 9 }, () => rng.uniform() / 300),
      'float32',
    );
  const pads = { pads: [1, 1, 1, 1], kernel_shape: [3, 3] };
  const layer = (from: string, weight: string, to: string) => ({
    ...{ op: 'Conv', inputs: [from, weight], outputs: [to], attributes: pads },
  });
  return writeModel(
    buildModel({
      inputs: [{ name: 'pixels', shape: ['N', 3, 8, 8] }],
      outputs: [{ name: 'scores', shape: ['N', 3] }],
      nodes: [
        { op: 'Tile', inputs: ['pixels', 'repeats'], outputs: ['wide'] },
        layer('wide', 'a', 'x'),
        layer('x', 'b', 'y'),
        layer('y', 'c', 'z'),
        layer('z', 'd', 'last'),
        { op: 'ReduceMean', inputs: ['last'], outputs: ['scores'], attributes: { axes: [2, 3], keepdims: 0 } },
      ],
      initializers: [
        {
          name: 'repeats',
          dims: [4],
          elementType: 'int64',
          bytes: new Uint8Array(BigInt64Array.of(1n, 1n, 128n, 128n).buffer),
        },
        weights('a', 3, 32),
        weights('b', 32, 32),
        weights('c', 32, 32),
        weights('d', 32, 3),
      ],
      opset: 13,
    }),
  );
}

const profileAt = (port: number) =>
  parseHardwareProfile(`${remoteYaml(folder, port)}host: { scorer: device }\n`, 'far.yaml');
const open = async (port = proxy.port, said: string[] = []): Promise<Device> => {
  const device = await openDevice(profileAt(port), { scratchDir: folder, onWait: message => said.push(message) });
  closers.push(() => device.close());
  return device;
};

async function scorers(
  model: string,
  data: string,
  more: Partial<ScorerOptions> = {},
  said: string[] = [],
): Promise<readonly [here: OpenScorer, there: OpenScorer]> {
  const device = await open(proxy.port, said);
  const runOver = runOverOf(device);
  if (!runOver) throw new Error('the agent does not score');
  const dataset = await openDataset(parseDataSpec(data), data.startsWith('folder') ? { normalize: 'unit' } : {});
  const prepare = { folder: at('cache'), threads: 1 };
  const options: ScorerOptions = { modelPath: at(model), dataset, host, seed: 7, prepare, ...more };
  const both = [await openScorer(options), await openScorer({ ...options, asker: farAsker(runOver) })] as const;
  for (const each of both) closers.push(() => each.close());
  return both;
}

const budget: ScoreBudget = { images: 'all', timeoutMs: 60_000 };
async function score(scorer: OpenScorer, model: string, more: Partial<ScoreBudget> = {}): Promise<Score> {
  const attempt = await scorer.accuracy(at(model), { ...budget, ...more });
  if (attempt.state === 'failed') throw new Error(`${attempt.reason}: ${attempt.detail}`);
  return attempt.value;
}
/** All that a score says, but for how long it took and how busy it was. */
const facts = ({ wallMs: _wallMs, load: _load, ...rest }: Score): unknown => rest;

const folderOf = (): string => `folder:${at('colours')}`;

describe('the marks are those of this machine', () => {
  test.each(['top1', 'top5', 'agreement', 'fidelity', 'module'])('%s', { timeout: 60_000 }, async name => {
    const metric = parseMetric(name === 'module' ? `module:${at('largest.mjs')}` : name);
    const [here, there] = await scorers('dense.onnx', folderOf(), { metric });
    expect(there.objective).toBe(here.objective);
    expect(there.info).toEqual(here.info);
    for (const images of ['proxy', 'confirm', 'all'] as const)
      for (const model of ['dense.onnx', 'blind.onnx'])
        expect(facts(await score(there, model, { images }))).toEqual(facts(await score(here, model, { images })));
    expect(await there.checkDense(60_000)).toBe(await here.checkDense(60_000));
  });

  test('of several heads, and of a batch that no images fill', { timeout: 60_000 }, async () => {
    const [here, there] = await scorers('heads.onnx', folderOf(), { heads: ['scores', 'more'], scoreBatch: 5 });
    expect(facts(await score(there, 'heads.onnx'))).toEqual(facts(await score(here, 'heads.onnx')));
  });

  test('of ready arrays', { timeout: 60_000 }, async () => {
    const rng = seededRng(3);
    const numbers = Float32Array.from({ length: 20 * 3 * 64 }, () => rng.uniform());
    writeFileSync(at('arrays.npz'), npz({ pixels: floats([20, 3, 8, 8], [...numbers]) }));
    const [here, there] = await scorers('dense.onnx', `npz:${at('arrays.npz')}`, { metric: parseMetric('fidelity') });
    expect(facts(await score(there, 'blind.onnx'))).toEqual(facts(await score(here, 'blind.onnx')));
  });

  test('where a candidate is given up early', { timeout: 60_000 }, async () => {
    const [here, there] = await scorers('dense.onnx', folderOf(), { scoreBatch: 1 });
    const stopping = { chances: [{ weight: 1, below: 0.02 }], below: 0.05 };
    const found = await score(there, 'blind.onnx', { stopping });
    expect(found.places?.length).toBeLessThan(3 * perClass);
    expect(facts(found)).toEqual(facts(await score(here, 'blind.onnx', { stopping })));
    const hopeful = { chances: [{ weight: 1, below: Number.POSITIVE_INFINITY }], below: 0.05 };
    const whole = await score(there, 'blind.onnx', { stopping: hopeful });
    expect(facts(whole)).toEqual(facts(await score(here, 'blind.onnx', { stopping: hopeful })));
    expect(whole.places).toBeUndefined();
  });

  test('and it is told where they were taken', { timeout: 60_000 }, async () => {
    const [, there] = await scorers('dense.onnx', folderOf());
    expect((await score(there, 'dense.onnx')).environment).toEqual(currentEnvironment());
  });
});

test('images and networks are sent once', { timeout: 60_000 }, async () => {
  const said: string[] = [];
  const rng = seededRng(11);
  const noise = Float32Array.from({ length: 30 * 3 * 1024 }, () => rng.uniform());
  writeFileSync(at('noise.npz'), npz({ pixels: floats([30, 3, 32, 32], [...noise]) }));
  writeClassifier(at('large.onnx'), { weights: byColour, inputShape: ['N', 3, 32, 32] });
  const more = { metric: parseMetric('fidelity') };
  const [, first] = await scorers('large.onnx', `npz:${at('noise.npz')}`, more, said);
  const before = proxy.bytes().there;
  await score(first, 'large.onnx');
  const sent = proxy.bytes().there - before;
  await score(first, 'large.onnx');
  const [, second] = await scorers('large.onnx', `npz:${at('noise.npz')}`, more, said);
  await score(second, 'large.onnx');
  expect(sent).toBeGreaterThan(noise.byteLength * 0.9);
  expect(proxy.bytes().there - before - sent).toBeLessThan(sent / 5);
  expect(said.filter(message => /^Sending \d+ images/.test(message)).length).toBeLessThan(4);
});

test('a cable that is cut at random instants changes nothing', { timeout: 120_000 }, async () => {
  const [here, there] = await scorers('dense.onnx', folderOf());
  const rng = seededRng(5);
  let timer: NodeJS.Timeout;
  const next = (): void => {
    timer = setTimeout(() => {
      proxy.cut();
      next();
    }, 10 + rng.integer(150));
  };
  const expected = [facts(await score(here, 'dense.onnx')), facts(await score(here, 'blind.onnx'))];
  const cuts = proxy.cuts();
  next();
  try {
    for (let i = 0; i < 24; i++)
      expect(facts(await score(there, i % 2 ? 'blind.onnx' : 'dense.onnx'))).toEqual(expected[i % 2]);
  } finally {
    clearTimeout(timer!);
  }
  expect(proxy.cuts()).toBeGreaterThan(cuts);
});

describe('a network that goes wrong costs one trial', () => {
  let there: OpenScorer;
  beforeAll(async () => {
    [, there] = await scorers('dense.onnx', folderOf(), { scoreBatch: 1 });
  });

  test('one that cannot be loaded, and one with other classes', async () => {
    expect(await there.accuracy(at('broken.onnx'), budget)).toMatchObject({ reason: 'runtime-rejected' });
    expect(await there.accuracy(at('two.onnx'), budget)).toMatchObject({ reason: 'runtime-rejected' });
    expect((await score(there, 'dense.onnx')).accuracy).toBe(1);
  });

  test('one that takes too long is ended there', { timeout: 60_000 }, async () => {
    expect(await there.accuracy(at('slow.onnx'), { ...budget, timeoutMs: 1500 })).toMatchObject({
      reason: 'timed-out',
    });
    expect((await score(there, 'dense.onnx')).accuracy).toBe(1);
  });

  test.skipIf(process.platform !== 'linux')('one that ends the process', { timeout: 60_000 }, async () => {
    const running = there.accuracy(at('slow.onnx'), budget);
    await new Promise(resolve => setTimeout(resolve, 1500));
    process.kill(scoringChild(agent.pid), 'SIGKILL');
    expect(await running).toMatchObject({ state: 'failed', reason: 'out-of-memory' });
    expect((await score(there, 'dense.onnx')).accuracy).toBe(1);
  });
});

/** Of the children of the agent the one that scores. */
function scoringChild(parent: number): number {
  const pids = readdirSync('/proc').filter(name => /^\d+$/.test(name));
  const found = pids.find(pid => {
    try {
      const ofParent = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ')[1] === String(parent);
      return ofParent && readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes('score-child');
    } catch {
      return false;
    }
  });
  if (found === undefined) throw new Error('the agent has no child that scores');
  return Number(found);
}

test('an agent that is killed while it scores is waited for', { timeout: 120_000 }, async () => {
  const said: string[] = [];
  const [here, there] = await scorers('dense.onnx', folderOf(), { scoreBatch: 1 }, said);
  const slow = there.accuracy(at('slow.onnx'), { ...budget, images: 'proxy' });
  await new Promise(resolve => setTimeout(resolve, 1500));
  await agent.kill('SIGKILL');
  agent = await farAgent(folder, measuredThere);
  proxy.lead(agent.port);
  expect(await slow).toMatchObject({ state: 'complete' });
  expect(said).toContain('The agent was started anew during a measurement, which is repeated.');
  expect(facts(await score(there, 'blind.onnx'))).toEqual(facts(await score(here, 'blind.onnx')));
});

test('an agent whose driver computes is refused where scores are asked of it, and only there', {
  timeout: 60_000,
}, async () => {
  const other = mkdtempSync(join(folder, 'computed-'));
  const computed = await farAgent(other, computedThere);
  try {
    const yaml = remoteYaml(other, computed.port, 'exact: true');
    const plain = await openDevice(parseHardwareProfile(yaml, 'far.yaml'), { scratchDir: folder });
    expect(runOverOf(plain)).toBeNull();
    await plain.close();
    const asking = parseHardwareProfile(`${yaml}host: { scorer: device }\n`, 'far.yaml');
    await expect(openDevice(asking, { scratchDir: folder })).rejects.toThrow(
      /Cannot score on the agent .*"there" \(roofline, batch 1\) times networks and runs no images\. Give the agent/,
    );
  } finally {
    await computed.kill('SIGTERM');
  }
});
